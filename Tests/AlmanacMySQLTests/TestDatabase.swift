#if MySQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacMySQL

/// The server that the tests use: `ALMANAC_TEST_MYSQL` is its address; `scripts/servers` starts one.
enum TestServer {
  static var address: String { ProcessInfo.processInfo.environment["ALMANAC_TEST_MYSQL"] ?? "" }

  static func options() -> MySQLOptions { MySQLOptions(maximumConnections: 2, pollInterval: .milliseconds(50)) }
}

/// Tables of its own for one test.
final class TestTables: Sendable {
  let server: String
  let prefix = "t" + String(UUID().uuidString.replacing("-", with: "").lowercased().prefix(16)) + "_"

  init(on server: String = TestServer.address) {
    self.server = server
  }

  func location(_ namespace: String = "default", user: String? = nil) throws -> MySQLLocation {
    guard !self.server.isEmpty else { throw ServerIsMissing("ALMANAC_TEST_MYSQL") }
    var location = try MySQLLocation(self.server)
    (location.prefix, location.namespace) = (self.prefix, namespace)
    if let user { location.user = user }
    return location
  }

  func store(
    _ namespace: String = "default", user: String? = nil, options: MySQLOptions = TestServer.options()
  ) throws -> MySQLStore {
    try MySQLStore(location: self.location(namespace, user: user), options: options)
  }

  /// Does something to the database as another program would.
  @discardableResult
  func sql(_ text: SQL) async throws -> [[String?]] {
    let pool = ConnectionPool(ConnectionSettings(try self.location(), TestServer.options()))
    defer { pool.close() }
    return try await pool.run { connection in
      let rows = try connection.run(text)
      return (0..<rows.count).map { row in
        (0..<rows.columns).map { rows.isNull(row, $0) ? nil : rows.text(row, $0) }
      }
    }
  }

  /// The full names of the tables.
  func names() async throws -> [String] {
    try await self.sql(
      """
      select table_name from information_schema.tables where table_schema = database()
      and left(table_name, \(self.prefix.count)) = \(self.prefix) order by table_name
      """
    ).compactMap { $0[0] }
  }

  func table(_ name: String) -> SQL { SQL(trusted: self.prefix + name) }

  func drop() async throws {
    let names = try await self.names()
    if !names.isEmpty { try await self.sql(SQL(trusted: "drop table " + names.joined(separator: ", "))) }
  }
}

extension MySQLStore {
  /// What the tables say that must agree with each other, and does not.
  func problems() async throws -> [String] {
    let shelf = try await self.opening.value()
    let names = shelf.statements
    let readable: SQL = """
      json_valid(j.state) and not exists (select 1 from \(names.label) u where u.job_key = j.job_key and u.kind = 3)
      """
    let job = names.job
    let runs: SQL = """
      json_table(if(json_valid(j.state), j.state, '{}'), '$.runs[*]' columns (owner bigint path '$.owner')) as r
      """
    let checks: [(String, SQL)] = [
      ("jobs without a definition", "\(job) where job_key not in (select job_key from \(names.definition))"),
      ("definitions without a job", "\(names.definition) where job_key not in (select job_key from \(job))"),
      (
        "labels without a job",
        "\(names.label) l where not exists (select 1 from \(job) j where j.job_key = l.job_key and j.id = l.id and j.namespace = l.namespace)"
      ),
      ("owners without a job", "\(names.owner) where job_key not in (select job_key from \(job))"),
      ("jobs without a lane", "\(job) where lane not in (select id from \(names.lane))"),
      ("outboxes", "\(job) j where \(readable) and json_contains_path(j.state, 'one', '$.outbox')"),
      (
        "jobs of which the label of the dead says something else",
        """
        \(job) j where \(readable) and (has_dead != json_contains_path(j.state, 'one', '$.dead')
        or has_dead != exists (select 1 from \(names.label) l where l.job_key = j.job_key and l.kind = 2))
        """
      ),
      (
        "jobs that are living and not, or not and living",
        "\(job) where living != (status in ('active', 'paused', 'quarantined'))"
      ),
      (
        "owners that hold nothing",
        """
        \(names.owner) o join \(job) j on j.job_key = o.job_key where json_valid(j.state)
        and not exists (select 1 from \(runs) where r.owner = o.epoch)
        """
      ),
      (
        "runs whose owner is not known",
        """
        \(job) j, \(runs) where \(readable) and r.owner is not null
        and not exists (select 1 from \(names.owner) o where o.job_key = j.job_key and o.epoch = r.owner)
        """
      ),
    ]
    return try await self.pool.run { connection in
      try checks.compactMap { name, sql in
        let count = try connection.run("select count(*) from \(sql)").number(0, 0)
        return count == 0 ? nil : "\(count) \(name)"
      }
    }
  }
}
#endif
