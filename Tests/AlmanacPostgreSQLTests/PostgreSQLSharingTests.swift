#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("A PostgreSQL database is shared")
struct PostgreSQLSharingTests {
  let schema = TestSchema()

  @Test("nodes that start at once migrate once")
  func migration() async throws {
    let stores = try (0..<6).map { _ in try self.schema.store() }
    let migrated = try await withThrowingTaskGroup(of: Bool.self) { group in
      for store in stores { group.addTask { try await store.migrate() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(migrated.filter { $0 }.count == 1)
    #expect(
      try await self.schema.sql("select version::text from migration order by version")
        == (1...Schema.currentVersion).map { [String($0)] })
    #expect(try await stores[0].pendingMigration() == "")
    for store in stores { await store.close() }
    try await self.schema.drop()
  }

  @Test("what a migration would run is shown without being run, and can be run by hand")
  func dryRun() async throws {
    let store = try self.schema.store()
    let script = try await store.pendingMigration()
    #expect(script.contains("create table job ("))
    #expect(try await self.schema.sql("select to_regnamespace('\(self.schema.name)')::text") == [[nil]])
    try await store.pool.run { connection in try connection.transaction { try connection.execute(script) } }
    #expect(try await store.pendingMigration() == "")
    try await store.add([oneShot("a")])
    #expect(try await store.fetch(["a"]).first??.id == "a")
    await store.close()
    try await self.schema.drop()
  }

  @Test("a store that is to tell nobody adds and changes all the same")
  func silence() async throws {
    let store = try self.schema.store(options: PostgreSQLOptions(maximumConnections: 2, notifies: false))
    #expect(!store.capabilities.notifies)
    try await store.add([oneShot("a"), oneShot("b", at: 1_000)])
    let answers = try await store.update(["b"]) { record in
      // Earlier than before: what others would be told.
      var record = record
      record.state.revision += 1
      record.state.nextFire = start
      return .commit(record, [])
    }
    #expect(answers.first?.record?.state.nextFire == start)
    await store.close()
    try await self.schema.drop()
  }

  @Test("a role that may not create anything works once another has migrated, and is told before that")
  func poorRole() async throws {
    let role = "r" + self.schema.name
    try await self.schema.sql("create role \(role) login")
    let poor = try self.schema.store(user: role)
    let error = await #expect(throws: StoreError.self) { try await poor.prepare() }
    #expect(error?.code == .readOnly)
    let owner = try self.schema.store()
    try await owner.prepare()
    for grant in [
      "usage on schema \(self.schema.name)",
      "select, insert, update, delete on all tables in schema \(self.schema.name)",
      "usage on all sequences in schema \(self.schema.name)",
    ] { try await self.schema.sql("grant \(grant) to \(role)") }
    let session = try await poor.openSession(draft())
    try await poor.add([oneShot("a", tags: ["t"])])
    #expect(try await poor.claim(1, at: 2, as: session.epoch) == ["a"])
    await poor.close()
    await owner.close()
    try await self.schema.drop()
    try await self.schema.sql("drop role \(role)")
  }

  @Test("a schema of another program is not touched, one of a newer version is not read")
  func foreign() async throws {
    try await self.schema.sql("create schema \(self.schema.name)")
    try await self.schema.sql("create table \(self.schema.name).invoice (id int)")
    let store = try self.schema.store()
    #expect(await #expect(throws: StoreError.self) { try await store.prepare() }?.code == .foreignData)
    try await self.schema.drop()
    try await store.prepare()
    try await self.schema.sql("insert into migration (version) values (1000)")
    let other = try self.schema.store()
    #expect(await #expect(throws: StoreError.self) { try await other.prepare() }?.code == .newerSchema)
    await store.close()
    await other.close()
    try await self.schema.drop()
  }

  @Test("a job that is added or cancelled in somebody's transaction is there when that is committed, and not before")
  func transactional() async throws {
    let store = try self.schema.store()
    try await store.prepare()
    let add =
      "select \(self.schema.name).add_job('a', 'job', '{\"x\": \"ü\"}', '2030-01-01 00:00:01+00', tags => '{b,a}')"
    try await store.pool.run { connection in
      try connection.execute("begin; \(add); rollback")
    }
    #expect(try await store.fetch(["a"]).compactMap { $0 }.count == 0)
    try await store.pool.run { connection in try connection.execute("begin; \(add); commit") }
    let record = try #require(try await store.fetch(["a"]).first ?? nil)
    #expect(record.definition.payload == Array("{\"x\": \"ü\"}".utf8))
    #expect(record.startAt == start + .seconds(1))
    #expect(record.definition.profile.tags == ["a", "b"])
    #expect(try await store.query(JobQuery(tags: ["a"])).records.map(\.id) == ["a"])
    #expect(try await self.schema.sql("\(add)::text") == [["false"]])
    #expect(try await store.problems() == [])

    let session = try await store.openSession(draft())
    #expect(try await store.claim(1, at: 2, as: session.epoch) == ["a"])
    let cancel = "select \(self.schema.name).cancel_job('a')"
    #expect(try await self.schema.sql(cancel) == [["running"]])
    try await store.add([oneShot("b", at: 100)])
    try await store.pool.run { connection in
      try connection.execute("begin; select \(self.schema.name).cancel_job('b'); rollback")
    }
    #expect(try await store.fetch(["b"]).first??.state.status == .active)
    #expect(try await self.schema.sql("select \(self.schema.name).cancel_job('b')") == [["removed"]])
    #expect(try await store.fetch(["b"]).first??.state.status == .removed)
    #expect(try await store.problems() == [])
    await store.close()
    try await self.schema.drop()
  }

  @Test("others are told where a lane's earliest instant becomes earlier, and never of a claim or an end")
  func notices() async throws {
    let store = try self.schema.store()
    try await store.prepare()
    let shelf = try await store.opening.value()
    let (stream, continuation) = AsyncStream.makeStream(of: StoreChange.self)
    let presence = Presence(settling: .zero)
    let listener = Listener(pool: store.pool, channel: Channel(name: shelf.channel.name), presence: presence) {
      continuation.yield($0)
    }
    let listening = Task { await listener.run() }
    var changes = stream.makeAsyncIterator()
    // Its first word is that it listens.
    #expect(await changes.next() == .wake(at: .distantPast))
    var marks: Int64 = 0
    // What was told of everything that was committed until now: notices come in the order of the commits.
    func heard() async throws -> [StoreChange] {
      marks += 1
      let mark = StoreChange.cancel("mark", owner: Epoch(marks))
      try await store.announce(mark)
      var heard: [StoreChange] = []
      while let change = await changes.next(), change != mark { heard.append(change) }
      return heard
    }
    #expect(try await heard() == [])
    let session = try await store.openSession(draft())
    try await store.add([oneShot("b", at: 50)])
    #expect(try await heard() == [.wake(at: start + .seconds(50))])
    try await store.add([oneShot("c", at: 60), oneShot("d", at: 50)])
    #expect(try await heard() == [], "nothing became earlier")
    try await store.add([oneShot("a", at: 5), oneShot("other", at: 70, lane: Lane(jobName: "else"))])
    #expect(try await heard() == [.wake(at: start + .seconds(5))])
    #expect(try await store.claim(4, at: 55, as: session.epoch).count == 3)
    for id in ["a", "b", "d"] as [JobID] {
      let now = start + .seconds(56)
      let record = try #require(try await store.fetch([id]).first ?? nil)
      let token = FencingToken(
        incarnation: record.definition.incarnation, claim: try #require(record.state.runs.first?.claim).number)
      _ = try await store.update([id]) {
        JobMachine.apply(.finished(token, .succeeded, startedAt: now, endedAt: now), to: $0, now: now)
      }
    }
    #expect(try await heard() == [], "of claims and ends nobody is told")
    try await store.announce(.cancel("a", owner: session.epoch))
    #expect(try await heard() == [.cancel("a", owner: session.epoch)])
    listening.cancel()
    await listening.value
    await store.close()
    try await self.schema.drop()
  }

  @Test("two nodes that claim one lane claim each run once")
  func claiming() async throws {
    let stores = [try self.schema.store(), try self.schema.store()]
    try await stores[0].add((0..<2_000).map { oneShot(JobID("job-\($0)")) })
    let begun = try await claimAll(stores, at: 5)
    #expect(Set(begun).count == 2_000)
    #expect(begun.count == 2_000)
    #expect(try await stores[0].problems() == [])
    for store in stores { await store.close() }
    try await self.schema.drop()
  }
}
#endif
