import Almanac

/// When, before an exam, somebody is to be reminded.
///
/// Written as `1d@20:00` (at eight in the evening of the day before, as the clocks at the exam's place show it) or as `2h`, `90m`, `10s` (so long
/// before it, whatever the clocks do in between). The text is the rule's name too.
public struct ReminderRule: Hashable, Sendable, CustomStringConvertible {
  enum When: Hashable, Sendable {
    case daysBefore(Int, hour: Int, minute: Int)
    case before(Duration)
  }

  let when: When
  public let description: String

  /// - Throws: ``ConfigurationError`` where the text is no rule.
  public init(_ text: String) throws {
    self.description = text
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    if parts.count == 2, parts[0].hasSuffix("d"), let days = Int(parts[0].dropLast()), (1...60).contains(days),
      let time = LocalTime("2000-01-01T\(parts[1])"), time.second == 0
    {
      self.when = .daysBefore(days, hour: time.hour, minute: time.minute)
      return
    }
    let units: [Character: Int] = ["h": 3_600, "m": 60, "s": 1]
    if let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), (1...10_000).contains(number) {
      self.when = .before(.seconds(number * unit))
      return
    }
    throw ConfigurationError(
      "\"\(text)\" is no rule for reminders; expected DAYSd@HH:MM or a number of h, m or s, as in 1d@20:00,2h")
  }

  /// - Throws: ``ConfigurationError`` where one of them is no rule, or two are the same.
  public static func list(_ text: String) throws -> [ReminderRule] {
    let rules = try text.split(separator: ",").map { try ReminderRule($0.trimmingPrefix(" ").description) }
    guard !rules.isEmpty, rules.count <= 8, Set(rules).count == rules.count else {
      throw ConfigurationError("\"\(text)\": expected 1 to 8 different rules for reminders, such as 1d@20:00,2h")
    }
    return rules
  }

  /// The moment that the rule means for an exam at the given time; nil where there is none, at the end of all years.
  func instant(before exam: LocalTime, in zone: ZoneRules) -> Instant? {
    switch self.when {
    case .daysBefore(let days, let hour, let minute):
      exam.onDay(-days, hour: hour, minute: minute).map { zone.instant(of: $0) }
    case .before(let duration): zone.instant(of: exam) - duration
    }
  }
}
