/// The fields of APScheduler 3's `CronTrigger`.
///
/// All fields have to match, also day and weekday together. Weekdays are 0 for Monday to 6 for Sunday, weeks those of
/// ISO 8601. A step must fit into its range, and a range must not run backwards. A time in a gap is skipped, one in a fold
/// fires both times: what the original documents and tests, where its answers depend on the path of its search.
///
/// Stricter than the original: it ignores what follows a name (`mon-fri/2` there means `mon-fri`), which is refused here.
enum APSCronGrammar {
  /// The fields in the order of their significance.
  static let fields = [
    CronField("year", 1_970...9_999),
    CronField("month", 1...12, valueNames: CronField.monthNames, firstNamed: 1),
    CronField("day", 1...31), CronField("week", 1...53),
    CronField("day_of_week", 0...6, valueNames: ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]),
    CronField("hour", 0...23), CronField("minute", 0...59), CronField("second", 0...59),
  ]

  /// What a field is that stands below the least significant one given.
  private static let minima: [String: String] = ["month": "1", "day": "1", "hour": "0", "minute": "0", "second": "0"]

  /// The pattern of fields by their names; none at all is every second.
  static func parse(fields given: [String: String]) throws(TriggerParseError) -> CronMeaning {
    let lastGiven = fields.lastIndex { given[$0.name] != nil } ?? fields.count - 1
    var pattern = CivilPattern()
    for (position, field) in fields.enumerated() {
      let text = given[field.name] ?? (position > lastGiven ? minima[field.name] : nil) ?? "*"
      try read(CronText(field: text), 0, field, into: &pattern)
    }
    return CronMeaning(pattern: pattern, gap: .skip, fold: .both)
  }

  /// The pattern of minute, hour, day, month and day of the week.
  static func parse(crontab text: CronText) throws(TriggerParseError) -> CronMeaning {
    guard text.fields.count == 5 else {
      let end = text.fields[text.fields.count - 1].upperBound
      let fields = text.fields.map(text.text)
      // One field too many is mostly a second in front, as other dialects have it.
      let nearest = (fields.count == 6 ? Array(fields.dropFirst()) : fields + Array(repeating: "*", count: 5))
        .prefix(5).joined(separator: " ")
      let isMeant = fields.count <= 6 && text.bytes.count <= 80 && (try? parse(crontab: CronText(nearest))) != nil
      throw text.failure(
        text.fields.count > 5 ? text.fields[5].lowerBound..<end : end..<end,
        "APScheduler's crontab has 5 fields, here \(text.fields.count == 1 ? "is 1" : "are \(text.fields.count)")",
        expected: "minute, hour, day, month, day of the week", suggestion: isMeant ? nearest : nil)
    }
    // The original's own splitting leaves a line feed to the last field, which then is refused.
    var pattern = CivilPattern()
    for (position, field) in [fields[6], fields[5], fields[2], fields[1], fields[4]].enumerated() {
      try read(text, position, field, into: &pattern)
    }
    return CronMeaning(pattern: pattern, gap: .skip, fold: .both)
  }

  private static func read(
    _ text: CronText, _ number: Int, _ field: CronField, into pattern: inout CivilPattern
  ) throws(TriggerParseError) {
    let style = CronFieldReader.Style(valueStep: .toTheEnd)
    var reader = CronFieldReader(text, number, field, style: style)
    if field.name == "day" { (pattern.days.days, pattern.days.countsNthAmongDays) = (0, true) }
    var spans: [CronSpan] = []
    repeat {
      reader.skipSpaces()
      if field.name == "day", try namedDay(&reader, &pattern.days) {
        // Taken into the days' own masks.
      } else {
        spans.append(try span(&reader))
      }
      reader.skipSpaces()
    } while try reader.another()
    switch field.name {
    case "year":
      pattern.years =
        spans.contains(CronSpan(low: 1_970, high: 9_999))
        ? YearSet(field.range) : YearSet(in: field.range) { year in spans.contains { $0.contains(year) } } ?? .every
    case "month": pattern.months = UInt16(truncatingIfNeeded: spans.bits)
    case "day": pattern.days.days = UInt32(truncatingIfNeeded: spans.bits)
    case "week":
      let bits = spans.bits
      pattern.days.isoWeeks = bits == (1 << 54) - 2 ? 0 : bits
    case "day_of_week":
      // From Monday first to Sunday first.
      let bits = UInt8(truncatingIfNeeded: spans.bits)
      pattern.days.weekdays = (bits << 1 | bits >> 6) & DayPattern.everyWeekday
    case "hour": pattern.hours = UInt32(truncatingIfNeeded: spans.bits)
    case "minute": pattern.minutes = spans.bits
    default: pattern.seconds = spans.bits
    }
  }

  /// `*`, `a`, `a-b`, each with a step that fits.
  private static func span(_ reader: inout CronFieldReader) throws(TriggerParseError) -> CronSpan {
    let start = reader.position
    let isName = CronFieldReader.isLetter(reader.peek)
    var span: CronSpan
    var hasEnd = true
    if reader.take("*") {
      span = CronSpan(low: reader.field.range.lowerBound, high: reader.field.range.upperBound)
    } else {
      (span, hasEnd) = try reader.valueOrRange()
      try reader.requireEndOfName(from: start)
    }
    guard reader.peek == UInt8(ascii: "/") else { return span }
    guard !isName else { throw reader.unexpected(expected: "no step after a name") }
    let slash = reader.position
    let step = try reader.step() ?? 1
    if !hasEnd { span.high = reader.field.range.upperBound }
    guard step <= span.high - span.low else {
      throw reader.failure(
        slash..<reader.position, "the step \(step) is larger than its range",
        expected: "at most \(span.high - span.low)",
        suggestion: span.high > span.low ? "/\(span.high - span.low)" : nil)
    }
    span.step = step
    return span
  }

  private static let ordinals = ["1st", "2nd", "3rd", "4th", "5th", "last"]

  /// `last`, `2nd fri` or `last fri`; false where something else comes.
  private static func namedDay(
    _ reader: inout CronFieldReader, _ days: inout DayPattern
  ) throws(TriggerParseError) -> Bool {
    let start = reader.position
    guard let ordinal = ordinals.firstIndex(where: { reader.takeWord($0) }) else { return false }
    let isLast = ordinal == 5
    let end = reader.position
    reader.skipSpaces()
    guard CronFieldReader.isLetter(reader.peek), reader.position > end else {
      guard isLast else {
        throw reader.failure(
          start..<end, "a weekday must follow \(ordinals[ordinal])", expected: "a name MON to SUN",
          suggestion: "\(ordinals[ordinal]) mon")
      }
      days.daysFromEnd |= 1
      return true
    }
    var weekdays = CronFieldReader(
      reader.text, range: reader.position..<reader.range.upperBound, fields[4],
      style: CronFieldReader.Style(valueStep: .refused))
    let nameStart = weekdays.position
    let weekday = (try weekdays.value() + 1) % 7
    try weekdays.requireEndOfName(from: nameStart)
    reader.skip(weekdays.position - nameStart)
    if isLast {
      days.lastWeekdays |= 1 << UInt8(weekday)
    } else {
      days.nthWeekdays |= 1 << UInt64(7 * ordinal + weekday)
    }
    return true
  }
}

extension CronFieldReader {
  fileprivate mutating func skipSpaces() {
    while let byte = peek, CronText.isSpace(byte) { skip(1) }
  }

  /// Takes the word, in letters of either case, if it comes next and no letter follows.
  fileprivate mutating func takeWord(_ word: String) -> Bool {
    for (position, byte) in word.utf8.enumerated() {
      guard let next = peek(ahead: position), Self.isLetter(next) ? next | 0x20 == byte : next == byte else {
        return false
      }
    }
    guard !Self.isLetter(peek(ahead: word.utf8.count)) else { return false }
    skip(word.utf8.count)
    return true
  }
}
