import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time zones that this machine knows, read from its TZif files once each.
///
/// Zones are looked for under `TZDIR` if that is set, then in the usual places (`/usr/share/zoneinfo` first). Names
/// are those of the IANA database, compared as they are written: `Europe/Paris`, not `europe/paris`. `UTC` and its
/// aliases in the database are there on every machine, with no data at all.
public final class ZoneDatabase: Sendable {
  /// The database of this machine.
  public static let system = ZoneDatabase(directories: ZoneDatabase.systemDirectories())

  private let directories: [String]
  private let cache = Mutex<Cache>(Cache())

  private struct Cache {
    var zones: [String: ZoneRules] = [:]
    var identifiers: [String]?
    var version: String?
  }

  /// A database over the first of the directories that hold a zone.
  package init(directories: [String]) {
    self.directories = directories
  }

  private static func systemDirectories() -> [String] {
    let usual = [
      "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo",
      "/var/db/timezone/zoneinfo", "/system/usr/share/zoneinfo",
    ]
    guard let chosen = getenv("TZDIR").map({ String(cString: $0) }), chosen.hasPrefix("/") else { return usual }
    return [chosen] + usual
  }

  /// The names that mean UTC; they need no data.
  private static let namesOfUTC: Set<String> = [
    "UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "GMT", "Etc/GMT",
  ]

  /// The rules of a zone; the same value for the same name, as long as the process runs.
  ///
  /// - Throws: ``ZoneError`` where the name is none, is unknown (with the nearest names), where its file cannot be
  ///   read, or where the machine has no zone data.
  public func zone(_ identifier: String) throws(ZoneError) -> ZoneRules {
    if let found = try find(identifier) { return found }
    guard ZoneName.isWellFormed(identifier) else {
      throw ZoneError(identifier: identifier, reason: .malformedName, suggestions: suggestions(for: identifier))
    }
    if identifiers.isEmpty { throw ZoneError(identifier: identifier, reason: .noData(directories), suggestions: []) }
    throw ZoneError(identifier: identifier, reason: .unknown, suggestions: suggestions(for: identifier))
  }

  /// Whether the name is that of a zone that can be read; cheaper than an error with its suggestions.
  package func knows(_ identifier: String) -> Bool {
    (try? find(identifier)) != nil
  }

  /// The zone, or nil where there is none of that name.
  private func find(_ identifier: String) throws(ZoneError) -> ZoneRules? {
    if identifier == "UTC" { return .utc }
    if let known = cache.withLock({ $0.zones[identifier] }) { return known }
    // Reading happens outside the lock. Two threads may read the same file; the first one's value is kept by both.
    guard let read = try load(identifier) else { return nil }
    return cache.withLock { cache in
      if let known = cache.zones[identifier] { return known }
      cache.zones[identifier] = read
      return read
    }
  }

  private func load(_ identifier: String) throws(ZoneError) -> ZoneRules? {
    guard ZoneName.isWellFormed(identifier) else { return nil }
    if Self.namesOfUTC.contains(identifier) {
      return ZoneRules(identifier: identifier, initialOffset: 0, transitions: [], rule: nil)
    }
    for directory in directories {
      guard let bytes = ZoneFile.read(directory + "/" + identifier, atMost: ZoneFile.largest) else { continue }
      do throws(TZifError) {
        return try TZif.rules(from: bytes, identifier: identifier)
      } catch {
        // Text files such as zone.tab lie in the same directories; their names are no zones.
        guard bytes.starts(with: Array("TZif".utf8)) else { continue }
        throw ZoneError(
          identifier: identifier, reason: .unreadable(directory + "/" + identifier, error), suggestions: [])
      }
    }
    return nil
  }

  private func suggestions(for identifier: String) -> [String] {
    ZoneName.nearest(to: identifier, among: identifiers)
  }

  /// The names of all zones of the data, sorted; empty where there is none.
  public var identifiers: [String] {
    if let known = cache.withLock({ $0.identifiers }) { return known }
    var found: [String] = []
    for directory in directories where found.isEmpty { found = ZoneFile.names(under: directory).sorted() }
    cache.withLock { $0.identifiers = found }
    return found
  }

  /// The release of the zone data, such as `2025b`; where the data does not say, a fingerprint of some of its files;
  /// `none` without data. Equal texts mean that stored fire times need not be derived anew.
  public var version: String {
    if let known = cache.withLock({ $0.version }) { return known }
    let found = directories.lazy.compactMap(ZoneFile.version(under:)).first ?? "none"
    cache.withLock { $0.version = found }
    return found
  }
}

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
