/// The five fields of crontab(5) (Vixie cron; POSIX.1-2024, crontab) and its nicknames.
///
/// Where implementations differ, this does as Vixie cron and its heirs do:
/// - Days of month and weekdays that are both restricted go together as *either*. A day field that begins with `*`
///   counts as unrestricted, also with a step, so `*/2` in one of them restricts the other's days.
/// - A step after a single value, `5/10`, runs to the end of the field.
/// - A fixed time (neither minute nor hour begins with `*`) that falls in a gap fires once at the gap's end, and in a fold
///   once, the first time. Others follow real time.
enum CrontabGrammar {
  private static let fieldNames = "minute, hour, day of month, month, weekday"

  static func parse(_ text: CronText) throws(TriggerParseError) -> CronMeaning {
    if let meaning = try text.nickname(CronText.nicknames) { return try parse(CronText(meaning)) }
    guard text.fields.count == 5 else { throw wrongCount(text) }
    let style = CronFieldReader.Style(valueStep: .toTheEnd)
    var minute = CronFieldReader(text, 0, .minute, style: style)
    var hour = CronFieldReader(text, 1, .hour, style: style)
    var day = CronFieldReader(text, 2, .dayOfMonth, style: style)
    var month = CronFieldReader(text, 3, .month, style: style)
    var weekday = CronFieldReader(text, 4, .weekday, style: CronFieldReader.Style(valueStep: .toTheEnd, star: 0...6))
    let isFixed = minute.peek != UInt8(ascii: "*") && hour.peek != UInt8(ascii: "*")
    let isEitherDay = day.peek != UInt8(ascii: "*") && weekday.peek != UInt8(ascii: "*")

    var pattern = CivilPattern()
    pattern.minutes = try minute.list().bits
    pattern.hours = UInt32(truncatingIfNeeded: try hour.list().bits)
    pattern.days.days = UInt32(truncatingIfNeeded: try plainDays(&day))
    pattern.months = UInt16(truncatingIfNeeded: try month.list().bits)
    pattern.days.weekdays = UInt8(truncatingIfNeeded: try weekday.list().bits(modulo: 7, from: 0))
    pattern.days.combination = isEitherDay ? .either : .both
    return CronMeaning(pattern: pattern, gap: isFixed ? .atGapEnd : .skip, fold: isFixed ? .first : .both)
  }

  /// The day field, with a hint for those who know richer dialects.
  private static func plainDays(_ reader: inout CronFieldReader) throws(TriggerParseError) -> UInt64 {
    if let byte = reader.peek, byte == UInt8(ascii: "?") || byte & 0xDF == UInt8(ascii: "L") {
      throw reader.failure(
        reader.range, "crontab knows no \"\(printable(reader.text.text(reader.range), limit: 8))\"",
        expected: "a day 1 to 31 or *; the dialect ocps has more", suggestion: byte == UInt8(ascii: "?") ? "*" : nil)
    }
    return try reader.list().bits
  }

  private static func wrongCount(_ text: CronText) -> TriggerParseError {
    let count = text.fields.count
    if count > 5 {
      let extra = text.fields[5].lowerBound..<text.fields[count - 1].upperBound
      if text.text(text.fields[0]).contains("=") {
        return text.failure(
          text.fields[0], "an expression cannot set its time zone", expected: "the zone beside the expression")
      }
      return text.failure(
        extra, "crontab has 5 fields, here are \(count)",
        expected: "\(fieldNames); the dialect ocps has seconds and years as well",
        suggestion: count == 6 && text.bytes.count <= 80 && (try? parse(CronText(fields(text, 1..<6)))) != nil
          ? fields(text, 1..<6) : nil)
    }
    let end = text.fields[count - 1].upperBound
    let completed = text.text(0..<end) + String(repeating: " *", count: 5 - count)
    return text.failure(
      end..<end, "crontab has 5 fields, here \(count == 1 ? "is 1" : "are \(count)")", expected: fieldNames,
      suggestion: completed.utf8.count <= 80 && (try? parse(CronText(completed))) != nil
        ? completed : text.nearestNickname)
  }

  private static func fields(_ text: CronText, _ numbers: Range<Int>) -> String {
    text.fields[numbers].map(text.text).joined(separator: " ")
  }
}
