/// A way of writing recurring times in fields, and what is done by custom with those that fall in a gap or a fold.
///
/// | dialect | in a gap | in a fold |
/// |---|---|---|
/// | ``crontab`` | fixed times at the gap's end, others not | fixed times first, others both |
/// | ``ocps`` | later by the gap's length | first |
public enum CronDialect: String, Hashable, Sendable, Codable, CaseIterable {
  /// Five fields as in crontab(5) and POSIX, and nicknames such as `@daily`.
  case crontab
  /// The Open Cron Pattern Specification 1.4: five to seven fields with seconds, years, `L`, `W`, `#`, `+` and `?`.
  case ocps
}

/// What a grammar makes of an expression.
struct CronMeaning {
  var pattern: CivilPattern
  /// What `.auto` means for this expression.
  var gap: GapPolicy
  var fold: FoldPolicy
}

extension CronDialect {
  /// Reads an expression.
  ///
  /// - Throws: ``TriggerParseError`` where it is malformed, out of range or matches no time ever.
  func parse(_ expression: String) throws(TriggerParseError) -> CronMeaning {
    let text = try CronText(expression)
    let meaning =
      switch self {
      case .crontab: try CrontabGrammar.parse(text)
      case .ocps: try OCPSGrammar.parse(text)
      }
    guard meaning.pattern.isPossible else {
      throw text.failure(
        text.fields[0].lowerBound..<text.fields[text.fields.count - 1].upperBound, reason: .neverFires,
        "no date ever matches", expected: "a day that exists in one of the months and years")
    }
    return meaning
  }
}
