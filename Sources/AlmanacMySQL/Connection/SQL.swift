#if MySQL
/// The text of a statement.
///
/// What is interpolated becomes a literal, so that no value can be read as SQL; only other ``SQL`` is taken as it is. Backslashes mean nothing
/// within literals, since every connection is told so (`NO_BACKSLASH_ESCAPES`), and no character of UTF-8 holds the byte of a quote; so a
/// text is safe once its quotes are doubled.
///
/// Prepared statements were tried for batches: their number of parameters is part of them, and a batch has another one each time.
struct SQL: Hashable, Sendable, ExpressibleByStringInterpolation {
  fileprivate(set) var text: String

  init(stringLiteral value: String) { self.text = value }

  init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

  /// Takes text for SQL. For names that are ours.
  init(trusted text: String) { self.text = text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      self.text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { self.text += literal }

    mutating func appendInterpolation(_ sql: SQL) { self.text += sql.text }

    mutating func appendInterpolation(_ value: Int64) { self.text += String(value) }

    mutating func appendInterpolation(_ value: Int64?) { self.text += value.map { String($0) } ?? "null" }

    mutating func appendInterpolation(_ value: Int) { self.text += String(value) }

    mutating func appendInterpolation(_ value: Bool) { self.text += value ? "1" : "0" }

    mutating func appendInterpolation(_ value: String) {
      let quote = UInt8(ascii: "'")
      self.text += "'"
      if value.utf8.contains(quote) {
        // By bytes: as Swift's characters see it, a quote with an accent upon it is none.
        self.text += String(decoding: value.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }, as: UTF8.self)
      } else {
        self.text += value
      }
      self.text += "'"
    }

    mutating func appendInterpolation(_ value: String?) {
      if let value { self.appendInterpolation(value) } else { self.text += "null" }
    }

    /// Values with commas between them; `null`, which is equal to nothing, where there is none.
    mutating func appendInterpolation(list values: some Sequence<Int64>) {
      let text = values.lazy.map { String($0) }.joined(separator: ",")
      self.text += text.isEmpty ? "null" : text
    }

    mutating func appendInterpolation(list values: some Sequence<String>) {
      var isFirst = true
      for value in values {
        if !isFirst { self.text += "," }
        isFirst = false
        self.appendInterpolation(value)
      }
      if isFirst { self.text += "null" }
    }
  }

  static func += (left: inout SQL, right: SQL) { left.text += right.text }

  /// All of them with something between them.
  static func joined(_ parts: some Sequence<SQL>, by separator: SQL) -> SQL {
    SQL(trusted: parts.lazy.map(\.text).joined(separator: separator.text))
  }
}
#endif
