/// Why a zone cannot be had.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// The text is no name of a zone.
    case malformedName
    /// The machine has zone data, but not of that zone.
    case unknown
    /// The machine has no zone data in any of these directories.
    case noData([String])
    /// The file of the zone is damaged.
    case unreadable(String, TZifError)
  }

  public var identifier: String
  public var reason: Reason
  /// Names of zones that resemble the one asked for, the nearest first.
  public var suggestions: [String]

  public var description: String {
    let shown = "\"\(printable(identifier, limit: 60))\""
    var text: String
    switch reason {
    case .malformedName: text = "\(shown) is no time zone name such as \"Europe/Paris\"."
    case .unknown: text = "Unknown time zone \(shown)."
    case .noData(let places):
      text =
        "There is no time zone data for \(shown) on this machine; looked in \(places.joined(separator: ", ")). "
        + "Install the tzdata package, or point TZDIR to a directory of TZif files."
    case .unreadable(let path, let error): text = "The time zone file \(path) is damaged: \(error)"
    }
    if !suggestions.isEmpty {
      text += " Did you mean " + suggestions.map { "\"\($0)\"" }.joined(separator: " or ") + "?"
    }
    return text
  }
}
