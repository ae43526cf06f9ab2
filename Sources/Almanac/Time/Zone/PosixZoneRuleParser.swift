/// The reading of POSIX `TZ` texts, as they stand in TZif footers.
extension PosixZoneRule {
  /// Where and why a text is no rule.
  struct ParseFailure: Error, Hashable {
    /// Bytes before the place.
    var offset: Int
    var expected: String
  }

  /// Reads `std offset [dst [offset] [,start[/time],end[/time]]]`.
  ///
  /// A daylight name without a rule is read with the rule of the United States, as the reference implementation does.
  init(parsing bytes: ArraySlice<UInt8>) throws(ParseFailure) {
    var reader = PosixRuleReader(bytes: bytes)
    try reader.name()
    standard = -(try reader.time(maximumHours: 24))
    guard !reader.isAtEnd else { return }
    try reader.name()
    var offset = standard + 3_600
    if let next = reader.peek, next != UInt8(ascii: ",") { offset = -(try reader.time(maximumHours: 24)) }
    if reader.isAtEnd {
      daylight = Daylight(
        offset: offset, start: Change(day: .weekday(month: 3, week: 2, weekday: 0), second: 7_200),
        end: Change(day: .weekday(month: 11, week: 1, weekday: 0), second: 7_200))
      return
    }
    try reader.expect(",")
    let start = try reader.change()
    try reader.expect(",")
    let end = try reader.change()
    guard reader.isAtEnd else { throw reader.failure("the end of the rule") }
    daylight = Daylight(offset: offset, start: start, end: end)
  }
}

private struct PosixRuleReader {
  let bytes: ArraySlice<UInt8>
  var position: Int

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }
  var peek: UInt8? { isAtEnd ? nil : bytes[position] }

  func failure(_ expected: String) -> PosixZoneRule.ParseFailure {
    PosixZoneRule.ParseFailure(offset: position - bytes.startIndex, expected: expected)
  }

  mutating func take(_ character: Character) -> Bool {
    guard let byte = peek, byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Character) throws(PosixZoneRule.ParseFailure) {
    guard take(character) else { throw failure("'\(character)'") }
  }

  /// `EST`, or `<+0530>` where the name is no plain word.
  mutating func name() throws(PosixZoneRule.ParseFailure) {
    let quoted = take("<")
    let start = position
    while let byte = peek {
      let letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
      let signOrDigit = (byte >= 0x30 && byte <= 0x39) || byte == 0x2B || byte == 0x2D
      guard letter || (quoted && signOrDigit) else { break }
      position += 1
    }
    guard position - start >= 3 || (quoted && position > start) else { throw failure("a zone abbreviation") }
    if quoted { try expect(">") }
  }

  mutating func number(upTo maximum: Int, _ expected: String) throws(PosixZoneRule.ParseFailure) -> Int {
    var value = 0
    let start = position
    while let byte = peek, byte >= 0x30, byte <= 0x39 {
      value = value * 10 + Int(byte - 0x30)
      guard value <= maximum else { throw failure(expected) }
      position += 1
    }
    guard position > start else { throw failure(expected) }
    return value
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  mutating func time(maximumHours: Int) throws(PosixZoneRule.ParseFailure) -> Int32 {
    let negative = take("-")
    if !negative { _ = take("+") }
    var seconds = try number(upTo: maximumHours, "hours up to \(maximumHours)") * 3_600
    if take(":") {
      seconds += try number(upTo: 59, "minutes up to 59") * 60
      if take(":") { seconds += try number(upTo: 59, "seconds up to 59") }
    }
    return Int32(negative ? -seconds : seconds)
  }

  /// `M3.2.0`, `J60` or `59`, with `/time`.
  mutating func change() throws(PosixZoneRule.ParseFailure) -> PosixZoneRule.Change {
    let day: PosixZoneRule.Change.Day
    if take("M") {
      let month = try number(upTo: 12, "a month 1 to 12")
      try expect(".")
      let week = try number(upTo: 5, "a week 1 to 5")
      try expect(".")
      let weekday = try number(upTo: 6, "a weekday 0 to 6")
      guard month >= 1, week >= 1 else { throw failure("a month and a week from 1") }
      day = .weekday(month: month, week: week, weekday: weekday)
    } else if take("J") {
      let number = try number(upTo: 365, "a day 1 to 365")
      guard number >= 1 else { throw failure("a day 1 to 365") }
      day = .julian(number)
    } else {
      day = .zeroBased(try number(upTo: 365, "a day 0 to 365, Jn or Mm.w.d"))
    }
    let second = take("/") ? try time(maximumHours: 167) : 7_200
    return PosixZoneRule.Change(day: day, second: second)
  }
}
