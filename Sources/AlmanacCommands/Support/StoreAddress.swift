import Almanac

/// The address of a store: `sqlite:PATH`, or `memory:` for one that is gone with its process.
struct StoreAddress: Hashable, Sendable, CustomStringConvertible {
  enum Kind: Hashable, Sendable {
    case sqlite(path: String)
    case memory
  }

  var kind: Kind

  /// What is used where nobody says anything: a file in the current directory.
  static let fallback = "sqlite:almanac.sqlite"

  init(_ text: String) throws(SyntaxProblem) {
    guard let colon = text.firstIndex(of: ":") else {
      throw SyntaxProblem(
        column: 1, message: "\"\(VisibleText.line(text))\" is no address of a store; expected one such as sqlite:almanac.sqlite")
    }
    let scheme = text[..<colon]
    let rest = String(text[text.index(after: colon)...])
    switch scheme {
    case "sqlite":
      // sqlite:///absolute/path is how other tools write it.
      let path = rest.hasPrefix("//") ? String(rest.dropFirst(2)) : rest
      guard !path.isEmpty, !path.unicodeScalars.contains("\0") else {
        throw SyntaxProblem(column: 8, message: "the path is missing; expected sqlite:PATH")
      }
      self.kind = .sqlite(path: path)
    case "memory":
      guard rest.isEmpty else { throw SyntaxProblem(column: 8, message: "nothing may follow memory:") }
      self.kind = .memory
    default:
      let nearest = NearestName.nearest(to: String(scheme), among: ["sqlite", "memory"])
      throw SyntaxProblem(
        column: 1,
        message: "there are no stores of the kind \"\(VisibleText.line(String(scheme)))\"; "
          + (nearest.map { "did you mean \($0):?" } ?? "expected sqlite:PATH or memory:"))
    }
  }

  /// The same address with its path seen from a directory.
  func resolved(in directory: String) -> StoreAddress {
    guard case .sqlite(let path) = self.kind, !path.hasPrefix("/") else { return self }
    var copy = self
    copy.kind = .sqlite(path: directory == "/" ? "/" + path : directory + "/" + path)
    return copy
  }

  var description: String {
    switch self.kind {
    case .sqlite(let path): "sqlite:\(path)"
    case .memory: "memory:"
    }
  }
}
