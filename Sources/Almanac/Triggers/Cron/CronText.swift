/// A cron expression cut into fields, as bytes.
struct CronText {
  /// The longest expression that is read, in bytes; no sensible one comes near, and it bounds the work on any text.
  static let longest = 4_096

  let expression: String
  let bytes: [UInt8]
  /// The byte range of each field.
  let fields: [Range<Int>]
  /// What `H` means in the text.
  var hashing = Hashing.unknown

  enum Hashing: Hashable, Sendable {
    /// The dialect has no `H`.
    case unknown
    /// The dialect has it, but nothing chooses its values.
    case unseeded
    case seed(CronHash)
  }

  /// Cuts the expression at white space.
  init(_ expression: String) throws(TriggerParseError) {
    try self.init(expression, cutting: true)
  }

  /// Takes the expression, without white space around it, for a single field.
  init(field expression: String) throws(TriggerParseError) {
    try self.init(expression, cutting: false)
  }

  private init(_ expression: String, cutting: Bool) throws(TriggerParseError) {
    self.expression = expression
    let bytes = Array(expression.utf8.prefix(Self.longest + 1))
    guard bytes.count <= Self.longest else {
      throw TriggerParseError(
        expression, bytes: Self.longest..<Self.longest + 1, problem: "the expression is too long",
        expected: "at most \(Self.longest) bytes")
    }
    var fields: [Range<Int>] = []
    var start: Int?
    for (position, byte) in bytes.enumerated() {
      if Self.isSpace(byte) {
        if let begin = start { fields.append(begin..<position) }
        start = nil
      } else if start == nil {
        start = position
      }
    }
    if let begin = start { fields.append(begin..<bytes.count) }
    if !cutting, let first = fields.first, let last = fields.last { fields = [first.lowerBound..<last.upperBound] }
    self.bytes = bytes
    self.fields = fields
    guard !fields.isEmpty else {
      throw TriggerParseError(
        expression, bytes: 0..<bytes.count, problem: "the expression is empty",
        expected: cutting ? "fields such as \"0 9 * * *\"" : "a text that is not blank")
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func failure(
    _ range: Range<Int>, reason: TriggerParseError.Reason = .malformed, _ problem: String, expected: String? = nil,
    suggestion: String? = nil
  ) -> TriggerParseError {
    TriggerParseError(
      expression, bytes: range, reason: reason, problem: problem, expected: expected, suggestion: suggestion)
  }

  /// Where `expression` is a nickname such as `@daily`, the expression that it stands for.
  func nickname(_ meanings: [(name: String, expression: String)]) throws(TriggerParseError) -> String? {
    guard bytes[fields[0].lowerBound] == UInt8(ascii: "@") else { return nil }
    let name = text(fields[0]).lowercased()
    let names = meanings.map(\.name)
    if name == "@reboot" {
      throw failure(
        fields[0], reason: .notATime, "@reboot names no time, but the start of a machine",
        expected: "one of " + names.joined(separator: ", "))
    }
    guard let meaning = meanings.first(where: { $0.name == name }) else {
      throw failure(
        fields[0], "unknown nickname \(printable(text(fields[0]), limit: 30))",
        expected: "one of " + names.joined(separator: ", "),
        suggestion: Self.nearest(to: name, among: names))
    }
    guard fields.count == 1 else {
      throw failure(fields[1], "nothing may follow the nickname \(meaning.name)", expected: "the end")
    }
    return meaning.expression
  }

  static let nicknames = [
    (name: "@yearly", expression: "0 0 1 1 *"), (name: "@annually", expression: "0 0 1 1 *"),
    (name: "@monthly", expression: "0 0 1 * *"), (name: "@weekly", expression: "0 0 * * 0"),
    (name: "@daily", expression: "0 0 * * *"), (name: "@midnight", expression: "0 0 * * *"),
    (name: "@hourly", expression: "0 * * * *"),
  ]

  /// The nickname that was meant where a word stands alone, such as `@daily` for `daily`.
  var nearestNickname: String? {
    guard fields.count == 1, fields[0].count <= 12 else { return nil }
    let word = text(fields[0])
    return Self.nicknames.first { $0.name == "@" + word.lowercased() }?.name
      ?? Self.nearest(to: "@" + word, among: Self.nicknames.map(\.name))
  }

  /// The candidate within two edits of `word`, if there is one.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let wanted = Array(word.uppercased().utf8.prefix(40))
    var best: (distance: Int, word: String)?
    for candidate in candidates {
      let distance = EditDistance.between(wanted, Array(candidate.uppercased().utf8), limit: 2)
      if distance <= 2, distance < (best?.distance ?? .max), distance < candidate.utf8.count {
        best = (distance, candidate)
      }
    }
    return best?.word
  }
}
