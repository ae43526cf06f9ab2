import Almanac
import AlmanacMySQL
import AlmanacPostgreSQL
import Foundation

/// A kind of server that is measured: how stores on it are opened, and a place of one's own on it.
enum ServerKind: String, CaseIterable {
  case postgreSQL = "postgres"
  case mySQL = "mysql"

  /// The variable of the environment that names the server.
  var variable: String {
    switch self {
    case .postgreSQL: "ALMANAC_TEST_POSTGRESQL"
    case .mySQL: "ALMANAC_TEST_MYSQL"
    }
  }

  static func store(_ url: String) throws -> any JobStore {
    if url.hasPrefix("postgres") { return try PostgreSQLStore(url: url) }
    return try MySQLStore(url: url)
  }

  /// Lends a place for one measurement, and clears it away afterwards.
  func withPlace(on server: String, _ body: (_ url: String) async throws -> Void) async throws {
    let place = "bench\(UInt32.random(in: 0...UInt32.max))"
    switch self {
    case .postgreSQL:
      try await body("\(server)?schema=\(place)")
      let drop = "set client_min_messages = error; drop schema if exists \(place) cascade"
      try self.perform(["psql", "-q", "-c", drop, server])
    case .mySQL:
      try await body("\(server)?prefix=\(place)_")
      guard let parts = URLComponents(string: server) else { return }
      let client = [
        "mariadb", "--no-defaults", "--protocol=tcp", "-h\(parts.host ?? "127.0.0.1")", "-P\(parts.port ?? 3306)",
        "-u\(parts.user ?? "root")", "-N", "-D\(parts.path.dropFirst())",
      ].joined(separator: " ")
      let tables = "information_schema.tables where table_schema = database() and table_name like '\(place)\\\\_%'"
      let list = #"select concat('drop table `', table_name, '`;') from \#(tables)"#
      try self.perform(
        ["sh", "-c", "\(client) -e \"$1\" | \(client)", "sh", list], password: parts.password)
    }
  }

  private func perform(_ command: [String], password: String? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    if let password {
      process.environment = ProcessInfo.processInfo.environment.merging(["MYSQL_PWD": password]) { _, new in new }
    }
    try process.run()
    process.waitUntilExit()
  }
}
