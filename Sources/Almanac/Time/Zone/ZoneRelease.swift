/// The zone data of one reading: its version, and which versions it is known to be newer than.
///
/// Zone rules hold the release that they were read from, so a fire time can be stored with the version that it was computed by, and a
/// trigger whose rules have been replaced since can be told from one whose rules are in use.
package final class ZoneRelease: Sendable {
  package let version: String
  /// Versions that this process saw being replaced by this one, where their names do not say which is newer.
  private let superseded: Set<String>

  init(version: String, superseded: Set<String> = []) {
    self.version = version
    self.superseded = superseded
  }

  /// True where this data is known to be newer than data of the given version. False also where nobody can know: fire times
  /// that others computed are then left alone.
  package func isNewer(than version: String) -> Bool {
    if version == self.version { return false }
    if let isEarlier = ZoneRelease.precedes(version, self.version) { return isEarlier }
    return self.superseded.contains(version)
  }

  /// True where data of the given version is known, by its name, to be newer than this.
  func isOlder(than version: String) -> Bool { ZoneRelease.precedes(self.version, version) ?? false }

  /// The release that is found in the place of this one; nil where it is the same, or known to be older.
  func successor(version: String) -> ZoneRelease? {
    // Files are gone for a moment while a package is being replaced. What was read before is better than nothing.
    guard version != self.version, version != ZoneRelease.none else { return nil }
    switch ZoneRelease.precedes(self.version, version) {
    case true?: return ZoneRelease(version: version, superseded: self.superseded)
    case false?: return nil
    case nil:
      var superseded = self.superseded.union([self.version])
      superseded.remove(version)
      return ZoneRelease(version: version, superseded: superseded)
    }
  }

  /// Where there is no zone data.
  static let none = "none"

  /// Whether the first of two different versions is the earlier one; nil where their names do not say.
  ///
  /// The names of releases are a year and letters: after `2025z` would come `2025za` (Theory and pragmatics of the tz code and data,
  /// "Releases"), so years and letters are in the order of text. A fingerprint has no place in that order.
  static func precedes(_ left: String, _ right: String) -> Bool? {
    guard left != right, self.isRelease(left), self.isRelease(right) else { return nil }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  /// Four digits, then letters, as in `2025b`.
  private static func isRelease(_ version: String) -> Bool {
    let bytes = Array(version.utf8)
    return bytes.count > 4 && bytes[..<4].allSatisfy { (0x30...0x39).contains($0) }
      && bytes[4...].allSatisfy { (0x61...0x7a).contains($0) }
  }
}
