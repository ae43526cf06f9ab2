/// Why a text is no trigger: what is wrong, where, what was expected there and what is the nearest text that is one.
public struct TriggerParseError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// The text does not follow the grammar, or a value is out of range.
    case malformed
    /// The text is well formed, but no time ever matches it, such as 31 February.
    case neverFires
    /// The text is well formed, but does not name a time, such as `@reboot`.
    case notATime
  }

  /// The whole text.
  public var expression: String
  /// Where the fault lies: characters from 1, so that 1 is the first character.
  public var column: Int
  /// How many characters are at fault; at least 1.
  public var length: Int
  public var reason: Reason
  /// What is wrong, as a clause without a full stop.
  public var problem: String
  /// What would be right there, as a clause without a full stop.
  public var expected: String?
  /// The nearest valid text for the part at fault.
  public var suggestion: String?

  public init(
    expression: String, column: Int, length: Int = 1, reason: Reason = .malformed, problem: String,
    expected: String? = nil, suggestion: String? = nil
  ) {
    self.expression = expression
    self.column = column
    self.length = length
    self.reason = reason
    self.problem = problem
    self.expected = expected
    self.suggestion = suggestion
  }

  /// An error about the bytes `range` of the UTF-8 form of `expression`.
  init(
    _ expression: String, bytes range: Range<Int>, reason: Reason = .malformed, problem: String,
    expected: String? = nil, suggestion: String? = nil
  ) {
    let utf8 = expression.utf8
    // The fault may lie far inside a huge text; characters are counted once, when the error is made.
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound, limitedBy: utf8.endIndex) ?? utf8.endIndex
    let end = utf8.index(utf8.startIndex, offsetBy: range.upperBound, limitedBy: utf8.endIndex) ?? utf8.endIndex
    // A byte in the middle of a character, such as an accent that combines with the digit before it, is in that one.
    var (before, length) = (0, 0)
    var place = expression.startIndex
    while place < end || place <= start, place < expression.endIndex {
      let next = expression.index(after: place)
      if next <= start { before += 1 } else { length += 1 }
      place = next
    }
    self.init(
      expression: expression, column: before + 1, length: max(1, length), reason: reason, problem: problem,
      expected: expected, suggestion: suggestion)
  }

  /// The problem, what was expected and the suggestion, in one sentence or two, without the text.
  public var summary: String {
    var summary = problem
    if let expected { summary += "; expected \(expected)" }
    summary += "."
    if let suggestion { summary += " Did you mean \"\(suggestion)\"?" }
    return summary
  }
}

extension TriggerParseError: CustomStringConvertible {
  /// The summary, and below it the text with the part at fault marked:
  ///
  ///     minute 60 is out of range; expected 0 to 59. Did you mean "0"? (column 1)
  ///       60 * * * *
  ///       ^~
  public var description: String {
    // Long texts are shown as a window around the fault.
    let before = 40
    let after = 30
    let start = max(0, column - 1 - before)
    let window = expression.dropFirst(start).prefix(before + after + 1)
    let hasMore = expression.dropFirst(start + window.count).first != nil
    let lead = start > 0 ? "…" : ""
    let shown = printable(String(window), limit: before + after + 1)
    // Columns of the terminal, where a Chinese character or an emoji takes two.
    let sound = shown.prefix(max(0, column - 1 - start))
    let fault = shown.dropFirst(sound.count).prefix(length)
    let indent = String(repeating: " ", count: lead.count + TerminalWidth.of(sound))
    let mark = "^" + String(repeating: "~", count: max(1, TerminalWidth.of(fault)) - 1)
    return "\(summary) (column \(column))\n  \(lead)\(shown)\(hasMore ? "…" : "")\n  \(indent)\(mark)"
  }
}
