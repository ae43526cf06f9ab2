#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("A schema may have any name")
struct PostgreSQLNamesTests {
  @Test(
    "jobs, sessions, notices and the functions work in it, beside one that differs in case alone",
    arguments: [
      "Upper", "with space", "quo\"te", "apo'strophe", "dots.and;semicolons--", "select", "日本語 ö", "$1", "back\\slash%",
    ])
  func works(base: String) async throws {
    let name = base + TestSchema().name
    let twin = name.lowercased() == name ? name.uppercased() : name.lowercased()
    let allowed = CharacterSet.alphanumerics
    func store(_ name: String) throws -> PostgreSQLStore {
      let escaped = try #require(name.addingPercentEncoding(withAllowedCharacters: allowed))
      var options = TestServer.options()
      options.settling = .zero
      return try PostgreSQLStore(url: TestServer.url(TestServer.address, schema: escaped), options: options)
    }
    let (one, another, other) = (try store(name), try store(name), try store(twin))
    #expect(one.location.schema == name)
    try await one.add([oneShot("a", tags: ["t"])])
    try await other.prepare()
    #expect(try await other.fetch(["a"]).compactMap { $0 }.isEmpty)
    #expect(try await one.pendingMigration() == "")
    let session = try await one.openSession(draft())
    #expect(try await one.claim(1, at: 2, as: session.epoch) == ["a"])
    // The channel and the guard are named after the schema.
    let changes = another.changes()
    let listening = Task { for await _ in one.changes() {} }
    async let told = changes.first { $0 == .cancel("a", owner: session.epoch) }
    let teller = Task {
      while !Task.isCancelled {
        try? await one.announce(.cancel("a", owner: session.epoch))
        await pause(.milliseconds(50))
      }
    }
    #expect(await told != nil)
    teller.cancel()
    var isConnected: Bool?
    while isConnected == nil { isConnected = try await another.sessions().first?.isConnected }
    #expect(isConnected == true)
    listening.cancel()
    let quoted = one.pool.settings.quotedSchema
    let added = try await one.pool.run { connection in
      try connection.run(once: "select \(quoted).add_job('sql', 'job')").flag(0, 0)
    }
    #expect(added)
    #expect(try await another.fetch(["sql"]).first??.id == "sql")
    #expect(try await one.problems() == [])
    for store in [one, other] {
      let quoted = store.pool.settings.quotedSchema
      try await store.pool.run { try $0.execute("drop schema \(quoted) cascade") }
    }
    for store in [one, another, other] { await store.close() }
  }
}
#endif
