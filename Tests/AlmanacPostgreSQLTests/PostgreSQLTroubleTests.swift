#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("PostgreSQL in trouble")
struct PostgreSQLTroubleTests {
  @Test("a connection that was ended while nobody used it is replaced without a word")
  func ended() async throws {
    let schema = TestSchema()
    let store = try schema.store(options: PostgreSQLOptions(maximumConnections: 1))
    try await store.add([oneShot("a")])
    for _ in 0..<3 {
      let process = try await store.pool.run { Int($0.serverProcess) }
      try await schema.sql("select pg_terminate_backend(\(process))::text")
      // The server's word has arrived when a process of that number is there no more.
      while try await !schema.sql("select 1::text from pg_stat_activity where pid = \(process)").isEmpty {}
      #expect(try await store.fetch(["a"]).compactMap { $0 }.count == 1)
    }
    await store.close()
    try await schema.drop()
  }

  @Test("jobs that are added and claimed while connections are ended are neither lost nor doubled")
  func killed() async throws {
    let schema = TestSchema()
    let store = try schema.store()
    let records = try await addAndClaim(in: store) {
      try await schema.sql(
        "select pg_terminate_backend(pid)::text from pg_stat_activity where application_name = '\(schema.name)'")
    }
    #expect(records.count == 1_000)
    #expect(records.allSatisfy { $0.state.claims == 1 && $0.state.runs.count == 1 })
    #expect(try await store.problems() == [])
    await store.close()
    try await schema.drop()
  }

  @Test("a server that is restarted the hard way is found again, with all that it had answered")
  func restarted() async throws {
    let server = try await OwnServer.postgreSQL()
    let schema = TestSchema(on: server.address)
    let store = try schema.store()
    let changes = store.changes()
    try await store.add([oneShot("before")])
    try await server.crash()
    _ = try await again { try await store.insert([oneShot("after")]) { _, _ in .refuse(.kept) } }
    let found = try await again { try await store.fetch(["before", "after"]) }
    #expect(found.compactMap { $0?.id } == ["before", "after"])
    // The listener is back too.
    let other = try schema.store()
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
    let store = try PostgreSQLStore(url: "postgresql://me:secret@127.0.0.1:1/jobs")
    let error = await #expect(throws: StoreError.self) { try await store.prepare() }
    #expect(error?.code == .unavailable)
    #expect(error.map { !"\($0)".contains("secret") } == true)
    #expect(error?.message.hasPrefix("the server cannot be reached") == true)
    await store.close()
    await #expect(throws: StoreError.self) { try await store.now() }
  }

  @Test("a statement that takes too long is ended, and the connection is good for the next")
  func slow() async throws {
    let schema = TestSchema()
    let store = try schema.store(options: PostgreSQLOptions(maximumConnections: 1, statementTimeout: .seconds(1)))
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.pool.run { try $0.run(once: "select pg_sleep(60) is null").count }
    }
    #expect(error?.code == .unavailable)
    #expect(try await store.now().now > start - .seconds(1_000_000_000))
    await store.close()
  }
}
#endif
