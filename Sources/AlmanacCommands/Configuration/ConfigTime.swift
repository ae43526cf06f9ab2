import Almanac

/// Points in time as people write them: RFC 3339, or a local time that is read in a zone.
enum ConfigTime {
  /// Reads `2026-01-31T09:30:00Z`, or in `zone` one of `2026-01-31`, `2026-01-31 09:30` and `2026-01-31T09:30:00.5`.
  ///
  /// A local time that the clocks show twice is the first one; one that they jump over is an error, for nobody can mean it.
  static func parse(_ text: String, in zone: ZoneRules) throws(SyntaxProblem) -> Instant {
    if let instant = Instant(rfc3339: text) { return instant }
    let (local, microseconds) = try ConfigTime.local(text)
    let offset: Int
    switch zone.resolve(local) {
    case .unique(let only): offset = only
    case .fold(let before, _, _): offset = before
    case .gap(let before, let after, _):
      throw SyntaxProblem(
        column: 1,
        message:
          "\(text) does not exist in \(zone): the clocks go forward by \(DurationText.exact(.seconds(after - before)))")
    }
    return Instant(secondsSinceEpoch: local - Int64(offset)) + .microseconds(microseconds)
  }

  /// A local time as RFC 3339 writes it, without an offset: `2026-01-31T09:30:00`.
  static func localText(_ text: String) throws(SyntaxProblem) -> String {
    let (local, microseconds) = try ConfigTime.local(text)
    return CivilText.dateTime(local, microseconds: microseconds)
  }

  private static func local(_ text: String) throws(SyntaxProblem) -> (seconds: CivilSeconds, microseconds: Int64) {
    var scanner = DigitScanner(text.utf8)
    guard let date = scanner.civilDate() else { throw ConfigTime.malformed(text) }
    let midnight = CivilTime.seconds(of: date)
    if scanner.isAtEnd { return (midnight, 0) }
    guard scanner.take(anyOf: Array("Tt ".utf8)) != nil, let time = scanner.timeOfDay(needsSeconds: false),
      scanner.isAtEnd
    else { throw ConfigTime.malformed(text) }
    return (midnight + Int64(time.seconds), time.microseconds)
  }

  private static func malformed(_ text: String) -> SyntaxProblem {
    SyntaxProblem(
      column: 1,
      message:
        "\"\(VisibleText.line(text))\" is no time; expected one such as 2026-01-31T09:30:00Z, or 2026-01-31 09:30 for a local time"
    )
  }
}
