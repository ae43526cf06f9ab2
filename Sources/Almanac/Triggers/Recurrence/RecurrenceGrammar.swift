/// The reading of `FREQ=…;…` (RFC 5545, section 3.3.10). Names count in either case, and `RRULE:` may stand before.
struct RecurrenceGrammar {
  private let text: CronText
  private let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]

  /// More occurrences than this are not counted out; a rule that needs more can say until when.
  static let largestCount = 100_000

  static func parse(_ expression: String) throws(TriggerParseError) -> RecurrenceRule {
    try RecurrenceGrammar(text: CronText(field: expression)).rule()
  }

  private func rule() throws(TriggerParseError) -> RecurrenceRule {
    var rule = RecurrenceRule()
    var seen: Set<String> = []
    let whole = text.fields[0]
    var position = whole.lowerBound
    if text.text(whole).uppercased().hasPrefix("RRULE:") { position += 6 }
    while position <= whole.upperBound {
      let end = text.bytes[position..<whole.upperBound].firstIndex(of: UInt8(ascii: ";")) ?? whole.upperBound
      try part(position..<end, &rule, &seen)
      position = end + 1
    }
    guard seen.contains("FREQ") else {
      throw text.failure(whole, "the rule has no FREQ", expected: "FREQ=DAILY or another frequency")
    }
    if rule.frequency != .monthly, rule.frequency != .yearly, rule.weekdays.contains(where: { $0.ordinal != 0 }) {
      throw text.failure(
        whole, "BYDAY counts weekdays only in months and years", expected: "FREQ=MONTHLY or FREQ=YEARLY with it")
    }
    return rule
  }

  private static let parts = [
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
    "BYWEEKNO", "BYMONTH", "BYSETPOS",
  ]

  private func part(
    _ range: Range<Int>, _ rule: inout RecurrenceRule, _ seen: inout Set<String>
  ) throws(TriggerParseError) {
    guard let equals = text.bytes[range].firstIndex(of: UInt8(ascii: "=")) else {
      throw text.failure(
        range, "a part of the rule must be NAME=value", expected: "parts such as INTERVAL=2 between \";\"")
    }
    let name = text.text(range.lowerBound..<equals).uppercased()
    guard Self.parts.contains(name) else {
      throw text.failure(
        range.lowerBound..<equals, "unknown part \"\(printable(name, limit: 20))\"",
        expected: "one of " + Self.parts.joined(separator: ", "),
        suggestion: CronText.nearest(to: name, among: Self.parts))
    }
    guard seen.insert(name).inserted else {
      throw text.failure(range.lowerBound..<equals, "\(name) stands twice", expected: "each part once")
    }
    if (name == "COUNT" && seen.contains("UNTIL")) || (name == "UNTIL" && seen.contains("COUNT")) {
      throw text.failure(range, "COUNT and UNTIL exclude each other", expected: "one of them")
    }
    let value = equals + 1..<range.upperBound
    switch name {
    case "FREQ": rule.frequency = try frequency(value)
    case "INTERVAL": rule.interval = try number(value, 1...1_000_000_000, name)
    case "COUNT": rule.end = .count(try number(value, 1...Self.largestCount, name))
    case "UNTIL": rule.end = try until(value)
    case "WKST": rule.weekStart = try weekday(value)
    case "BYSECOND":
      rule.seconds = try list(value) { bytes throws(TriggerParseError) in try number(bytes, 0...60, name) }
    case "BYMINUTE":
      rule.minutes = try list(value) { bytes throws(TriggerParseError) in try number(bytes, 0...59, name) }
    case "BYHOUR": rule.hours = try list(value) { bytes throws(TriggerParseError) in try number(bytes, 0...23, name) }
    case "BYMONTH": rule.months = try list(value) { bytes throws(TriggerParseError) in try number(bytes, 1...12, name) }
    case "BYMONTHDAY": rule.monthDays = try signedList(value, 31, name)
    case "BYYEARDAY": rule.yearDays = try signedList(value, 366, name)
    case "BYWEEKNO": rule.weeks = try signedList(value, 53, name)
    case "BYSETPOS": rule.positions = try signedList(value, 366, name)
    default: rule.weekdays = try list(value) { bytes throws(TriggerParseError) in try countedWeekday(bytes) }
    }
  }

  private func frequency(_ range: Range<Int>) throws(TriggerParseError) -> RecurrenceRule.Frequency {
    let word = text.text(range).uppercased()
    if let frequency = RecurrenceRule.Frequency(rawValue: word) { return frequency }
    let known = RecurrenceRule.Frequency.allCases.map(\.rawValue)
    throw text.failure(
      range, "unknown frequency \"\(printable(word, limit: 20))\"", expected: "one of " + known.joined(separator: ", "),
      suggestion: CronText.nearest(to: word, among: known) ?? known.first { $0.hasPrefix(word) && word.count > 2 }
        // A comma where a semicolon belongs.
        ?? known.first { word.hasPrefix($0 + ",") })
  }

  private func list<Value>(
    _ range: Range<Int>, _ read: (Range<Int>) throws(TriggerParseError) -> Value
  ) throws(TriggerParseError) -> [Value] {
    var values: [Value] = []
    var position = range.lowerBound
    while position <= range.upperBound {
      let end = text.bytes[position..<range.upperBound].firstIndex(of: UInt8(ascii: ",")) ?? range.upperBound
      values.append(try read(position..<end))
      position = end + 1
    }
    return values
  }

  private func signedList(_ range: Range<Int>, _ greatest: Int, _ name: String) throws(TriggerParseError) -> [Int] {
    try list(range) { bytes throws(TriggerParseError) in try signed(bytes, greatest, name) }
  }

  private func number(_ range: Range<Int>, _ allowed: ClosedRange<Int>, _ name: String) throws(TriggerParseError) -> Int
  {
    let expected = "a number \(allowed.lowerBound) to \(allowed.upperBound)"
    guard let value = digits(range) else {
      let shown = printable(text.text(range), limit: 20)
      throw text.failure(range, "\(name) has no number, but \"\(shown)\"", expected: expected)
    }
    guard allowed.contains(value) else {
      throw text.failure(
        range, "\(name) \(printable(text.text(range), limit: 20)) is out of range", expected: expected,
        suggestion: String(max(allowed.lowerBound, min(value, allowed.upperBound))))
    }
    return value
  }

  /// Digits alone; beyond all bounds where there are too many.
  private func digits(_ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    var value = 0
    for byte in text.bytes[range] {
      guard CronFieldReader.isDigit(byte) else { return nil }
      value = min(value * 10 + Int(byte - 0x30), 1_000_000_000_000)
    }
    return value
  }

  /// A number with or without a sign, but not 0.
  private func signed(_ range: Range<Int>, _ greatest: Int, _ name: String) throws(TriggerParseError) -> Int {
    let sign = range.isEmpty ? nil : text.bytes[range.lowerBound]
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let value = try number(isSigned ? range.lowerBound + 1..<range.upperBound : range, 1...greatest, name)
    return sign == UInt8(ascii: "-") ? -value : value
  }

  private func weekday(_ range: Range<Int>) throws(TriggerParseError) -> Int {
    let word = text.text(range).uppercased()
    if let number = names.firstIndex(of: word) { return number }
    throw text.failure(
      range, "unknown weekday \"\(printable(word, limit: 20))\"", expected: "one of " + names.joined(separator: ", "),
      suggestion: names.first { word.hasPrefix($0) } ?? names.first { $0.hasPrefix(word) && !word.isEmpty })
  }

  private func countedWeekday(_ range: Range<Int>) throws(TriggerParseError) -> RecurrenceRule.Weekday {
    let split = max(range.lowerBound, range.upperBound - 2)
    // `MON` and `MONDAY` are one word, and not something before `ON` or `AY`.
    let letters = text.bytes[range].firstIndex { CronFieldReader.isLetter($0) } ?? split
    if letters < split { return RecurrenceRule.Weekday(ordinal: 0, weekday: try weekday(letters..<range.upperBound)) }
    let day = try weekday(split..<range.upperBound)
    let ordinal = split == range.lowerBound ? 0 : try signed(range.lowerBound..<split, 53, "BYDAY")
    return RecurrenceRule.Weekday(ordinal: ordinal, weekday: day)
  }

  /// `20261231T235959Z`; without `Z` on the wall clock, and a day alone up to its end.
  private func until(_ range: Range<Int>) throws(TriggerParseError) -> RecurrenceRule.End {
    guard let stamp = CivilStamp(basic: text.text(range)) else {
      let plain = text.text(range).filter { $0 != "-" && $0 != ":" }.replacing(" ", with: "T")
      throw text.failure(
        range, "UNTIL is no date or time", expected: "a form such as 20261231T235959Z or 20261231",
        suggestion: CivilStamp(basic: plain) != nil ? plain : nil)
    }
    if stamp.isUTC { return .until(Instant(secondsSinceEpoch: stamp.seconds)) }
    return .untilLocal(stamp.isDateOnly ? stamp.seconds + CivilTime.secondsPerDay - 1 : stamp.seconds)
  }
}

/// The dates and times of RFC 5545 (`20260131T090000`), and of ISO 8601 with its separators.
struct CivilStamp {
  var seconds: CivilSeconds
  var isUTC = false
  var isDateOnly = false

  /// `20260131`, `20260131T090000` or `20260131T090000Z`.
  init?(basic text: String) {
    var scanner = DigitScanner(text.utf8)
    guard let year = scanner.number(digits: 4), year >= 1, let month = scanner.number(digits: 2),
      let day = scanner.number(digits: 2), let date = CivilDate(validYear: year, month: month, day: day)
    else { return nil }
    seconds = CivilTime.seconds(of: date)
    if scanner.isAtEnd {
      isDateOnly = true
      return
    }
    guard scanner.take(anyOf: [UInt8(ascii: "T"), UInt8(ascii: "t")]) != nil, let hour = scanner.number(digits: 2),
      let minute = scanner.number(digits: 2), let second = scanner.number(digits: 2), hour < 24, minute < 60,
      second < 60
    else { return nil }
    seconds += Int64(hour * 3_600 + minute * 60 + second)
    isUTC = scanner.take(anyOf: [UInt8(ascii: "Z"), UInt8(ascii: "z")]) != nil
    guard scanner.isAtEnd else { return nil }
  }

  /// A wall-clock reading: `2026-01-31T09:00:00`, `2026-01-31 09:00:00`, `2026-01-31` or a basic form without `Z`.
  init?(local text: String) {
    if let basic = CivilStamp(basic: text), !basic.isUTC {
      self = basic
      return
    }
    var scanner = DigitScanner(text.utf8)
    guard let date = scanner.civilDate(), date.year >= 1 else { return nil }
    seconds = CivilTime.seconds(of: date)
    if scanner.isAtEnd {
      isDateOnly = true
      return
    }
    guard scanner.take(anyOf: [UInt8(ascii: "T"), UInt8(ascii: " ")]) != nil, let time = scanner.timeOfDay(),
      time.microseconds == 0, scanner.isAtEnd, time.seconds < 86_400
    else { return nil }
    seconds += Int64(time.seconds)
  }
}
