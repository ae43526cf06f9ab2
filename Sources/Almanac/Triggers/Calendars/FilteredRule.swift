/// The fire times of another trigger that lie within a calendar, or outside it.
///
/// The search leaps over what is shut out: from a fire time that is not wanted to the next wanted moment of the calendar,
/// but not over a change of the clocks, where wall-clock time and time go apart. Leaps are counted; a trigger that always
/// fires when it must not ends the search after some decades.
final class FilteredRule: CalendarRule {
  static let kind = TriggerKinds.filtered
  static let meetingMember = "mode"

  enum Mode: String, CaseIterable, Sendable {
    case excluding
    case only
  }

  let base: Trigger
  let calendar: DayCalendar
  let zone: ZoneRules
  let meeting: Mode
  /// How many leaps a search may take.
  private let mostLeaps: Int

  /// By the number of searches that lie in each other within the base.
  private static let leaps = [10_000, 1_000, 200, 60, 32]

  convenience init(
    _ base: Trigger, _ meeting: Mode, _ calendar: DayCalendar, zone: ZoneRules
  ) throws(TriggerError) {
    try self.init(base, meeting, calendar, zone: zone, mostLeaps: .max)
  }

  private init(
    _ base: Trigger, _ meeting: Mode, _ calendar: DayCalendar, zone: ZoneRules, mostLeaps: Int
  ) throws(TriggerError) {
    try CombinedTriggers.check([base])
    try calendar.check()
    // Searches within each other multiply, so that each of them gets fewer leaps.
    let levels = AllOfRule.levelsBelow(base)
    let leaps = min(mostLeaps, Self.leaps[min(levels, Self.leaps.count - 1)])
    self.base = AllOfRule.limiting(base, to: leaps)
    (self.calendar, self.zone, self.meeting, self.mostLeaps) = (calendar, zone, meeting, leaps)
  }

  /// The same with another form of the same base and at most so many leaps.
  func replacing(base: Trigger, mostLeaps: Int) -> Trigger {
    (try? FilteredRule(base, meeting, calendar, zone: zone, mostLeaps: mostLeaps)).map { Trigger($0) } ?? Trigger(self)
  }

  private var isWanted: Bool { meeting == .only }

  func next(after instant: Instant) -> Instant? {
    var from = instant
    var steps = calendar.mostSteps
    for _ in 0..<mostLeaps {
      guard let fire = base.next(after: from) else { return nil }
      let second = fire.secondsSinceEpoch
      guard second <= CivilTime.last else { return nil }
      guard second >= CivilTime.first else {
        from = max(fire, ZoneDay.justBefore(CivilTime.first))
        continue
      }
      let segment = zone.segment(containing: second)
      let local = second + segment.offset
      guard let wanted = calendar.first(atOrAfter: local, inside: isWanted, steps: &steps) else { return nil }
      if wanted == local { return fire }
      from = max(fire, ZoneDay.justBefore(min(wanted - segment.offset, segment.end)))
    }
    return nil
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    var from = instant
    var steps = calendar.mostSteps
    for _ in 0..<mostLeaps {
      guard let fire = base.last(onOrBefore: from) else { return nil }
      let second = fire.secondsSinceEpoch
      guard second >= CivilTime.first else { return nil }
      guard second <= CivilTime.last else {
        from = ZoneDay.justBefore(CivilTime.last + 1)
        continue
      }
      let segment = zone.segment(containing: second)
      let local = second + segment.offset
      guard let wanted = calendar.last(atOrBefore: local, inside: isWanted, steps: &steps) else { return nil }
      if wanted == local { return fire }
      // All parts of the last wanted second, or of the last second before the clocks changed.
      let leap = segment.start == .min ? wanted - segment.offset : max(wanted - segment.offset, segment.start - 1)
      from = ZoneDay.justBefore(leap + 1)
    }
    return nil
  }

  var summary: String {
    "\(base.description) \(meeting == .only ? "only on" : "except on") \(calendar.description) in \(zone.identifier)"
  }
}
