/// A way of writing recurring times in fields, and what is done by custom with those that fall in a gap or a fold.
///
/// | dialect | in a gap | in a fold |
/// |---|---|---|
/// | ``crontab`` | fixed times at the gap's end, others not | fixed times first, others both |
/// | ``ocps`` | later by the gap's length | first |
/// | ``quartz`` | none | last |
/// | ``apscheduler`` | none | both |
public enum CronDialect: String, Hashable, Sendable, Codable, CaseIterable {
  /// Five fields as in crontab(5) and POSIX, and nicknames such as `@daily`.
  case crontab
  /// The Open Cron Pattern Specification 1.4: five to seven fields with seconds, years, `L`, `W`, `#`, `+` and `?`.
  case ocps
  /// Quartz 2: six or seven fields, seconds first, weekdays from 1 for Sunday, `?`, `L`, `W` and `#`.
  case quartz
  /// The five fields of APScheduler 3's `from_crontab`: weekdays from 0 for Monday, and all fields must match.
  case apscheduler = "aps-cron"
}

/// What a grammar makes of an expression.
struct CronMeaning {
  var pattern: CivilPattern
  /// What `.auto` means for this expression.
  var gap: GapPolicy
  var fold: FoldPolicy
}

extension CronDialect {
  /// Whether `H` stands for a value that a seed chooses.
  var hasHash: Bool { self == .ocps || self == .crontab }

  /// Reads an expression.
  ///
  /// - Parameter seed: what chooses the values of `H`, in the dialects that have it.
  /// - Throws: ``TriggerParseError`` where it is malformed, out of range or matches no time ever.
  func parse(_ expression: String, seed: String? = nil) throws(TriggerParseError) -> CronMeaning {
    var text = try CronText(expression)
    if hasHash { text.hashing = seed.map { .seed(CronHash(seed: $0)) } ?? .unseeded }
    let meaning =
      switch self {
      case .crontab: try CrontabGrammar.parse(text)
      case .ocps: try OCPSGrammar.parse(text)
      case .quartz: try QuartzGrammar.parse(text)
      case .apscheduler: try APSCronGrammar.parse(crontab: text)
      }
    guard meaning.pattern.isPossible else { throw Self.neverFires(text) }
    return meaning
  }

  /// The error about a well-formed expression that no time matches.
  static func neverFires(_ text: CronText) -> TriggerParseError {
    text.failure(
      text.fields[0].lowerBound..<text.fields[text.fields.count - 1].upperBound, reason: .neverFires,
      "no date ever matches", expected: "a day that exists in one of the months and years")
  }
}
