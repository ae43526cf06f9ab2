#if PostgreSQL
import Almanac
import CPostgreSQL
import Foundation

/// The address of a store: a connection URL as every tool of PostgreSQL takes it, and of Almanac's own `schema=NAME` (default
/// `almanac`) and `namespace=NAME` (default `default`) among its parameters.
///
/// ```
/// postgresql://jobs@db.example.com/app
/// postgresql://jobs@db1,db2/app?target_session_attrs=read-write&sslmode=verify-full
/// postgresql:///app?host=/run/postgresql&schema=jobs&namespace=blue
/// ```
///
/// What it leaves out libpq takes from the environment (`PGPASSWORD`, `PGSERVICE` and the others) and from `~/.pgpass`.
public struct PostgreSQLLocation: Hashable, Sendable, CustomStringConvertible {
  /// What libpq is given. May hold a password.
  public var address: String
  /// The schema that holds the tables.
  public var schema: String
  public var namespace: String
  /// The address without its secrets.
  public let description: String

  /// - Throws: ``StoreError`` with the form that was expected.
  public init(_ text: String) throws {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let base = parts.first ?? ""
    var kept: [Substring] = []
    var own: [String: String] = [:]
    let shown = PostgreSQLLocation.withoutPassword(base)
    func refused(_ why: String) -> StoreError {
      StoreError(
        .unsupported, store: shown,
        "\(why); expected postgresql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?schema=NAME&namespace=NAME]")
    }
    guard ["postgresql://", "postgres://"].contains(where: { base.lowercased().hasPrefix($0) }) else {
      throw refused("this is not the address of a PostgreSQL store")
    }
    for parameter in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
      let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = pair.first, key == "schema" || key == "namespace" else {
        kept.append(parameter)
        continue
      }
      guard pair.count == 2, let value = pair[1].removingPercentEncoding, !value.isEmpty else {
        throw refused("the parameter \(key) has no value")
      }
      own[String(key)] = value
    }
    let address = kept.isEmpty ? base : base + "?" + kept.joined(separator: "&")
    self.address = address
    self.schema = own["schema"] ?? "almanac"
    self.namespace = own["namespace"] ?? "default"
    guard self.schema.utf8.count <= 63, !self.schema.utf8.contains(0) else {
      throw refused("the name of a schema holds at most 63 bytes")
    }
    // libpq's own words quote what they could not read, which may be the password.
    guard let options = PQconninfoParse(address, nil) else { throw refused("the address cannot be read") }
    defer { PQconninfoFree(options) }
    self.description = PostgreSQLLocation.describe(options, schema: self.schema, namespace: self.namespace)
  }

  private static func describe(
    _ options: UnsafeMutablePointer<PQconninfoOption>, schema: String, namespace: String
  ) -> String {
    var values: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    let user = values["user"].map { "\($0)@" } ?? ""
    let hosts = (values["host"] ?? values["hostaddr"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let ports = (values["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let places = hosts.enumerated().map { index, host in
      let port = index < ports.count ? ports[index] : ports.first ?? ""
      return port.isEmpty ? String(host) : "\(host):\(port)"
    }
    var text = "postgresql://\(user)\(places.joined(separator: ","))/\(values["dbname"] ?? "")"
    var own: [String] = []
    if schema != "almanac" { own.append("schema=\(schema)") }
    if namespace != "default" { own.append("namespace=\(namespace)") }
    if !own.isEmpty { text += "?" + own.joined(separator: "&") }
    return text
  }

  /// For an address that cannot be read: all that might be a password is left out.
  private static func withoutPassword(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@"), let slashes = text.range(of: "://"), slashes.upperBound <= at else {
      return text
    }
    return String(text[..<slashes.upperBound]) + "…" + String(text[at...])
  }
}
#endif
