import Almanac

/// What is to be told about an exam, and when: a pure value, worked out from the exam's time, the moment at which that time became known, and the rules.
struct ReminderPlan: Hashable, Sendable {
  /// One reminder.
  struct Moment: Hashable, Sendable {
    let rule: String
    /// When the rule says, also where that has passed.
    let nominal: Instant
    /// When it is sent.
    let instant: Instant
  }

  /// In the order of their times. All lie after the time became known, or at it, and before the exam.
  let moments: [Moment]
  /// When the exam begins; nothing is sent from then on.
  let begin: Instant

  /// - Throws: `ZoneError` where the zone is not known here.
  init(_ time: ExamTime, rules: [ReminderRule], zones: ZoneDatabase = .system) throws {
    let zone = try zones.zone(time.zone)
    let begin = zone.instant(of: time.local)
    let nominal = rules.compactMap { rule in
      rule.instant(before: time.local, in: zone).map { Moment(rule: rule.description, nominal: $0, instant: $0) }
    }
    .filter { $0.nominal < begin }.sorted { $0.nominal < $1.nominal }
    var moments: [Moment] = []
    // Who registers in the last hours, or whose exam is moved into them, is told at once, and once, whatever has been missed.
    if let missed = nominal.last(where: { $0.nominal <= time.since }), time.since < begin {
      moments.append(Moment(rule: missed.rule, nominal: missed.nominal, instant: time.since))
    }
    for moment in nominal where moment.nominal > time.since && moment.instant != moments.last?.instant {
      moments.append(moment)
    }
    self.moments = moments
    self.begin = begin
  }

  /// Fires at each moment, and once more when the exam begins: until then the registration is alive and can be moved.
  var trigger: Trigger {
    get throws { try .at(self.moments.map(\.instant) + [self.begin]) }
  }

  func moment(at instant: Instant) -> Moment? { self.moments.first { $0.instant == instant } }
}
