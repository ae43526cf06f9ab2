/// The calendar expressions of systemd (systemd.time(7), "Calendar Events"), in the reading of systemd 252.
///
/// Weekday, date and time must all match. A repetition starts with a value (`0/2`, not `*/2`) and has to fit into its
/// field at least once. A time in a gap is left out; one that the clocks show twice fires the first time only.
struct OnCalendarGrammar {
  /// What an expression means, apart from its zone's rules.
  struct Meaning {
    var pattern: CivilPattern
    /// Microseconds of the minute; nil where there are whole seconds only, which are in the pattern.
    var fractions: CalendarChain?
    /// The zone that the expression names itself.
    var zone: String?
    /// `@seconds`: one instant, and nothing else.
    var instant: Instant?
  }

  private let text: CronText
  private var position: Int
  private let end: Int

  private static let shorthands = [
    (name: "minutely", expression: "*-*-* *:*:00"), (name: "hourly", expression: "*-*-* *:00:00"),
    (name: "daily", expression: "*-*-* 00:00:00"), (name: "weekly", expression: "Mon *-*-* 00:00:00"),
    (name: "monthly", expression: "*-*-01 00:00:00"), (name: "quarterly", expression: "*-01,04,07,10-01 00:00:00"),
    (name: "semiannually", expression: "*-01,07-01 00:00:00"),
    (name: "semi-annually", expression: "*-01,07-01 00:00:00"), (name: "biannually", expression: "*-01,07-01 00:00:00"),
    (name: "bi-annually", expression: "*-01,07-01 00:00:00"), (name: "yearly", expression: "*-01-01 00:00:00"),
    (name: "annually", expression: "*-01-01 00:00:00"), (name: "anually", expression: "*-01-01 00:00:00"),
  ]

  private static let years = 1_970...2_199

  /// Reads an expression; zone names are looked up in the system's database.
  static func parse(_ expression: String) throws(TriggerParseError) -> Meaning {
    let text = try CronText(field: expression)
    let whole = text.fields[0]
    var end = whole.upperBound
    var zone: String?
    // The last word is the zone, if it is one.
    if let space = text.bytes[whole].lastIndex(where: CronText.isSpace) {
      let word = text.text(space + 1..<end)
      if word.uppercased() == "UTC" {
        zone = "UTC"
      } else if CronFieldReader.isLetter(word.utf8.first), ZoneDatabase.system.knows(word) {
        zone = word
      }
      if zone != nil {
        end = space
        while end > whole.lowerBound, CronText.isSpace(text.bytes[end - 1]) { end -= 1 }
      }
    }
    if zone == nil, let error = Self.unknownZone(text) { throw error }
    let body = text.text(whole.lowerBound..<end).lowercased()
    if let shorthand = shorthands.first(where: { $0.name == body }) {
      var meaning = try parse(shorthand.expression)
      meaning.zone = zone
      return meaning
    }
    var grammar = OnCalendarGrammar(text: text, position: whole.lowerBound, end: end)
    var meaning = try grammar.meaning()
    meaning.zone = zone
    guard meaning.instant != nil || meaning.pattern.isPossible else { throw CronDialect.neverFires(text) }
    return meaning
  }

  /// The error about a last word that can only be meant for a zone, and is none.
  private static func unknownZone(_ text: CronText) -> TriggerParseError? {
    let whole = text.fields[0]
    guard let space = text.bytes[whole].lastIndex(where: CronText.isSpace) else { return nil }
    let word = text.text(space + 1..<whole.upperBound)
    guard CronFieldReader.isLetter(word.utf8.first), word.contains("/") else { return nil }
    return text.failure(
      space + 1..<whole.upperBound, "unknown time zone \"\(printable(word, limit: 40))\"",
      expected: "a zone that this machine knows, such as Europe/Paris",
      suggestion: ZoneName.nearest(to: word, among: ZoneDatabase.system.identifiers).first)
  }

  private init(text: CronText, position: Int, end: Int) {
    self.text = text
    self.position = position
    self.end = end
  }

  // MARK: - Reading

  private var peek: UInt8? { position < end ? text.bytes[position] : nil }

  private func isNext(_ character: Character, ahead: Int = 0) -> Bool {
    position + ahead < end && text.bytes[position + ahead] == character.asciiValue
  }

  private var isAtSpace: Bool { peek.map(CronText.isSpace) ?? false }

  private mutating func skipSpaces() {
    while isAtSpace { position += 1 }
  }

  private func unexpected(_ expected: String) -> TriggerParseError {
    guard position < end else {
      // Behind the body may stand a zone, and nothing else that is understood.
      return text.failure(end..<end, "the expression ends too early", expected: expected, suggestion: nearestShorthand)
    }
    var stop = position + 1
    while stop < end, text.bytes[stop] & 0xC0 == 0x80 { stop += 1 }
    return text.failure(
      position..<stop, "unexpected \"\(printable(text.text(position..<stop), limit: 4))\"", expected: expected,
      suggestion: nearestShorthand)
  }

  private var nearestShorthand: String? {
    let body = text.text(text.fields[0].lowerBound..<end)
    guard body.utf8.count <= 16, body.utf8.first.map({ CronFieldReader.isLetter($0) }) == true else { return nil }
    return CronText.nearest(to: body, among: Self.shorthands.map(\.name))
  }

  private mutating func meaning() throws(TriggerParseError) -> Meaning {
    var pattern = CivilPattern()
    pattern.years = YearSet(Self.years)
    if isNext("@") {
      position += 1
      let start = position
      guard let seconds = number(), position == end, seconds < 1_000_000_000_000 else {
        position = start
        throw unexpected("seconds since 1970")
      }
      return Meaning(pattern: pattern, fractions: nil, zone: nil, instant: Instant(secondsSinceEpoch: Int64(seconds)))
    }
    if let weekdays = try weekdays() { pattern.days.weekdays = weekdays }
    try date(into: &pattern)
    skipSpaces()
    let fractions = try time(into: &pattern)
    return Meaning(pattern: pattern, fractions: fractions, zone: nil, instant: nil)
  }

  /// Digits, held below 10^12.
  private mutating func number() -> Int? {
    var value: Int?
    while let byte = peek, CronFieldReader.isDigit(byte) {
      value = min((value ?? 0) * 10 + Int(byte - 0x30), 1_000_000_000_000)
      position += 1
    }
    return value
  }

  // MARK: - Weekdays

  private static let weekdayNames = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  /// The weekdays as bits from Sunday on; nil where the expression has none.
  private mutating func weekdays() throws(TriggerParseError) -> UInt8? {
    guard CronFieldReader.isLetter(peek) else { return nil }
    var bits: UInt8 = 0
    while true {
      let start = position
      let first = try weekday()
      var last = first
      if isNext("."), isNext(".", ahead: 1) {
        position += 2
        last = try weekday()
      } else if isNext("-") {
        position += 1
        last = try weekday()
      }
      // Weeks begin on Monday here.
      let (low, high) = ((first + 6) % 7, (last + 6) % 7)
      guard low <= high else {
        throw text.failure(
          start..<position, "the weekdays run backwards; weeks go from Monday to Sunday",
          expected: "the earlier day first", suggestion: Self.wrapped(first, last))
      }
      for day in low...high { bits |= 1 << UInt8((day + 1) % 7) }
      guard isNext(",") else { break }
      position += 1
      if position == end || isAtSpace { break }  // A comma may trail.
    }
    guard position == end || isAtSpace else { throw unexpected("\",\", \"..\" or a space after the weekday") }
    skipSpaces()
    return bits
  }

  /// `Fri..Sun,Mon` for `Fri..Mon`.
  private static func wrapped(_ first: Int, _ last: Int) -> String {
    let names = CronField.weekdayNames.map(\.capitalized3)
    let head = first == 0 ? names[0] : "\(names[first])..\(names[0])"
    return head + "," + (last == 1 ? names[1] : "\(names[1])..\(names[last])")
  }

  private mutating func weekday() throws(TriggerParseError) -> Int {
    let start = position
    while CronFieldReader.isLetter(peek) { position += 1 }
    let written = text.text(start..<position)
    let word = written.lowercased()
    if let number = Self.weekdayNames.firstIndex(where: { $0 == word || $0.prefix(3) == word }) { return number }
    throw text.failure(
      start..<max(position, start + (start < end ? 1 : 0)), "unknown weekday \"\(printable(written, limit: 20))\"",
      expected: "Mon to Sun, in full or with three letters, or a shorthand such as daily",
      suggestion: nearestShorthand ?? CronText.nearest(to: word, among: CronField.weekdayNames.map(\.capitalized3)))
  }

  // MARK: - Date

  private mutating func date(into pattern: inout CivilPattern) throws(TriggerParseError) {
    let start = position
    guard position < end else { return }
    let first = try chain("value", isSeconds: false)
    // A colon or the end: this was the hour of a time.
    if position == end || isNext(":") {
      position = start
      return
    }
    let isFromEnd = isNext("~")
    guard isFromEnd || isNext("-") else {
      throw unexpected(isNext("/") ? "a value before \"/\", as in 0/2" : "\"-\" or \":\"")
    }
    position += 1
    let second = try chain("value", isSeconds: false)
    if position == end || isAtSpace {
      try setMonth(first, &pattern)
      try setDays(second, fromEnd: isFromEnd, &pattern)
      return
    }
    guard !isFromEnd, isNext("-") || isNext("~") else { throw unexpected("\"-\", \"~\" or a space") }
    let isThirdFromEnd = isNext("~")
    position += 1
    let third = try chain("value", isSeconds: false)
    guard position == end || isAtSpace else { throw unexpected("a space after the date") }
    try setYears(first, &pattern)
    try setMonth(second, &pattern)
    try setDays(third, fromEnd: isThirdFromEnd, &pattern)
  }

  private func setYears(_ chain: CalendarChain, _ pattern: inout CivilPattern) throws(TriggerParseError) {
    guard !chain.isEvery else { return }
    func full(_ year: Int) -> Int { year < 70 ? year + 2_000 : year < 100 ? year + 1_900 : year }
    var chain = chain
    chain.components = chain.components.map {
      CalendarChain.Component(start: full($0.start), stop: $0.stop.map(full), step: $0.step)
    }
    try check(chain, "year", Self.years)
    pattern.years = YearSet(in: Self.years) { chain.contains($0, upTo: Self.years.upperBound) } ?? .every
  }

  private func setMonth(_ chain: CalendarChain, _ pattern: inout CivilPattern) throws(TriggerParseError) {
    try check(chain, "month", 1...12)
    pattern.months = UInt16(truncatingIfNeeded: chain.bits(1...12))
  }

  private func setDays(
    _ chain: CalendarChain, fromEnd: Bool, _ pattern: inout CivilPattern
  ) throws(TriggerParseError) {
    guard fromEnd, !chain.isEvery else {
      try check(chain, "day", 1...31)
      pattern.days.days = UInt32(truncatingIfNeeded: chain.bits(1...31))
      return
    }
    try check(chain, "day from the end", 1...28, repeatsDown: true)
    // 1 is the last day. An open repetition goes on towards the end of the month.
    var bits: UInt32 = 0
    for component in chain.components {
      if let stop = component.stop {
        for day in stride(from: component.start, through: stop, by: component.step) { bits |= 1 << UInt32(day - 1) }
      } else {
        // A step as long as the month leaves the first value alone.
        let step = component.step > 0 ? component.step : 31
        for day in stride(from: component.start, through: 1, by: -step) { bits |= 1 << UInt32(day - 1) }
      }
    }
    pattern.days.days = 0
    pattern.days.daysFromEnd = bits
  }

  // MARK: - Time

  /// Reads the time of day, which is midnight if it is missing; returns the fractions, if there are any.
  private mutating func time(into pattern: inout CivilPattern) throws(TriggerParseError) -> CalendarChain? {
    guard position < end else {
      (pattern.hours, pattern.minutes, pattern.seconds) = (1, 1, 1)
      return nil
    }
    let hours = try chain("hour", isSeconds: false)
    try check(hours, "hour", 0...23)
    guard isNext(":") else { throw unexpected("\":\" after the hour") }
    position += 1
    let minutes = try chain("minute", isSeconds: false)
    try check(minutes, "minute", 0...59)
    pattern.hours = UInt32(truncatingIfNeeded: hours.bits(0...23))
    pattern.minutes = minutes.bits(0...59)
    pattern.seconds = 1
    if position == end { return nil }
    guard isNext(":") else { throw unexpected("\":\" or the end after the minute") }
    position += 1
    let seconds = try chain("second", isSeconds: true)
    let lastMicrosecond = 59_999_999
    try check(seconds, "second", 0...lastMicrosecond, unit: 1_000_000)
    guard position == end else { throw unexpected("the end, or a time zone that this machine knows") }
    var bits: UInt64 = 0
    for second in 0...59 {
      let start = second * 1_000_000
      if let value = seconds.first(atOrAfter: start, upTo: lastMicrosecond), value < start + 1_000_000 {
        bits |= 1 << UInt64(second)
      }
    }
    pattern.seconds = bits
    let isWhole = seconds.components.allSatisfy { $0.start % 1_000_000 == 0 && $0.step % 1_000_000 == 0 }
    return isWhole ? nil : seconds
  }

  // MARK: - Chains

  /// `*`, or values, ranges and repetitions between commas; seconds are in microseconds.
  private mutating func chain(_ name: String, isSeconds: Bool) throws(TriggerParseError) -> CalendarChain {
    let start = position
    if isNext("*") {
      position += 1
      // Every second is a repetition, every other field has no restriction then.
      let every = isSeconds ? [CalendarChain.Component(start: 0, stop: nil, step: 1_000_000)] : []
      return CalendarChain(components: every, bytes: start..<position)
    }
    var components: [CalendarChain.Component] = []
    while true {
      var component = CalendarChain.Component(start: try value(name, isSeconds: isSeconds), stop: nil, step: 0)
      if isNext("."), isNext(".", ahead: 1) {
        position += 2
        component.stop = try value(name, isSeconds: isSeconds)
        component.step = isSeconds ? 1_000_000 : 1
      }
      if isNext("/") {
        position += 1
        let slash = position
        component.step = try value("repetition", isSeconds: isSeconds)
        guard component.step > 0 else {
          throw text.failure(
            slash..<position, "a repetition of 0 never moves on", expected: "more than 0", suggestion: "1")
        }
      }
      components.append(component)
      guard isNext(",") else { break }
      position += 1
    }
    return CalendarChain(components: components, bytes: start..<position)
  }

  /// A number; of seconds with a fraction, whose seventh digit rounds.
  private mutating func value(_ name: String, isSeconds: Bool) throws(TriggerParseError) -> Int {
    guard let whole = number() else { throw unexpected("a number for the \(name)") }
    guard isSeconds else { return min(whole, 1_000_000) }
    var microseconds = min(whole, 1_000_000) * 1_000_000
    guard isNext("."), !isNext(".", ahead: 1) else { return microseconds }
    position += 1
    guard CronFieldReader.isDigit(peek) else { throw unexpected("a digit after the decimal point") }
    var scale = 100_000
    var digits = 0
    while let byte = peek, CronFieldReader.isDigit(byte) {
      if digits < 6 { microseconds += Int(byte - 0x30) * scale }
      if digits == 6, byte >= 0x35 { microseconds += 1 }
      scale /= 10
      digits += 1
      position += 1
    }
    return microseconds
  }

  /// Refuses values outside the field, ranges that run backwards, and open repetitions that leave the field at once.
  private func check(
    _ chain: CalendarChain, _ name: String, _ range: ClosedRange<Int>, unit: Int = 1, repeatsDown: Bool = false
  ) throws(TriggerParseError) {
    for component in chain.components {
      for value in [component.start, component.stop ?? component.start] where !range.contains(value) {
        let nearest = max(range.lowerBound, min(value, range.upperBound)) / unit
        throw text.failure(
          chain.bytes, "\(name) \(value / unit) is out of range",
          expected: "\(range.lowerBound / unit) to \(range.upperBound / unit)", suggestion: String(nearest))
      }
      let fits =
        if let stop = component.stop {
          component.start <= stop
        } else {
          repeatsDown
            ? component.start - component.step >= range.lowerBound
            : component.start + component.step <= range.upperBound
        }
      guard component.step <= range.upperBound - range.lowerBound, fits else {
        throw text.failure(
          chain.bytes, "a range or repetition of the \(name) leads nowhere",
          expected: "the smaller value first, and a step that stays within the field")
      }
    }
  }
}

extension String {
  /// `MON` as `Mon`.
  fileprivate var capitalized3: String { prefix(1) + dropFirst().lowercased() }
}
