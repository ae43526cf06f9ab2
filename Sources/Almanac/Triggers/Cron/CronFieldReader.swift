/// A reader of one field of a cron expression: values, ranges, steps and lists, as all dialects share them.
///
/// What a dialect adds (`L`, `W`, `#` …) it reads itself between calls of these methods.
struct CronFieldReader {
  /// Where dialects differ in the shared part.
  struct Style {
    /// What a step after a single value means, as in `5/10`.
    enum ValueStep { case toTheEnd, refused }
    var valueStep: ValueStep
    /// Whether a range may run over the end of the field, as in `22-4`.
    var rangesWrap = false
    /// The values that `*` stands for, where these are fewer than the field knows: Sunday is 0 and 7, but `*` counts once.
    var star: ClosedRange<Int>?
  }

  let text: CronText
  let field: CronField
  let range: Range<Int>
  let style: Style
  private(set) var position: Int

  init(_ text: CronText, _ number: Int, _ field: CronField, style: Style) {
    self.text = text
    self.field = field
    self.style = style
    range = text.fields[number]
    position = range.lowerBound
  }

  /// The same at another place, for parts that a dialect cuts off.
  init(_ text: CronText, range: Range<Int>, _ field: CronField, style: Style) {
    self.text = text
    self.field = field
    self.style = style
    self.range = range
    position = range.lowerBound
  }

  var isAtEnd: Bool { position == range.upperBound }
  var peek: UInt8? { isAtEnd ? nil : text.bytes[position] }
  var starRange: ClosedRange<Int> { style.star ?? field.range }

  func peek(ahead count: Int) -> UInt8? {
    position + count < range.upperBound ? text.bytes[position + count] : nil
  }

  mutating func take(_ character: Character) -> Bool {
    guard let byte = peek, byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  /// Takes a letter in either case.
  mutating func takeLetter(_ letter: Character) -> Bool {
    guard let byte = peek, let wanted = letter.asciiValue, byte & 0xDF == wanted else { return false }
    position += 1
    return true
  }

  mutating func skip(_ count: Int) { position = min(position + count, range.upperBound) }

  // MARK: - Failures

  func failure(
    _ bytes: Range<Int>, _ problem: String, expected: String? = nil, suggestion: String? = nil
  ) -> TriggerParseError {
    text.failure(bytes, problem, expected: expected, suggestion: suggestion)
  }

  /// The character at the reader's place is wrong.
  func unexpected(expected: String) -> TriggerParseError {
    guard !isAtEnd else {
      return failure(range.upperBound..<range.upperBound, "the \(field.name) ends too early", expected: expected)
    }
    // The whole character, not one byte of it.
    var end = position + 1
    while end < range.upperBound, text.bytes[end] & 0xC0 == 0x80 { end += 1 }
    let shown = printable(text.text(position..<end), limit: 4)
    return failure(position..<end, "unexpected \"\(shown)\" in the \(field.name)", expected: expected)
  }

  var rangeText: String { "\(field.range.lowerBound) to \(field.range.upperBound)" }

  private var valueExpectation: String {
    field.valueNames.isEmpty
      ? "a number \(rangeText)"
      : "a number \(rangeText) or a name \(field.valueNames[0]) to \(field.valueNames[field.valueNames.count - 1])"
  }

  // MARK: - Values

  static func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= 0x30 && $0 <= 0x39 } ?? false }
  static func isLetter(_ byte: UInt8?) -> Bool { byte.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } ?? false }

  /// A run of digits; numbers beyond all fields stay beyond all fields.
  mutating func digits() -> Int? {
    var value: Int?
    while let byte = peek, Self.isDigit(byte) {
      value = min((value ?? 0) * 10 + Int(byte - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  /// A number in the field's range, or a name.
  mutating func value() throws(TriggerParseError) -> Int {
    let start = position
    if let number = digits() {
      guard field.range.contains(number) else { throw outOfRange(number, start..<position) }
      return number
    }
    // Names have three letters, and a letter with a meaning of its own may follow (FRIL).
    if !field.valueNames.isEmpty, Self.isLetter(peek), Self.isLetter(peek(ahead: 1)), Self.isLetter(peek(ahead: 2)) {
      let name = text.text(start..<start + 3)
      if let number = field.number(named: name) {
        position += 3
        return number
      }
    }
    throw badWord(at: start)
  }

  private func outOfRange(_ number: Int, _ bytes: Range<Int>) -> TriggerParseError {
    let shown = number >= 1_000_000 ? printable(text.text(bytes), limit: 24) : String(number)
    // 60 minutes and 24 hours are what people write for the beginning of the next; otherwise the nearer end.
    let nearest =
      field.range.lowerBound == 0 && number == field.range.upperBound + 1
      ? 0 : max(field.range.lowerBound, min(number, field.range.upperBound))
    return failure(
      bytes, "\(field.name) \(shown) is out of range", expected: rangeText, suggestion: String(nearest))
  }

  private func badWord(at start: Int) -> TriggerParseError {
    var end = start
    while end < range.upperBound, Self.isLetter(text.bytes[end]) { end += 1 }
    guard end > start, !field.valueNames.isEmpty else { return unexpected(expected: valueExpectation) }
    let word = text.text(start..<end)
    return failure(
      start..<end, "unknown \(field.name) \"\(printable(word, limit: 20))\"", expected: valueExpectation,
      suggestion: suggestion(forName: word))
  }

  /// `MON` for `MONN` and for `monday`.
  private func suggestion(forName word: String) -> String? {
    if word.utf8.count > 3, field.number(named: String(word.prefix(3))) != nil {
      return String(word.prefix(3)).uppercased()
    }
    return CronText.nearest(to: word, among: field.valueNames)
  }

  /// Refuses letters that continue a name, as in `MONN` or `monday`.
  func requireEndOfName(from start: Int) throws(TriggerParseError) {
    guard Self.isLetter(peek), !Self.isDigit(text.bytes[start]) else { return }
    throw badWord(at: start)
  }

  // MARK: - Items

  /// `/n`, if it comes next; n is at least 1.
  mutating func step() throws(TriggerParseError) -> Int? {
    guard take("/") else { return nil }
    let start = position
    guard let number = digits() else { throw unexpected(expected: "a step of 1 or more") }
    guard number > 0 else {
      throw failure(start..<position, "a step of 0 never moves on", expected: "a step of 1 or more", suggestion: "1")
    }
    return number
  }

  /// `*` and its step; nil where something else comes next.
  mutating func star() throws(TriggerParseError) -> CronSpan? {
    guard take("*") else { return nil }
    let step = try step() ?? 1
    return CronSpan(low: starRange.lowerBound, high: starRange.upperBound, step: step)
  }

  /// A value, or a range of values without its step.
  mutating func valueOrRange() throws(TriggerParseError) -> (span: CronSpan, isRange: Bool) {
    let start = position
    let low = try value()
    guard take("-") else { return (CronSpan(low: low, high: low), false) }
    var high = try value()
    if high < low {
      // Sunday stands at both ends of the week.
      if field.range == 0...7, high == 0 {
        high = 7
      } else if style.rangesWrap {
        high += field.range.count
      } else {
        throw failure(
          start..<position, "the range \(printable(text.text(start..<position), limit: 30)) runs backwards",
          expected: "the smaller value first", suggestion: wrapped(from: start))
      }
    }
    return (CronSpan(low: low, high: high), true)
  }

  /// `22-23,0-4` for `22-4`.
  private func wrapped(from start: Int) -> String? {
    let parts = text.text(start..<position).split(separator: "-")
    guard parts.count == 2 else { return nil }
    let top = field.valueNames.last.map { $0 } ?? String(field.range.upperBound)
    let bottom = field.valueNames.first.map { $0 } ?? String(field.range.lowerBound)
    let first = parts[0].uppercased() == top ? top : "\(parts[0])-\(top)"
    let second = parts[1].uppercased() == bottom ? bottom : "\(bottom)-\(parts[1])"
    return "\(first),\(second)"
  }

  /// One item of a list without a dialect's additions.
  mutating func item() throws(TriggerParseError) -> CronSpan {
    if let star = try star() { return star }
    if let chosen = try hashed() { return chosen }
    let start = position
    var (span, isRange) = try valueOrRange()
    let slash = position
    if let step = try step() {
      if !isRange {
        guard style.valueStep == .toTheEnd else {
          let number = text.text(start..<slash)
          throw failure(
            slash..<position, "a step needs a range or *", expected: "\"*/n\" or \"a-b/n\"",
            suggestion: "\(number)-\(field.range.upperBound)/\(step)")
        }
        span.high = max(span.low, starRange.upperBound)
      }
      span.step = step
    }
    try requireEndOfName(from: start)
    return span
  }

  /// Takes the comma before another item; false at the end of the field.
  mutating func another() throws(TriggerParseError) -> Bool {
    if isAtEnd { return false }
    guard take(",") else { throw unexpected(expected: "\",\", \"-\", \"/\" or the end of the field") }
    return true
  }

  /// The whole field as a list of plain items.
  mutating func list() throws(TriggerParseError) -> [CronSpan] {
    var spans: [CronSpan] = []
    repeat { spans.append(try item()) } while try another()
    return spans
  }
}
