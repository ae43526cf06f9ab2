#if PostgreSQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Synchronization
import Testing

@testable import AlmanacPostgreSQL

/// The server that the tests use: `ALMANAC_TEST_POSTGRESQL` is its address; `scripts/servers` starts one.
enum TestServer {
  static var address: String { ProcessInfo.processInfo.environment["ALMANAC_TEST_POSTGRESQL"] ?? "" }

  /// An address with parameters of Almanac's.
  static func url(
    _ server: String, schema: String, namespace: String = "default", user: String? = nil, more: String = ""
  ) throws -> String {
    guard !server.isEmpty else { throw ServerIsMissing("ALMANAC_TEST_POSTGRESQL") }
    var address = server
    if let user, let at = address.firstIndex(of: "@"), let start = address.range(of: "://")?.upperBound {
      address.replaceSubrange(start..<at, with: user)
    }
    return address + (address.contains("?") ? "&" : "?") + "schema=\(schema)&namespace=\(namespace)\(more)"
  }

  /// The addresses of a pooler in front of it, by the kind of its pool: `ALMANAC_TEST_PGBOUNCER` is the beginning of them.
  static func pooler(_ kind: String) throws -> String {
    guard let address = ProcessInfo.processInfo.environment["ALMANAC_TEST_PGBOUNCER"] else { throw PoolerIsMissing() }
    return address + kind
  }

  static func options() -> PostgreSQLOptions { PostgreSQLOptions(maximumConnections: 2) }
}

struct PoolerIsMissing: Error, CustomStringConvertible {
  var description: String {
    "ALMANAC_TEST_PGBOUNCER is not set; `scripts/servers start DIR` sets it where it finds pgbouncer"
  }
}

extension OwnServer {
  static func postgreSQL() async throws -> OwnServer {
    try await OwnServer("postgresql", variable: "ALMANAC_TEST_POSTGRESQL")
  }

  /// Adds a standby that has every commit before it is answered. Answers the address of the two.
  func addStandby() async throws -> String {
    try await self.perform("standby")
    return try self.address("ALMANAC_TEST_POSTGRESQL_PAIR")
  }

  /// Ends the first server as the loss of power would, and has the standby take its place.
  func failOver() async throws {
    try await self.perform("failover")
  }
}

/// A schema of its own for one test.
final class TestSchema: Sendable {
  let server: String
  let name: String = "t" + String(UUID().uuidString.replacing("-", with: "").lowercased().prefix(16))

  /// The connections of the store bear the schema's name, so that a test can end them and no other test's.
  func store(
    _ namespace: String = "default", user: String? = nil, options: PostgreSQLOptions = TestServer.options()
  ) throws -> PostgreSQLStore {
    try PostgreSQLStore(
      url: TestServer.url(
        self.server, schema: self.name, namespace: namespace, user: user, more: "&application_name=\(self.name)"),
      options: options)
  }

  /// Does something to the database as another program would, in the schema.
  init(on server: String = TestServer.address) {
    self.server = server
  }

  @discardableResult
  func sql(_ text: String) async throws -> [[String?]] {
    let settings = ConnectionSettings(
      try PostgreSQLLocation(TestServer.url(self.server, schema: self.name)), TestServer.options())
    let pool = ConnectionPool(settings)
    defer { pool.close() }
    return try await pool.run { connection in
      let rows = try connection.run(once: text)
      return (0..<rows.count).map { row in
        (0..<rows.columns).map { rows.isNull(row, $0) ? nil : rows.text(row, $0) }
      }
    }
  }

  func drop() async throws {
    try await self.sql("drop schema if exists \"\(self.name)\" cascade")
  }
}

extension PostgreSQLStore {
  /// What the tables say that must agree with each other, and does not.
  func problems() async throws -> [String] {
    let checks = [
      "jobs without a definition": "select count(*) from job where key not in (select job from definition)",
      "definitions without a job": "select count(*) from definition where job not in (select key from job)",
      "jobs without a wake": "select count(*) from job where key not in (select job from wake)",
      "wakes without a job": "select count(*) from wake where job not in (select key from job)",
      "tags without a job": "select count(*) from tag where job not in (select key from job)",
      "owners without a job": "select count(*) from owner where job not in (select key from job)",
      "wakes without a lane": "select count(*) from wake where lane not in (select id from lane)",
      "outboxes":
        "select count(*) from job where unreadable is null and state like '{%}' and state::json->'outbox' is not null",
      "jobs of which the index of the dead says something else": """
      select count(*) from job where unreadable is null and state like '{%}'
      and has_dead != (state::json->'dead' is not null)
      """,
      "jobs that are living and not, or not and living": """
      select count(*) from job join wake on wake.job = job.key
      where living != (status in ('active', 'paused', 'quarantined'))
      """,
      "owners that hold nothing": """
      select count(*) from owner join job on job.key = owner.job where state like '{%}' and not exists
      (select from json_array_elements(state::json->'runs') as run where (run->>'owner')::bigint = owner.epoch)
      """,
      "runs whose owner is not known": """
      select count(*) from job, json_array_elements(case when state like '{%}' then state else '{}' end::json->'runs')
      as run where unreadable is null and run->>'owner' is not null and not exists
      (select 1 from owner where owner.job = job.key and owner.epoch = (run->>'owner')::bigint)
      """,
    ]
    return try await self.pool.run { connection in
      try connection.execute("set enable_seqscan = on")
      return try checks.compactMap { name, sql in
        let count = try connection.run(once: sql).number(0, 0)
        return count == 0 ? nil : "\(count) \(name)"
      }
    }
  }
}
#endif
