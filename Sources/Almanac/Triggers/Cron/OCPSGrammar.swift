/// The Open Cron Pattern Specification, version 1.4 (https://github.com/open-source-cron/ocps).
///
/// Five fields; six with seconds first; seven with years last. Where the text leaves something open, the reference
/// implementation croner decides: letters count in either case, `W` may stand in a list, `#n` after a range holds for
/// each weekday of it, and a time in a gap fires later by the gap's length.
enum OCPSGrammar {
  static func parse(_ text: CronText) throws(TriggerParseError) -> CronMeaning {
    if let meaning = try text.nickname(CronText.nicknames) { return try parse(CronText(meaning)) }
    let count = text.fields.count
    guard (5...7).contains(count) else { throw wrongCount(text) }
    let base = count == 5 ? 0 : 1
    let style = CronFieldReader.Style(valueStep: .refused)
    var pattern = CivilPattern()
    if count > 5 { pattern.seconds = try plain(text, 0, .second, style).bits }
    pattern.minutes = try plain(text, base, .minute, style).bits
    pattern.hours = UInt32(truncatingIfNeeded: try plain(text, base + 1, .hour, style).bits)
    var reader = CronFieldReader(text, base + 2, .dayOfMonth, style: style)
    let daysRestricted = try days(&reader, &pattern.days)
    pattern.months = UInt16(truncatingIfNeeded: try plain(text, base + 3, .month, style).bits)
    let weekdayStyle = CronFieldReader.Style(valueStep: .refused, star: 0...6)
    reader = CronFieldReader(text, base + 4, .weekday, style: weekdayStyle)
    let weekdayAnswer = try weekdays(&reader, &pattern.days)
    if count == 7 { pattern.years = try years(text, style) }
    let isEither = daysRestricted && weekdayAnswer.isRestricted && !weekdayAnswer.isAnd
    pattern.days.combination = isEither ? .either : .both
    return CronMeaning(pattern: pattern, gap: .shift, fold: .first)
  }

  private static func wrongCount(_ text: CronText) -> TriggerParseError {
    let names = "minute, hour, day of month, month, weekday; before them seconds, after them years"
    let count = text.fields.count
    if count > 7 {
      let extra = text.fields[7].lowerBound..<text.fields[count - 1].upperBound
      return text.failure(extra, "ocps has 5 to 7 fields, here are \(count)", expected: names)
    }
    let end = text.fields[count - 1].upperBound
    let completed = text.text(0..<end) + String(repeating: " *", count: 5 - count)
    return text.failure(
      end..<end, "ocps has 5 to 7 fields, here \(count == 1 ? "is 1" : "are \(count)")", expected: names,
      suggestion: completed.utf8.count <= 80 && (try? parse(CronText(completed))) != nil
        ? completed : text.nearestNickname)
  }

  private static func plain(
    _ text: CronText, _ number: Int, _ field: CronField, _ style: CronFieldReader.Style
  ) throws(TriggerParseError) -> [CronSpan] {
    var reader = CronFieldReader(text, number, field, style: style)
    if reader.peek == UInt8(ascii: "?"), reader.peek(ahead: 1) == nil {
      throw reader.failure(
        reader.range, "? belongs into the day fields only", expected: "* for every \(field.name)", suggestion: "*")
    }
    return try reader.list()
  }

  /// The years of `*/n` count from 1970, the first year that the specification asks for.
  private static func years(_ text: CronText, _ style: CronFieldReader.Style) throws(TriggerParseError) -> YearSet {
    let starStyle = CronFieldReader.Style(valueStep: .refused, star: 1_970...9_999)
    var reader = CronFieldReader(text, 6, .year, style: starStyle)
    if reader.peek == UInt8(ascii: "*"), reader.peek(ahead: 1) == nil { return .every }
    let spans = try reader.list()
    return YearSet { year in spans.contains { $0.contains(year) } } ?? .every
  }

  /// Reads the day field; returns whether it is restricted, which only `*` and `?` are not.
  private static func days(_ reader: inout CronFieldReader, _ days: inout DayPattern) throws(TriggerParseError) -> Bool
  {
    if isWild(reader) { return false }
    days.days = 0
    repeat {
      if reader.takeLetter("L") {
        if reader.takeLetter("W") { days.lastWorkday = true } else { days.daysFromEnd |= 1 }
        continue
      }
      if CronFieldReader.isDigit(reader.peek) {
        var ahead = reader
        let day = try ahead.value()
        if ahead.takeLetter("W") {
          days.nearestWeekday |= 1 << UInt32(day)
          reader = ahead
          continue
        }
      }
      days.days |= UInt32(truncatingIfNeeded: [try reader.item()].bits)
    } while try reader.another()
    return true
  }

  private static func isWild(_ reader: CronFieldReader) -> Bool {
    (reader.peek == UInt8(ascii: "*") || reader.peek == UInt8(ascii: "?")) && reader.peek(ahead: 1) == nil
  }

  private static func weekdays(
    _ reader: inout CronFieldReader, _ days: inout DayPattern
  ) throws(TriggerParseError) -> (isRestricted: Bool, isAnd: Bool) {
    let isAnd = reader.take("+")
    if isWild(reader) { return (isAnd, isAnd) }
    days.weekdays = 0
    repeat {
      if let star = try reader.star() {
        days.weekdays |= UInt8(truncatingIfNeeded: [star].bits)
        continue
      }
      if let chosen = try reader.hashed() {
        // A range up to 7 may choose it, and 7 is Sunday.
        days.weekdays |= UInt8(truncatingIfNeeded: [chosen].bits(modulo: 7, from: 0))
        continue
      }
      let start = reader.position
      let (span, isRange) = try reader.valueOrRange()
      let set = UInt8(truncatingIfNeeded: [span].bits(modulo: 7, from: 0))
      if reader.take("#") {
        try nth(&reader, set, &days)
      } else if !CronFieldReader.isLetter(reader.peek(ahead: 1)), reader.takeLetter("L") {
        days.lastWeekdays |= set
      } else if reader.peek == UInt8(ascii: "/") {
        let slash = reader.position
        let step = try reader.step() ?? 1
        guard isRange else {
          throw reader.failure(
            slash..<reader.position, "a step needs a range or *", expected: "\"*/n\" or \"a-b/n\"",
            suggestion: "\(span.low)-6/\(step)")
        }
        let stepped = CronSpan(low: span.low, high: span.high, step: step)
        days.weekdays |= UInt8(truncatingIfNeeded: [stepped].bits(modulo: 7, from: 0))
      } else {
        try reader.requireEndOfName(from: start)
        days.weekdays |= set
      }
    } while try reader.another()
    return (true, isAnd)
  }

  private static func nth(
    _ reader: inout CronFieldReader, _ set: UInt8, _ days: inout DayPattern
  ) throws(TriggerParseError) {
    if reader.takeLetter("L") {
      days.lastWeekdays |= set
      return
    }
    let start = reader.position
    guard let number = reader.digits() else { throw reader.unexpected(expected: "1 to 5, or L for the last") }
    guard (1...5).contains(number) else {
      throw reader.failure(
        start..<reader.position,
        "no month has a weekday number \(printable(reader.text.text(start..<reader.position), limit: 12))",
        expected: "1 to 5, or L for the last", suggestion: number == 0 ? "1" : "5")
    }
    days.nthWeekdays |= UInt64(set) << UInt64(7 * (number - 1))
  }
}
