#if MySQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacMySQL

@Suite("MySQL in trouble")
struct MySQLTroubleTests {
  let tables = TestTables()

  /// Ends all connections of a user, whatever they do.
  private func kill(_ user: String) async throws {
    for row in try await self.tables.sql("select id from information_schema.processlist where user = \(user)") {
      // It may have ended by itself meanwhile.
      if let id = row[0] { _ = try? await self.tables.sql(SQL(trusted: "kill \(id)")) }
    }
  }

  @Test("a connection that was ended while nobody used it is replaced without a word")
  func ended() async throws {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1))
    try await store.add([oneShot("a")])
    for _ in 0..<3 {
      let thread = try await store.pool.run { Int64($0.serverThread) }
      try await self.tables.sql("kill \(thread)")
      // The server's word has arrived when a connection of that number is there no more.
      while try await !self.tables.sql("select 1 from information_schema.processlist where id = \(thread)").isEmpty {}
      #expect(try await store.fetch(["a"]).compactMap { $0 }.count == 1)
    }
    await store.close()
    try await self.tables.drop()
  }

  @Test("jobs that are added and claimed while connections are ended are neither lost nor doubled")
  func killed() async throws {
    // A user of its own, so that no other test's connections are ended.
    let user = self.tables.prefix + "u"
    try await self.tables.sql("create user \(SQL(trusted: "'\(user)'@'%'"))")
    try await self.tables.sql("grant all on * to \(SQL(trusted: "'\(user)'@'%'"))")
    let store = try self.tables.store(user: user)
    let records = try await addAndClaim(in: store) { try await self.kill(user) }
    #expect(records.count == 1_000)
    #expect(records.allSatisfy { $0.state.claims == 1 && $0.state.runs.count == 1 })
    #expect(try await store.problems() == [])
    await store.close()
    try await self.tables.drop()
    try await self.tables.sql("drop user \(SQL(trusted: "'\(user)'@'%'"))")
  }

  @Test("a server that is restarted the hard way is found again, with all that it had answered")
  func restarted() async throws {
    let server = try await OwnServer("mariadb", variable: "ALMANAC_TEST_MYSQL")
    let tables = TestTables(on: server.address)
    let store = try tables.store()
    let changes = store.changes()
    try await store.add([oneShot("before")])
    try await server.crash()
    _ = try await again { try await store.insert([oneShot("after")]) { _, _ in .refuse(.kept) } }
    let found = try await again { try await store.fetch(["before", "after"]) }
    #expect(found.compactMap { $0?.id } == ["before", "after"])
    // The watch is back too.
    let other = try tables.store()
    async let told = changes.first { $0 == .cancel("a", owner: Epoch(7)) }
    let teller = Task {
      while !Task.isCancelled {
        try? await other.announce(.cancel("a", owner: Epoch(7)))
        await pause(.milliseconds(100))
      }
    }
    #expect(await told != nil)
    teller.cancel()
    await store.close()
    await other.close()
    try await server.stop()
  }

  @Test("a server that is not there is told of within the time allowed, and in words that hold no password")
  func absent() async throws {
    let store = try MySQLStore(url: "mysql://me:secret@127.0.0.1:1/jobs")
    let error = await #expect(throws: StoreError.self) { try await store.prepare() }
    #expect(error?.code == .unavailable)
    #expect(error.map { !"\($0)".contains("secret") } == true)
    #expect(error?.message.hasPrefix("the server cannot be reached") == true)
    await store.close()
    await #expect(throws: StoreError.self) { try await store.now() }
  }

  @Test("a server that does not encrypt is refused where the address asks for it, and used where it only prefers it")
  func unencrypted() async throws {
    func store(_ tls: MySQLLocation.TLS) throws -> MySQLStore {
      var location = try self.tables.location()
      location.tls = tls
      return try MySQLStore(location: location)
    }
    let preferring = try store(.preferred)
    let cipher = try await preferring.pool.run { try $0.run("show session status like 'Ssl_cipher'").text(0, 1) }
    let requiring = try store(.required)
    if cipher.isEmpty {
      #expect(await #expect(throws: StoreError.self) { _ = try await requiring.now() }?.code == .unavailable)
    } else {
      _ = try await requiring.now()
    }
    // Nobody vouches for a server of tests.
    let verifying = try store(.verifyIdentity)
    #expect(await #expect(throws: StoreError.self) { _ = try await verifying.now() }?.code == .unavailable)
    for store in [preferring, requiring, verifying] { await store.close() }
  }

  @Test("a wrong password is told of without the password")
  func wrongPassword() async throws {
    var location = try self.tables.location()
    location.password = "se'cret"
    let store = try MySQLStore(location: location)
    let error = await #expect(throws: StoreError.self) { try await store.prepare() }
    #expect(error?.message.contains("Access denied") == true)
    #expect(error.map { !"\($0)".contains("se'cret") } == true)
    await store.close()
  }

  @Test("a statement that takes too long is ended, and the connection is good for the next")
  func slow() async throws {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1, statementTimeout: .seconds(1)))
    let before = try await store.pool.run { Int($0.serverThread) }
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.pool.run { try $0.run("select sleep(60) from (select 1) as t").count }
    }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("statement timeout") == true)
    #expect(try await store.pool.run { Int($0.serverThread) } == before)
    #expect(try await store.now().now > start - .seconds(1_000_000_000))
    await store.close()
  }

  @Test("a row that somebody keeps locked is waited for so long and no longer, and what was begun is undone")
  func locked() async throws {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1, lockTimeout: .seconds(1)))
    try await store.add([oneShot("a"), oneShot("b")])
    let other = try self.tables.store(options: MySQLOptions(maximumConnections: 1))
    let lock: SQL = "select job_key from \(self.tables.table("job")) where id = 'a' for update"
    _ = try await other.pool.run { connection in
      try connection.run(["start transaction", lock]).count
    }
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.update(["a", "b"]) { record in
        var record = record
        record.state.note = "changed"
        return .commit(record, [])
      }
    }
    #expect(error?.code == .unavailable)
    _ = try await other.pool.run { try $0.run("rollback").count }
    #expect(try await store.fetch(["a", "b"]).allSatisfy { $0?.state.note == nil })
    for store in [store, other] { await store.close() }
    try await self.tables.drop()
  }

  @Test(
    "a batch that is larger than a packet goes in several, all or none of it, and one row that is larger is refused")
  func packets() async throws {
    let store = try self.tables.store()
    try await store.prepare()
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    let records = (0..<40).map { oneShot(JobID("job-\($0)"), payload: large) }
    #expect(try await store.insert(records) { _, _ in .refuse(.kept) }.count == 40)
    #expect(try await store.query(JobQuery()).records.count == 40)
    #expect(try await store.problems() == [])
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.pool.run { connection in
        try connection.run("select \(String(repeating: "x", count: connection.packetLimit))").count
      }
    }
    #expect(error?.code == .payloadTooLarge)
    await store.close()
    try await self.tables.drop()
  }

  @Test("a connection that lost its settings is not asked anything")
  func settings() async throws {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1))
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.pool.run { connection in
        try connection.run("set session sql_mode = ''")
        return try connection.run("select \("\\")").count
      }
    }
    #expect(error?.code == .unavailable)
    #expect(try await store.pool.run { try $0.run("select \("\\")").text(0, 0) } == "\\")
    await store.close()
  }
}
#endif
