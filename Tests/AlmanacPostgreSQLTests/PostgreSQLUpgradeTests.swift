#if PostgreSQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Testing

@testable import AlmanacPostgreSQL

@Suite("A schema of an earlier version is brought up to date")
struct PostgreSQLUpgradeTests {
  @Test("by one step after the other, with all that is in it", arguments: 1..<Schema.currentVersion)
  func upgrade(from version: Int) async throws {
    let schema = TestSchema()
    let store = try schema.store()
    try await store.pool.run { connection in
      let script = Schema.script(from: nil, to: version, settings: connection.settings)
      try connection.transaction { try connection.execute(script) }
    }
    // As that version would have left them.
    try await schema.sql("insert into namespace (name) values ('default')")
    try await schema.sql(
      "insert into session (namespace, draft, opened_at, renewed_at, expires_at, dead) values (1, '{}', 1, 2, 3, false)"
    )
    let pending = try await store.pendingMigration()
    #expect(!pending.contains("create schema"))
    #expect(pending.contains("-- Version \(version + 1)\n"))
    #expect(!pending.contains("-- Version \(version)\n"))
    try await store.prepare()
    #expect(try await store.pendingMigration() == "")
    let sessions = try await store.sessions()
    #expect(sessions.map(\.expiresAt.microsecondsSinceEpoch) == [3])
    #expect(sessions.map(\.isConnected) == [nil])
    try await store.add([oneShot("a")])
    #expect(try await store.problems() == [])
    await store.close()
    try await schema.drop()
  }
}
#endif
