/// The fire times of another trigger that lie within a calendar, or outside it.
///
/// The search leaps over what is shut out: from a fire time that is not wanted to the next wanted moment of the calendar,
/// but not over a change of the clocks, where wall-clock time and time go apart. Leaps are counted; a trigger that always
/// fires when it must not ends the search after some decades.
final class FilteredRule: TriggerRule {
  enum Mode: String, CaseIterable, Sendable {
    case excluding
    case only
  }

  let base: Trigger
  let calendar: DayCalendar
  let zone: ZoneRules
  let mode: Mode
  /// How many leaps a search may take.
  private let mostLeaps: Int

  /// By the number of searches that lie in each other within the base.
  private static let leaps = [10_000, 1_000, 200, 60, 32]

  init(
    _ base: Trigger, _ mode: Mode, _ calendar: DayCalendar, zone: ZoneRules, mostLeaps: Int = .max
  ) throws(TriggerError) {
    try CombinedTriggers.check([base])
    try calendar.check()
    // Searches within each other multiply, so that each of them gets fewer leaps.
    let levels = AllOfRule.levelsBelow(base)
    let leaps = min(mostLeaps, Self.leaps[min(levels, Self.leaps.count - 1)])
    self.base = AllOfRule.limiting(base, to: leaps)
    (self.calendar, self.zone, self.mode, self.mostLeaps) = (calendar, zone, mode, leaps)
  }

  /// The same with another form of the same base and at most so many leaps.
  func replacing(base: Trigger, mostLeaps: Int) -> Trigger {
    (try? FilteredRule(base, mode, calendar, zone: zone, mostLeaps: mostLeaps)).map { Trigger($0) } ?? Trigger(self)
  }

  private var isWanted: Bool { mode == .only }

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

  func anchored(at instant: Instant) -> Trigger? {
    let anchored = base.anchored(at: instant)
    guard anchored != base else { return nil }
    return replacing(base: anchored, mostLeaps: .max)
  }

  var hasBeginning: Bool { base.hasBeginning }
  var inner: [Trigger] { [base] }
  var zones: [String] { Set(base.zones + [zone.identifier]).sorted() }

  func forEachRelease(_ body: (ZoneRelease) -> Void) {
    base.forEachRelease(body)
    zone.release.map(body)
  }

  var form: TriggerForm {
    let members: [String: JSONValue] = [
      "trigger": base.json, "mode": .string(mode.rawValue), "calendar": calendar.json,
      "zone": .string(zone.identifier),
    ]
    return TriggerForm(kind: TriggerKinds.filtered, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let base = try members.trigger("trigger")
    let mode: Mode = try members.name("mode")
    let calendar = try members.calendar("calendar")
    return Trigger(
      try FilteredRule(base, mode, calendar, zone: ZoneDatabase.system.zone(members.string("zone"))))
  }

  var summary: String {
    "\(base.description) \(mode == .only ? "only on" : "except on") \(calendar.description) in \(zone.identifier)"
  }
}

extension TriggerMembers {
  mutating func trigger(_ name: String) throws(TriggerError) -> Trigger {
    guard let json = take(name) else { throw TriggerError("The member \"\(name)\" of the trigger is missing.") }
    return Trigger(json: json)
  }

  mutating func calendar(_ name: String) throws -> DayCalendar {
    guard let json = take(name) else { throw TriggerError("The member \"\(name)\" of the trigger is missing.") }
    return try DayCalendar(json: json)
  }
}
