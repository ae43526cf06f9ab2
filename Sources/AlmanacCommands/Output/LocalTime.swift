import Almanac

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Instants as people read them: in a zone, to the second, with the offset.
struct LocalTime: Sendable {
  let zone: ZoneRules

  /// `2026-01-31 09:30:00 +01:00`.
  func text(_ instant: Instant) -> String {
    let whole = Instant(secondsSinceEpoch: instant.secondsSinceEpoch)
    var text = whole.rfc3339(in: self.zone)
    guard let separator = text.firstIndex(of: "T") else { return text }
    text.replaceSubrange(separator...separator, with: " ")
    if text.last == "Z" { return String(text.dropLast()) + " Z" }
    let offset = text.index(text.endIndex, offsetBy: -6)
    return text[..<offset] + " " + text[offset...]
  }

  /// `09:30:00` where the day is the same as the other's, else all of it.
  func short(_ instant: Instant, besides other: Instant) -> String {
    let whole = self.text(instant)
    let day = whole.prefix { $0 != " " }
    guard self.text(other).hasPrefix(day) else { return whole }
    return String(whole.dropFirst(day.count + 1).prefix(8))
  }

  /// The zone named by `TZ`, or by `/etc/localtime`, or UTC.
  static let system: ZoneRules = {
    if let name = ProcessEnvironment.variable("TZ"), !name.isEmpty {
      let name = name.hasPrefix(":") ? String(name.dropFirst()) : name
      if let zone = try? ZoneDatabase.system.zone(name) { return zone }
    }
    guard let target = LocalTime.linkTarget("/etc/localtime"), let range = target.range(of: "/zoneinfo/") else {
      return .utc
    }
    return (try? ZoneDatabase.system.zone(String(target[range.upperBound...]))) ?? .utc
  }()

  private static func linkTarget(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

extension String {
  /// Where a text occurs first.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = self.startIndex
    while start < self.endIndex {
      if self[start...].hasPrefix(text) { return start..<self.index(start, offsetBy: text.count) }
      start = self.index(after: start)
    }
    return nil
  }
}
