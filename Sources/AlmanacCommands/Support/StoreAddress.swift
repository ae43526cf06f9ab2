import Almanac

#if MySQL
import AlmanacMySQL
#endif
#if PostgreSQL
import AlmanacPostgreSQL
#endif
#if SQLite
import AlmanacSQLite
#endif

/// The address of a store: `sqlite:PATH`, `sqlite:PATH?namespace=NAME`, `postgresql://HOST/DATABASE`, `mysql://HOST/DATABASE`, or `memory:` for one
/// that is gone with its process.
struct StoreAddress: Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case sqlite(path: String, namespace: String)
    /// - Parameter name: the address without its secrets.
    case server(Server, url: String, name: String)
    case memory
  }

  /// The kinds of stores on servers, by the traits that they need.
  enum Server: String, Hashable, Sendable {
    case postgreSQL = "PostgreSQL"
    case mySQL = "MySQL"
  }

  var kind: Kind

  /// What is used where nobody says anything: a file in the current directory.
  static let fallback = "sqlite:almanac.sqlite"

  init(_ text: String) throws(SyntaxProblem) {
    guard let colon = text.firstIndex(of: ":") else {
      throw SyntaxProblem(
        column: 1,
        message: "\"\(VisibleText.line(text))\" is no address of a store; expected one such as sqlite:almanac.sqlite")
    }
    let scheme = String(text[..<colon])
    let rest = String(text[text.index(after: colon)...])
    switch scheme.lowercased() {
    case "sqlite": self.kind = try StoreAddress.sqlite(text, rest)
    case "postgresql", "postgres": self.kind = try StoreAddress.server(.postgreSQL, text)
    case "mysql", "mariadb": self.kind = try StoreAddress.server(.mySQL, text)
    case "memory":
      guard rest.isEmpty else { throw SyntaxProblem(column: 8, message: "nothing may follow memory:") }
      self.kind = .memory
    default:
      let nearest = NearestName.nearest(to: scheme, among: ["sqlite", "postgresql", "mysql", "mariadb", "memory"])
      throw SyntaxProblem(
        column: 1,
        message: "there are no stores of the kind \"\(VisibleText.line(scheme))\"; "
          + (nearest.map { "did you mean \($0):?" }
            ?? "expected sqlite:PATH, postgresql://HOST/DATABASE, mysql://HOST/DATABASE or memory:"))
    }
  }

  private static func sqlite(_ text: String, _ rest: String) throws(SyntaxProblem) -> Kind {
    guard !rest.unicodeScalars.contains("\0") else { throw SyntaxProblem(column: 8, message: "the path holds a NUL") }
    #if SQLite
    do {
      let location = try SQLiteLocation(text)
      return .sqlite(path: location.path, namespace: location.namespace)
    } catch let error as StoreError {
      throw SyntaxProblem(column: 1, message: error.message)
    } catch {
      throw SyntaxProblem(column: 1, message: String(describing: error))
    }
    #else
    guard !rest.isEmpty else { throw SyntaxProblem(column: 8, message: "the path is missing; expected sqlite:PATH") }
    return .sqlite(path: rest, namespace: "default")
    #endif
  }

  private static func server(_ server: Server, _ text: String) throws(SyntaxProblem) -> Kind {
    do {
      return .server(server, url: text, name: try server.describe(text))
    } catch let error as StoreError {
      throw SyntaxProblem(column: 1, message: error.message)
    } catch {
      throw SyntaxProblem(column: 1, message: String(describing: error))
    }
  }

  /// The same address with its path seen from a directory.
  func resolved(in directory: String) -> StoreAddress {
    guard case .sqlite(let path, let namespace) = self.kind, !path.hasPrefix("/") else { return self }
    var copy = self
    copy.kind = .sqlite(path: directory == "/" ? "/" + path : directory + "/" + path, namespace: namespace)
    return copy
  }

  var description: String {
    switch self.kind {
    case .sqlite(let path, let namespace):
      namespace == "default" ? "sqlite:\(path)" : "sqlite:\(path)?namespace=\(namespace)"
    case .server(_, _, let name): name
    case .memory: "memory:"
    }
  }
}

extension StoreAddress.Server {
  /// The address without its secrets. Who cannot read it cannot tell what of it is secret, and shows its kind alone.
  fileprivate func describe(_ text: String) throws -> String {
    switch self {
    case .postgreSQL:
      #if PostgreSQL
      return try PostgreSQLLocation(text).description
      #else
      return "postgresql:"
      #endif
    case .mySQL:
      #if MySQL
      return try MySQLLocation(text).description
      #else
      return "mysql:"
      #endif
    }
  }
}
