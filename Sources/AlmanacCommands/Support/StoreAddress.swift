import Almanac

#if SQLite
import AlmanacSQLite
#endif

/// The address of a store: `sqlite:PATH`, `sqlite:PATH?namespace=NAME`, or `memory:` for one that is gone with its process.
struct StoreAddress: Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case sqlite(path: String, namespace: String)
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
    case "memory":
      guard rest.isEmpty else { throw SyntaxProblem(column: 8, message: "nothing may follow memory:") }
      self.kind = .memory
    default:
      let nearest = NearestName.nearest(to: scheme, among: ["sqlite", "memory"])
      throw SyntaxProblem(
        column: 1,
        message: "there are no stores of the kind \"\(VisibleText.line(scheme))\"; "
          + (nearest.map { "did you mean \($0):?" } ?? "expected sqlite:PATH or memory:"))
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
    case .memory: "memory:"
    }
  }
}
