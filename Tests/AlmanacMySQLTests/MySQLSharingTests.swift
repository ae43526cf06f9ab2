#if MySQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacMySQL

@Suite("A MySQL database is shared")
struct MySQLSharingTests {
  let tables = TestTables()

  @Test("nodes that start at once migrate once")
  func migration() async throws {
    let stores = try (0..<6).map { _ in try self.tables.store() }
    let migrated = try await withThrowingTaskGroup(of: Bool.self) { group in
      for store in stores { group.addTask { try await store.migrate() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(migrated.filter { $0 }.count == 1)
    #expect(
      try await self.tables.sql("select version from \(self.tables.table("migration")) order by version")
        == (1...Schema.currentVersion).map { [String($0)] })
    #expect(try await stores[0].pendingMigration() == "")
    for store in stores { await store.close() }
    try await self.tables.drop()
  }

  @Test("what a migration would run is shown without being run, and can be run by hand")
  func dryRun() async throws {
    let store = try self.tables.store()
    let script = try await store.pendingMigration()
    #expect(script.contains("create table if not exists \(self.tables.prefix)job ("))
    #expect(try await self.tables.names() == [])
    for statement in script.components(separatedBy: ";\n\n") where !statement.isEmpty {
      try await self.tables.sql(SQL(trusted: statement))
    }
    #expect(try await store.pendingMigration() == "")
    try await store.add([oneShot("a")])
    #expect(try await store.fetch(["a"]).first??.id == "a")
    await store.close()
    try await self.tables.drop()
  }

  @Test("a migration that was broken off at any statement is done over")
  func brokenOff() async throws {
    let store = try self.tables.store()
    let script = try await store.pool.run { connection in
      Schema.script(from: nil, Statements(prefix: self.tables.prefix, server: connection.kind))
    }
    for count in 1..<script.count {
      for statement in script.prefix(count) { try await self.tables.sql(statement) }
      let other = try self.tables.store()
      #expect(try await other.migrate())
      try await other.add([oneShot("a")])
      #expect(try await other.fetch(["a"]).first??.id == "a")
      await other.close()
      try await self.tables.drop()
    }
    await store.close()
  }

  @Test("a role that may not create anything works once another has migrated, and is told before that")
  func poorRole() async throws {
    let role = self.tables.prefix + "r"
    let name = SQL(trusted: "'\(role)'@'%'")
    try await self.tables.sql("create user \(name)")
    // It has to see the database in order to connect to it.
    try await self.tables.sql("grant select on * to \(name)")
    let poor = try self.tables.store(user: role)
    let error = await #expect(throws: StoreError.self) { try await poor.prepare() }
    #expect(error?.code == .readOnly)
    let owner = try self.tables.store()
    try await owner.prepare()
    for table in try await self.tables.names() {
      try await self.tables.sql("grant insert, update, delete on \(SQL(trusted: table)) to \(name)")
    }
    let again = try self.tables.store(user: role)
    let session = try await again.openSession(draft())
    try await again.add([oneShot("a", tags: ["t"])])
    #expect(try await again.claim(1, at: 2, as: session.epoch) == ["a"])
    try await again.announce(.cancel("a", owner: session.epoch))
    for store in [poor, again, owner] { await store.close() }
    try await self.tables.drop()
    try await self.tables.sql("drop user \(name)")
  }

  @Test("tables of another program are not touched, those of a newer version are not read")
  func foreign() async throws {
    try await self.tables.sql("create table \(self.tables.table("job")) (id int)")
    let store = try self.tables.store()
    #expect(await #expect(throws: StoreError.self) { try await store.prepare() }?.code == .foreignData)
    try await self.tables.drop()
    try await store.prepare()
    try await self.tables.sql(
      "insert into \(self.tables.table("migration")) (version, done_at) values (1000, utc_timestamp())")
    let other = try self.tables.store()
    #expect(await #expect(throws: StoreError.self) { try await other.prepare() }?.code == .newerSchema)
    await store.close()
    await other.close()
    try await self.tables.drop()
  }

  @Test("stores with other prefixes in one database see nothing of each other")
  func prefixes() async throws {
    let stranger = TestTables(on: self.tables.server)
    let stores = [try self.tables.store(), try stranger.store()]
    try await stores[0].add([oneShot("a")])
    #expect(try await stores[1].fetch(["a"]).compactMap { $0 }.isEmpty)
    for store in stores { await store.close() }
    try await self.tables.drop()
    try await stranger.drop()
  }

  @Test(
    "others see where a lane's earliest instant moved and what was announced, once, and what was said before in full")
  func watching() async throws {
    let store = try self.tables.store()
    let other = try self.tables.store()
    try await store.prepare()
    let shelf = try await other.opening.value()
    let watch = ServerWatch(shelf: shelf, interval: .seconds(1)) { _ in }
    var seen = ServerWatch.Seen()
    func look() async throws -> [StoreChange] {
      let before = seen
      let (after, changes) = try await other.pool.run { try watch.look(before, $0) }
      seen = after
      return changes
    }
    let session = try await store.openSession(draft())
    try await store.add([oneShot("b", at: 50)])
    #expect(try await look() == [.wake(at: start + .seconds(50))])
    #expect(try await look() == [])
    try await store.add([oneShot("c", at: 60), oneShot("d", at: 50)])
    #expect(try await look() == [], "nothing became earlier")
    try await store.add([oneShot("a", at: 5), oneShot("other", at: 70, lane: Lane(jobName: "else"))])
    #expect(try await look() == [.wake(at: start + .seconds(5))])
    try await store.announce(.cancel("a", owner: session.epoch))
    try await store.announce(.wake(at: start))
    try await other.announce(.cancel("own", owner: session.epoch))
    #expect(try await look() == [.cancel("a", owner: session.epoch), .wake(at: start)])
    #expect(try await look() == [])
    for store in [store, other] { await store.close() }
    try await self.tables.drop()
  }

  @Test("a job that is added here is heard of there within the interval")
  func heard() async throws {
    let stores = [try self.tables.store(), try self.tables.store()]
    let changes = stores[1].changes()
    try await stores[0].add([oneShot("a", at: 5)])
    #expect(await changes.first { $0 == .wake(at: start + .seconds(5)) } != nil)
    for store in stores { await store.close() }
    try await self.tables.drop()
  }

  @Test("two nodes that claim one lane claim each run once")
  func claiming() async throws {
    let stores = [try self.tables.store(), try self.tables.store()]
    try await stores[0].add((0..<2_000).map { oneShot(JobID("job-\($0)")) })
    let begun = try await claimAll(stores, at: 5)
    #expect(Set(begun).count == 2_000)
    #expect(begun.count == 2_000)
    #expect(try await stores[0].problems() == [])
    for store in stores { await store.close() }
    try await self.tables.drop()
  }

  @Test("nodes that add the same jobs in other orders at once add each once")
  func adding() async throws {
    let stores = try (0..<3).map { _ in try self.tables.store() }
    try await stores[0].prepare()
    let added = try await withThrowingTaskGroup(of: Int.self) { group in
      for (number, store) in stores.enumerated() {
        group.addTask {
          var added = 0
          for round in 0..<10 {
            let records = (0..<100).map { oneShot(JobID("job-\(round)-\(($0 * (7 + 2 * number)) % 100)")) }
            for case .inserted in try await store.insert(records, resolving: { _, _ in .refuse(.kept) }) { added += 1 }
          }
          return added
        }
      }
      return try await group.reduce(0) { $0 + $1 }
    }
    #expect(added == 1_000)
    #expect(try await stores[0].problems() == [])
    for store in stores { await store.close() }
    try await self.tables.drop()
  }
}
#endif
