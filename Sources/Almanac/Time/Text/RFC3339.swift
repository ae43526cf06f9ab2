/// RFC 3339 text of instants.
///
/// Reading is total and accepts what RFC 3339, section 5.6, allows, including lower-case `t` and `z`, a space for `T`
/// and the leap second `:60`, which is read as the second after `:59`. Digits beyond the microsecond are dropped.
extension Instant {
  /// The instant that RFC 3339 text names, or nil where the text is no such timestamp.
  public init?(rfc3339 text: String) {
    var scanner = DigitScanner(text.utf8)
    guard let stamp = scanner.civilDateTime(separators: [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")]),
      let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    self = Instant(secondsSinceEpoch: stamp.seconds - Int64(offset)) + .microseconds(stamp.microseconds)
  }

  /// The RFC 3339 text of the instant, in UTC (`Z`) or with the offset that holds in `zone`.
  ///
  /// A fraction is written only where there is one, with three or six digits. Where the offset is no whole number of
  /// minutes (local mean time, before standard time) or the year is not 1 to 9999 in the zone, which RFC 3339 cannot
  /// write, the text is in UTC; beyond those years in UTC too, the year has a sign and more digits, as in ISO 8601.
  public func rfc3339(in zone: ZoneRules? = nil) -> String {
    let (seconds, microseconds) = microsecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 1_000_000)
    var offset = zone.map { Int64($0.offset(atSecond: seconds)) } ?? 0
    if offset % 60 != 0 || !(CivilTime.first...CivilTime.last).contains(seconds + offset) { offset = 0 }
    var text = CivilText.dateTime(seconds + offset, microseconds: microseconds)
    if zone == nil || (offset == 0 && zone?.isUTC == true) {
      text += "Z"
    } else {
      text += CivilText.offset(Int(offset))
    }
    return text
  }
}

/// The writing of civil readings.
package enum CivilText {
  /// `2026-01-31T09:30:00`, with a fraction where `microseconds` is not 0.
  package static func dateTime(_ seconds: CivilSeconds, microseconds: Int64 = 0) -> String {
    let (date, secondOfDay) = CivilTime.split(seconds)
    var text = self.date(date) + "T"
    text += padded(secondOfDay / 3_600, 2) + ":" + padded(secondOfDay / 60 % 60, 2) + ":" + padded(secondOfDay % 60, 2)
    if microseconds != 0 {
      text += "."
      text += microseconds % 1_000 == 0 ? padded(Int(microseconds) / 1_000, 3) : padded(Int(microseconds), 6)
    }
    return text
  }

  /// `2026-01-31`.
  package static func date(_ date: CivilDate) -> String {
    let year =
      (0...9_999).contains(date.year)
      ? padded(date.year, 4) : (date.year < 0 ? "-" : "+") + padded(abs(date.year), 4)
    return year + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
  }

  /// `+05:30`; seconds of the offset are not written.
  package static func offset(_ seconds: Int) -> String {
    let minutes = abs(seconds) / 60
    return (seconds < 0 ? "-" : "+") + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2)
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
