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
  /// The database of this machine: what triggers are made and decoded with.
  public static var system: ZoneDatabase { self.inPlace ?? self.ofThisMachine }

  private static let ofThisMachine = ZoneDatabase(directories: ZoneDatabase.systemDirectories())

  /// Another database in the place of ``system``, for what is done within a call or a task: a scheduler that renews its triggers by
  /// its own database, or a test that brings its own zone data.
  @TaskLocal package static var inPlace: ZoneDatabase?

  private let directories: [String]
  private let cache = Mutex<Cache>(Cache())

  private struct Cache {
    var zones: [String: ZoneRules] = [:]
    var identifiers: [String]?
    var release: ZoneRelease?
    /// What the files of the release looked like, so that a look need not read them.
    var stamp: ZoneFile.Stamp?
    /// A newer version that the last look found, and does not trust yet.
    var candidate: String?
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

  /// The rules of a zone; the same value for the same name, until ``reload()`` takes up newer data.
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
    // The release is taken before the file is read, so that rules of a later one are at worst taken for older than they are: they
    // are read again then. The other way round an old rule would never be.
    let release = self.release
    // Reading happens outside the lock. Two threads may read the same file; the first one's value is kept by both.
    guard let read = try load(identifier, of: release) else { return nil }
    return cache.withLock { cache in
      if let known = cache.zones[identifier] { return known }
      guard cache.release === release else { return read }
      cache.zones[identifier] = read
      return read
    }
  }

  private func load(_ identifier: String, of release: ZoneRelease) throws(ZoneError) -> ZoneRules? {
    guard ZoneName.isWellFormed(identifier) else { return nil }
    if Self.namesOfUTC.contains(identifier) {
      return ZoneRules(identifier: identifier, initialOffset: 0, transitions: [], rule: nil)
    }
    for directory in directories {
      guard let bytes = ZoneFile.read(directory + "/" + identifier, atMost: ZoneFile.largest) else { continue }
      do throws(TZifError) {
        return try TZif.rules(from: bytes, identifier: identifier, release: release)
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
    let release = self.release
    var found: [String] = []
    for directory in directories where found.isEmpty { found = ZoneFile.names(under: directory).sorted() }
    cache.withLock { if $0.release === release { $0.identifiers = found } }
    return found
  }

  /// The release of the zone data, such as `2025b`; where the data does not say, a fingerprint of some of its files;
  /// `none` without data. Equal texts mean that stored fire times need not be derived anew.
  public var version: String { release.version }

  /// The release that is in use.
  package var release: ZoneRelease {
    if let known = cache.withLock({ $0.release }) { return known }
    // The stamp first: where the files change in between, the next look sees another stamp and reads the version again.
    let stamp = stampOfFiles()
    let found = ZoneRelease(version: versionOfFiles())
    return cache.withLock { cache in
      if let known = cache.release { return known }
      cache.release = found
      cache.stamp = stamp
      return found
    }
  }

  private func versionOfFiles() -> String {
    directories.lazy.compactMap(ZoneFile.version(under:)).first ?? ZoneRelease.none
  }

  private func stampOfFiles() -> ZoneFile.Stamp { ZoneFile.stamp(under: directories) }
}

// MARK: - Newer data in a running process

extension ZoneDatabase {
  /// Looks whether the zone data on disk has another version than the one in use, and if so uses it from now on.
  ///
  /// An update of the system's zone data replaces the files below a running process. Zones that are asked for after a reload, and triggers that
  /// are made or decoded after it, have the new rules. ``ZoneRules`` and ``Trigger`` values that exist keep theirs, so that an answer never
  /// changes between two questions to the same value; see ``Trigger/refreshed()``. A running scheduler looks by itself, about once a
  /// minute, and renews the triggers of its jobs.
  ///
  /// Data that is known to be older than what is in use, and no data at all, are not taken up.
  ///
  /// - Returns: whether the version changed.
  @discardableResult
  public func reload() -> Bool {
    let old = self.release
    let stamp = stampOfFiles()
    guard let new = old.successor(version: versionOfFiles()) else { return false }
    return self.take(new, inPlaceOf: old, stamp)
  }

  /// Does what ``reload()`` does, at the cost of a few calls of `stat` where nothing changed, and not before two looks have found the
  /// same newer version: files of a package that is just being unpacked are of two versions.
  package func look() -> Bool {
    let old = self.release
    let stamp = stampOfFiles()
    if self.cache.withLock({ $0.stamp == stamp && $0.candidate == nil }) { return false }
    let successor = old.successor(version: versionOfFiles())
    let isSettled = self.cache.withLock { cache -> Bool in
      defer {
        cache.candidate = successor?.version
        cache.stamp = stamp
      }
      return successor != nil && cache.candidate == successor?.version && cache.stamp == stamp
    }
    guard isSettled, let successor else { return false }
    return self.take(successor, inPlaceOf: old, stamp)
  }

  private func take(_ new: ZoneRelease, inPlaceOf old: ZoneRelease, _ stamp: ZoneFile.Stamp) -> Bool {
    self.cache.withLock { cache in
      // Somebody else was faster.
      guard cache.release === old else { return false }
      cache = Cache(release: new, stamp: stamp)
      return true
    }
  }
}
