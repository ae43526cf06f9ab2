/// The expressions of Quartz 2 (`org.quartz.CronExpression`): six or seven fields, seconds first and years last.
///
/// Weekdays are 1 for Sunday to 7 for Saturday. Exactly one of the two day fields is `?`. Ranges wrap around the end of
/// their field, except in years. A time in a gap is skipped; in a fold it fires the second time.
enum QuartzGrammar {
  private static let weekday = CronField("weekday", 1...7, valueNames: CronField.weekdayNames, firstNamed: 1)
  private static let year = CronField("year", 1_970...9_999)

  static func parse(_ text: CronText) throws(TriggerParseError) -> CronMeaning {
    guard text.fields.count == 6 || text.fields.count == 7 else { throw wrongCount(text) }
    var pattern = CivilPattern()
    pattern.seconds = try bits(text, 0, .second)
    pattern.minutes = try bits(text, 1, .minute)
    pattern.hours = UInt32(truncatingIfNeeded: try bits(text, 2, .hour))
    let isDayOpen = text.text(text.fields[3]) == "?"
    let isWeekdayOpen = text.text(text.fields[5]) == "?"
    if !isDayOpen { try days(text, &pattern.days) }
    pattern.months = UInt16(truncatingIfNeeded: try bits(text, 4, .month))
    if !isWeekdayOpen { try weekdays(text, &pattern.days) }
    guard isDayOpen != isWeekdayOpen else {
      throw text.failure(
        text.fields[5],
        isDayOpen ? "only one of the two day fields can be ?" : "day of month and weekday cannot both be given",
        expected: "? in exactly one of them", suggestion: isDayOpen ? "*" : "?")
    }
    if text.fields.count == 7 {
      var reader = CronFieldReader(text, 6, year, style: style(1_970...9_999, wraps: false))
      let spans = try list(&reader, greatestStep: 9_999)
      pattern.years = YearSet(in: year.range) { year in spans.contains { $0.contains(year) } } ?? .every
    }
    return CronMeaning(pattern: pattern, gap: .skip, fold: .last)
  }

  private static func wrongCount(_ text: CronText) -> TriggerParseError {
    let count = text.fields.count
    let end = text.fields[count - 1].upperBound
    return text.failure(
      count > 7 ? text.fields[7].lowerBound..<end : end..<end,
      "quartz has 6 or 7 fields, here \(count == 1 ? "is 1" : "are \(count)")",
      expected: "second, minute, hour, day of month, month, weekday and perhaps years",
      suggestion: fromCrontab(text))
  }

  /// The five fields of a crontab as Quartz writes them, where they mean the same: its numbers of weekdays are others.
  private static func fromCrontab(_ text: CronText) -> String? {
    guard text.fields.count == 5, text.bytes.count <= 80 else { return nil }
    var fields = text.fields.map(text.text)
    if fields[4] == "*" {
      fields[4] = "?"
    } else {
      guard fields[2] == "*", CronFieldReader.isLetter(fields[4].utf8.first) else { return nil }
      fields[2] = "?"
    }
    let suggestion = "0 " + fields.joined(separator: " ")
    return (try? parse(CronText(suggestion))) != nil ? suggestion : nil
  }

  private static func style(_ star: ClosedRange<Int>?, wraps: Bool = true) -> CronFieldReader.Style {
    CronFieldReader.Style(valueStep: .toTheEnd, rangesWrap: wraps, star: star)
  }

  private static func bits(
    _ text: CronText, _ number: Int, _ field: CronField
  ) throws(TriggerParseError) -> UInt64 {
    var reader = CronFieldReader(text, number, field, style: style(nil))
    return try list(&reader, greatestStep: greatestStep(field)).bits(
      modulo: field.range.count, from: field.range.lowerBound)
  }

  /// Quartz refuses steps that no second value can follow, with one value of grace in the days.
  private static func greatestStep(_ field: CronField) -> Int {
    field.range.lowerBound == 0 ? field.range.upperBound : field.range.count
  }

  private static func list(
    _ reader: inout CronFieldReader, greatestStep: Int
  ) throws(TriggerParseError) -> [CronSpan] {
    var spans: [CronSpan] = []
    repeat {
      if reader.peek == UInt8(ascii: "?") {
        throw reader.failure(
          reader.position..<reader.position + 1, "? belongs into the day fields only",
          expected: "* for every \(reader.field.name)", suggestion: "*")
      }
      let start = reader.position
      // A step alone counts from the beginning of the field.
      let span: CronSpan
      if let step = try reader.step() {
        span = CronSpan(low: reader.starRange.lowerBound, high: reader.starRange.upperBound, step: step)
      } else {
        span = try reader.item()
      }
      guard span.step <= greatestStep else {
        throw reader.failure(
          start..<reader.position, "the step \(span.step) is larger than the \(reader.field.name) field",
          expected: "at most \(greatestStep)",
          suggestion: "\(reader.text.text(start..<reader.position).prefix { $0 != "/" })/\(greatestStep)")
      }
      spans.append(span)
    } while try reader.another()
    return spans
  }

  // MARK: - Days

  private static func days(_ text: CronText, _ days: inout DayPattern) throws(TriggerParseError) {
    var reader = CronFieldReader(text, 3, .dayOfMonth, style: style(nil))
    if reader.takeLetter("L") {
      days.days = 0
      var before = 0
      if reader.take("-") {
        let start = reader.position
        guard let number = reader.digits() else { throw reader.unexpected(expected: "0 to 30") }
        guard number <= 30 else {
          throw reader.failure(
            start..<reader.position, "no month has a day so long before its last", expected: "0 to 30", suggestion: "30"
          )
        }
        before = number
      }
      if reader.takeLetter("W") {
        days.nearestWeekdayFromEnd = 1 << UInt32(before)
      } else {
        days.daysFromEnd = 1 << UInt32(before)
      }
      try requireEnd(reader)
      return
    }
    if CronFieldReader.isDigit(reader.peek) {
      var ahead = reader
      let day = try ahead.value()
      if ahead.takeLetter("W") {
        days.days = 0
        days.nearestWeekday = 1 << UInt32(day)
        try requireEnd(ahead)
        return
      }
    }
    days.days = UInt32(truncatingIfNeeded: try list(&reader, greatestStep: 31).bits(modulo: 31, from: 1))
  }

  private static func requireEnd(_ reader: CronFieldReader) throws(TriggerParseError) {
    guard reader.isAtEnd else { throw reader.unexpected(expected: "the end of the field; L and W stand alone") }
  }

  private static func weekdays(_ text: CronText, _ days: inout DayPattern) throws(TriggerParseError) {
    var reader = CronFieldReader(text, 5, weekday, style: style(nil))
    if reader.peek.map({ $0 & 0xDF }) == UInt8(ascii: "L"), reader.peek(ahead: 1) == nil {
      days.weekdays = 1 << 6  // L alone is the last day of the week, Saturday.
      return
    }
    if reader.peek != UInt8(ascii: "*"), reader.peek != UInt8(ascii: "/"), reader.peek != UInt8(ascii: "?") {
      var ahead = reader
      let day = UInt8(try ahead.value() - 1)
      if ahead.take("#") {
        let start = ahead.position
        guard let number = ahead.digits() else { throw ahead.unexpected(expected: "1 to 5") }
        guard (1...5).contains(number) else {
          throw ahead.failure(
            start..<ahead.position, "no month has a weekday number \(number)", expected: "1 to 5",
            suggestion: number == 0 ? "1" : "5")
        }
        days.weekdays = 0
        days.nthWeekdays = 1 << UInt64(7 * (number - 1) + Int(day))
        try requireEnd(ahead)
        return
      }
      if !CronFieldReader.isLetter(ahead.peek(ahead: 1)), ahead.takeLetter("L") {
        days.weekdays = 0
        days.lastWeekdays = 1 << day
        try requireEnd(ahead)
        return
      }
    }
    days.weekdays = UInt8(truncatingIfNeeded: try list(&reader, greatestStep: 7).bits(modulo: 7, from: 1) >> 1)
  }
}
