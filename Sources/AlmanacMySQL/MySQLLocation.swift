#if MySQL
import Almanac
import Foundation

/// The address of a store on MariaDB or MySQL.
///
/// ```
/// mysql://jobs:secret@db.example.com/app
/// mariadb://jobs@db.example.com:3307/app?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ssl/db.pem
/// mysql://jobs@localhost/app?socket=/run/mysqld/mysqld.sock&prefix=cron_&namespace=blue
/// ```
///
/// Without `socket` the server is spoken to by TCP, `localhost` included. A password that is left out comes from the environment (`MYSQL_PWD`).
public struct MySQLLocation: Hashable, Sendable, CustomStringConvertible {
  /// What is asked of the connection's encryption.
  public enum TLS: String, Hashable, Sendable, CaseIterable {
    case disabled = "DISABLED"
    /// Where the server can; no matter who it is.
    case preferred = "PREFERRED"
    /// Always. Who the server is does not matter, unless `ssl-ca` says who vouches for it.
    case required = "REQUIRED"
    /// Always, with a certificate that one in `ssl-ca` signed, whatever name it bears.
    case verifyAuthority = "VERIFY_CA"
    /// Always, with a certificate that is signed by one that is trusted and bears the host's name.
    case verifyIdentity = "VERIFY_IDENTITY"
  }

  public var host: String
  public var port: Int
  /// A unix socket, which is used in place of host and port.
  public var socket: String?
  public var user: String?
  public var password: String?
  public var database: String
  public var tls: TLS
  /// Files that hold the certificates that are trusted, our own, and the key to it.
  public var authority: String?
  public var certificate: String?
  public var key: String?
  /// What the names of the tables begin with.
  public var prefix: String
  public var namespace: String

  private static let form =
    "expected mysql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?socket=PATH&prefix=almanac_&namespace=NAME&ssl-mode=REQUIRED]"

  /// - Throws: ``StoreError`` with the form that was expected.
  public init(_ text: String) throws {
    let shown = MySQLLocation.withoutPassword(text)
    func refused(_ why: String) -> StoreError {
      StoreError(.unsupported, store: shown, "\(why); \(MySQLLocation.form)")
    }
    let scheme = text.prefix { $0 != ":" }.lowercased()
    guard scheme == "mysql" || scheme == "mariadb", text.dropFirst(scheme.count).hasPrefix("://") else {
      throw refused("this is not the address of a store on MariaDB or MySQL")
    }
    guard let parts = URLComponents(string: text) else { throw refused("the address cannot be read") }
    guard parts.fragment == nil else { throw refused("nothing may follow a #") }
    let database = parts.path.dropFirst()
    guard !database.isEmpty, !database.contains("/"), !database.utf8.contains(0) else {
      throw refused("the address names no database")
    }
    self.database = String(database)
    let host = parts.host ?? ""
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = parts.port ?? 3306
    guard (1...65_535).contains(self.port) else { throw refused("a port is a number from 1 to 65535") }
    self.user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    self.password = parts.password
    (self.tls, self.prefix, self.namespace) = (.disabled, "almanac_", "default")
    for item in parts.queryItems ?? [] {
      guard let value = item.value, !value.isEmpty, !value.utf8.contains(0) else {
        throw refused("the parameter \(item.name) has no value")
      }
      switch item.name {
      case "socket": self.socket = value
      case "prefix": self.prefix = value
      case "namespace": self.namespace = value
      case "ssl-ca": self.authority = value
      case "ssl-cert": self.certificate = value
      case "ssl-key": self.key = value
      case "ssl-mode":
        guard let tls = TLS(rawValue: value.uppercased()) else {
          throw refused("ssl-mode is one of \(TLS.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.tls = tls
      default: throw refused("there is no parameter \(item.name)")
      }
    }
    guard !self.host.isEmpty || self.socket != nil else { throw refused("the address names no host and no socket") }
    let hasCertificates = self.authority ?? self.certificate ?? self.key != nil
    guard !hasCertificates || self.tls != .disabled else {
      throw refused("certificates need an ssl-mode, such as REQUIRED")
    }
    guard self.tls != .verifyAuthority || self.authority != nil else { throw refused("VERIFY_CA needs ssl-ca") }
    if let problem = MySQLLocation.problem(prefix: self.prefix) { throw refused(problem) }
  }

  /// Names of tables are letters, digits and underscores, which no server folds or has to quote.
  private static func problem(prefix: String) -> String? {
    let isPlain = prefix.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
      default: false
      }
    }
    return isPlain && prefix.utf8.count <= 40 ? nil : "a prefix holds at most 40 small letters, digits and underscores"
  }

  /// The address without its secrets.
  public var description: String {
    let user = self.user.map { "\($0)@" } ?? ""
    let host = self.host.contains(":") ? "[\(self.host)]" : self.host
    let port = self.port == 3306 || self.socket != nil ? "" : ":\(self.port)"
    var own: [String] = []
    if let socket = self.socket { own.append("socket=\(socket)") }
    if self.prefix != "almanac_" { own.append("prefix=\(self.prefix)") }
    if self.namespace != "default" { own.append("namespace=\(self.namespace)") }
    return "mysql://\(user)\(host)\(port)/\(self.database)" + (own.isEmpty ? "" : "?" + own.joined(separator: "&"))
  }

  /// For an address that cannot be read: all that might be a password is left out.
  private static func withoutPassword(_ text: String) -> String {
    let shown = text.prefix { $0 != "?" }
    guard let at = shown.lastIndex(of: "@") else { return String(shown) }
    guard let slashes = shown.range(of: "://"), slashes.upperBound <= at else { return "…" + String(shown[at...]) }
    return String(shown[..<slashes.upperBound]) + "…" + String(shown[at...])
  }
}
#endif
