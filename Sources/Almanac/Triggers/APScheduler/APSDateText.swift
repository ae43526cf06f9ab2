/// The dates of APScheduler 3's arguments: `2026-1-31`, `2026-01-31 09:30:00`, with a fraction and an offset if wanted.
///
/// Text without an offset is read in the zone. In a gap it gets the offset before the gap, in a fold the first one, as
/// the original does.
enum APSDateText {
  static func instant(_ text: String, in zone: ZoneRules) -> Instant? {
    var scanner = DigitScanner(text.utf8)
    guard let date = date(&scanner) else { return nil }
    let midnight = CivilTime.seconds(of: date)
    if scanner.isAtEnd { return Instant(secondsSinceEpoch: zone.earliestSecond(showing: midnight)) }
    guard scanner.take(anyOf: [UInt8(ascii: " "), UInt8(ascii: "T")]) != nil,
      let hour = scanner.number(upToDigits: 2), hour < 24, scanner.take(UInt8(ascii: ":")),
      let minute = scanner.number(upToDigits: 2), minute < 60, scanner.take(UInt8(ascii: ":")),
      let second = scanner.number(upToDigits: 2), second < 60
    else { return nil }
    var microseconds: Int64 = 0
    if scanner.take(UInt8(ascii: ".")) {
      guard let fraction = scanner.fraction(mostDigits: 6) else { return nil }
      microseconds = fraction
    }
    let local = midnight + Int64(hour * 3_600 + minute * 60 + second)
    let seconds: Int64
    if scanner.isAtEnd {
      seconds = zone.earliestSecond(showing: local)
    } else {
      guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
      seconds = local - Int64(offset)
    }
    return Instant(secondsSinceEpoch: seconds) + .microseconds(microseconds)
  }

  private static func date(_ scanner: inout DigitScanner) -> CivilDate? {
    guard let year = scanner.number(digits: 4), year >= 1, scanner.take(UInt8(ascii: "-")),
      let month = scanner.number(upToDigits: 2), scanner.take(UInt8(ascii: "-")),
      let day = scanner.number(upToDigits: 2)
    else { return nil }
    return CivilDate(validYear: year, month: month, day: day)
  }
}

extension ZoneRules {
  /// The second that a wall-clock reading most naturally means: the first one in a fold, later by the length of the gap in
  /// a gap (RFC 5545, section 3.3.5).
  package func earliestSecond(showing local: CivilSeconds) -> Int64 {
    switch resolve(local) {
    case .unique(let offset): local - Int64(offset)
    case .gap(let before, _, _), .fold(let before, _, _): local - Int64(before)
    }
  }
}
