#if SQLite
import Almanac
import Foundation

/// The address of a store: `sqlite:PATH`, `sqlite:///absolute/path`, and `?namespace=NAME` after either.
///
/// `%XX` stands for a byte, as in every address (RFC 3986, 2.1). `sqlite:jobs.sqlite` is relative to the working
/// directory; there is no host, so `sqlite://jobs.sqlite` is refused.
public struct SQLiteLocation: Hashable, Sendable {
  public var path: String
  public var namespace: String

  /// - Throws: ``StoreError`` with the form that was expected.
  public init(_ address: String) throws {
    func refused(_ why: String) -> StoreError {
      StoreError(
        .unsupported, store: address,
        "\(why); expected sqlite:PATH or sqlite:///ABSOLUTE/PATH, as in sqlite:jobs.sqlite")
    }
    guard address.lowercased().hasPrefix("sqlite:") else { throw refused("this is not the address of an SQLite store") }
    let parts = address.dropFirst("sqlite:".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path = parts.first.map(String.init) ?? ""
    if path.hasPrefix("//") {
      path.removeFirst(2)
      guard path.hasPrefix("/") else { throw refused("an SQLite store has no host") }
    }
    guard let decoded = path.removingPercentEncoding else {
      throw refused("the path has a % that is not followed by two digits")
    }
    guard !decoded.isEmpty else { throw refused("the path is missing") }
    self.path = decoded
    self.namespace = "default"
    guard parts.count == 2 else { return }
    for parameter in parts[1].split(separator: "&") {
      let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair[0] == "namespace", pair.count == 2, let value = pair[1].removingPercentEncoding else {
        throw refused("the parameter \(parameter) is not known; there is only namespace=NAME")
      }
      self.namespace = value
    }
  }
}
#endif
