import Almanac

#if PostgreSQL
import AlmanacPostgreSQL
#endif
#if SQLite
import AlmanacSQLite
#endif

/// The address of a store: `sqlite:PATH`, `sqlite:PATH?namespace=NAME`, `postgresql://HOST/DATABASE`, or `memory:` for one that is gone with its process.
struct StoreAddress: Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case sqlite(path: String, namespace: String)
    /// - Parameter name: the address without its secrets.
    case postgreSQL(url: String, name: String)
    case memory
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
    case "postgresql", "postgres": self.kind = try StoreAddress.postgreSQL(text)
    case "memory":
      guard rest.isEmpty else { throw SyntaxProblem(column: 8, message: "nothing may follow memory:") }
      self.kind = .memory
    default:
      let nearest = NearestName.nearest(to: scheme, among: ["sqlite", "postgresql", "memory"])
      throw SyntaxProblem(
        column: 1,
        message: "there are no stores of the kind \"\(VisibleText.line(scheme))\"; "
          + (nearest.map { "did you mean \($0):?" } ?? "expected sqlite:PATH, postgresql://HOST/DATABASE or memory:"))
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

  private static func postgreSQL(_ text: String) throws(SyntaxProblem) -> Kind {
    #if PostgreSQL
    do {
      return .postgreSQL(url: text, name: try PostgreSQLLocation(text).description)
    } catch let error as StoreError {
      throw SyntaxProblem(column: 1, message: error.message)
    } catch {
      throw SyntaxProblem(column: 1, message: String(describing: error))
    }
    #else
    // Who cannot read it cannot tell what of it is secret.
    return .postgreSQL(url: text, name: "postgresql:")
    #endif
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
    case .postgreSQL(_, let name): name
    case .memory: "memory:"
    }
  }
}
