#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("Behind PgBouncer")
struct PostgreSQLPoolerTests {
  @Test("a pool by session serves like the server itself")
  func session() async throws {
    let schema = TestSchema(on: try TestServer.pooler("session"))
    var options = TestServer.options()
    options.settling = .zero
    let stores = try (0..<2).map { _ in try schema.store(options: options) }
    let listening = stores.map { store in Task { for await _ in store.changes() {} } }
    try await stores[0].add((0..<500).map { oneShot(JobID("job-\($0)")) })
    var sessions: [Session] = []
    for store in stores { sessions.append(try await store.openSession(draft())) }
    async let first = stores[0].claim(300, at: 5, as: sessions[0].epoch)
    async let second = stores[1].claim(300, at: 5, as: sessions[1].epoch)
    let begun = try await first + second
    #expect(Set(begun).count == begun.count)
    #expect(begun.count >= 300)
    // What is announced is heard.
    let changes = stores[1].changes()
    async let told = changes.first { $0 == .cancel("a", owner: Epoch(7)) }
    let teller = Task {
      while !Task.isCancelled {
        try? await stores[0].announce(.cancel("a", owner: Epoch(7)))
        await pause(.milliseconds(50))
      }
    }
    #expect(await told != nil)
    teller.cancel()
    // And who is there is seen.
    var connected: [Bool?] = []
    for _ in 0..<1_000 where connected != [true, true] {
      connected = try await stores[1].sessions().map(\.isConnected)
      await pause(.milliseconds(10))
    }
    #expect(connected == [true, true])
    stores[0].feed.finish()
    for _ in 0..<1_000 where connected != [false, true] {
      connected = try await stores[1].sessions().map(\.isConnected)
      await pause(.milliseconds(10))
    }
    #expect(connected == [false, true])
    for task in listening { task.cancel() }
    for store in stores { await store.close() }
    try await schema.drop()
  }

  @Test("a pool by transaction is refused before anything is done, in words that say what to do")
  func transaction() async throws {
    let schema = TestSchema(on: try TestServer.pooler("transaction"))
    let direct = TestSchema()
    for _ in 0..<5 {
      let stores = try (0..<4).map { _ in try schema.store() }
      await withTaskGroup { group in
        for store in stores {
          group.addTask {
            let error = await #expect(throws: StoreError.self) { try await store.prepare() }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("pool_mode = session") == true, "\(String(describing: error))")
          }
        }
      }
      for store in stores { await store.close() }
    }
    #expect(
      try await direct.sql("select 1::text from pg_namespace where nspname = '\(schema.name)'").isEmpty,
      "nothing was made")
  }
}
#endif
