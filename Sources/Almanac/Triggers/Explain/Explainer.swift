/// Tells what a trigger says, in the words of a language.
struct Explainer {
  let words: any ExplanationWords

  func sentence(about trigger: Trigger) -> String { words.sentence(part(about: trigger)) }

  private func part(about trigger: Trigger) -> String {
    switch trigger.content {
    case .at(let instant): at(instant, in: .utc)
    case .rule(let rule): part(about: rule)
    }
  }

  private func part(about rule: any TriggerRule) -> String {
    if let reason = rule.unreadableReason { return words.unreadable(printable(reason, limit: 200)) }
    switch rule {
    case let rule as CronRule:
      guard let meaning = try? rule.dialect.parse(rule.expression, seed: rule.seed) else {
        return other(rule)
      }
      return zoned(words.pattern(meaning.pattern), meaning.pattern, rule)
    case let rule as APSCronRule:
      guard let meaning = try? APSCronGrammar.parse(fields: rule.fields) else { return other(rule) }
      return zoned(words.pattern(meaning.pattern), meaning.pattern, rule)
    case let rule as OnCalendarRule: return onCalendar(rule)
    case let rule as IntervalRule: return interval(rule)
    case let rule as CalendarIntervalRule: return calendarInterval(rule)
    case let rule as RecurrenceTriggerRule: return recurrence(rule)
    case let rule as QualifiedRule: return bounded(rule)
    case let rule as LimitedRule: return limited(rule)
    case let rule as AnyOfRule: return combination(rule.members, all: false)
    case let rule as AllOfRule: return combination(rule.members, all: true)
    case let rule as FilteredRule:
      return part(about: rule.base) + words.filtered(only: rule.meeting == .only, rule.calendar)
        + calendarZone(rule.zone, beside: rule.base)
    case let rule as ShiftedRule:
      return part(about: rule.base) + words.shifted(rule.meeting, rule.calendar)
        + calendarZone(rule.zone, beside: rule.base)
    default: return other(rule)
    }
  }

  // MARK: - Kinds

  private func at(_ instant: Instant, in zone: ZoneRules) -> String {
    guard let stamp = StampedInstant(instant, in: zone) else {
      return words.other(kind: TriggerKinds.at, summary: "\(instant)", zones: [])
    }
    return words.at(stamp)
  }

  private func onCalendar(_ rule: OnCalendarRule) -> String {
    guard let meaning = try? OnCalendarGrammar.parse(rule.expression) else { return other(rule) }
    if let instant = meaning.instant { return at(instant, in: .utc) }
    var text = words.pattern(meaning.pattern)
    if meaning.fractions != nil { text += words.fractions(printable(rule.expression, limit: 200)) }
    return zoned(text, meaning.pattern, rule)
  }

  private func interval(_ rule: IntervalRule) -> String {
    var anchor = IntervalAnchor.whenAdded
    if let instant = rule.anchor {
      guard let stamp = StampedInstant(instant, in: .utc) else { return other(rule) }
      anchor = rule.isImplicit ? .added(stamp) : .chosen(stamp)
    }
    return words.interval(microseconds: rule.microseconds, anchor: anchor)
  }

  private func calendarInterval(_ rule: CalendarIntervalRule) -> String {
    let spec = rule.spec
    let text = words.calendarInterval(spec)
    // Without a first day there are no times to meet gaps with, but some day there will be.
    let start = spec.start ?? CivilDate(year: 2_026, month: 1, day: 1)
    let steps = CalendarSteps(
      start: start, end: spec.end, months: spec.years * 12 + spec.months, days: spec.weeks * 7 + spec.days,
      secondOfDay: spec.hour * 3_600 + spec.minute * 60 + spec.second)
    return zoned(text, steps, rule)
  }

  private func limited(_ rule: LimitedRule) -> String {
    var anchor: IntervalAnchor?
    if let instant = rule.anchor {
      guard let stamp = StampedInstant(instant, in: zoneOfBounds(rule)) else { return other(rule) }
      anchor = .added(stamp)
    } else if !rule.base.hasBeginning {
      anchor = .whenAdded
    }
    return part(about: rule.base) + words.limited(to: rule.limit, anchor: anchor)
  }

  private func recurrence(_ rule: RecurrenceTriggerRule) -> String {
    let spec = rule.spec
    guard let start = CivilStamp(local: spec.start), var meaning = try? RecurrenceGrammar.parse(spec.rule) else {
      return other(rule)
    }
    meaning.end = Self.end(meaning.end, in: zoneOfBounds(rule))
    let text =
      words.recurrence(meaning, start: start.seconds)
      + words.exceptions(excluded: spec.excluded.map(Self.local), included: spec.included.map(Self.local))
    return zoned(text, RecurrenceTimes(meaning, start: start.seconds), rule)
  }

  /// An end that is given as an instant, as the reading of the zone's clocks where they show that once.
  private static func end(_ end: RecurrenceRule.End, in zone: ZoneRules) -> RecurrenceRule.End {
    guard case .until(let instant) = end else { return end }
    let second = instant.secondsSinceEpoch
    let local = second + zone.offset(atSecond: second)
    guard case .unique = zone.resolve(local) else { return end }
    return .untilLocal(local)
  }

  /// `2026-01-31T09:00:00` as people write it.
  private static func local(_ text: String) -> String {
    guard let stamp = CivilStamp(local: text) else { return printable(text, limit: 40) }
    let (date, second) = CivilTime.split(stamp.seconds)
    return CivilText.date(date) + " " + Clock.text(second)
  }

  private func bounded(_ rule: QualifiedRule) -> String {
    let zone = zoneOfBounds(rule)
    // Bounds beyond all years bound nothing.
    return part(about: rule.base)
      + words.bounds(
        start: rule.start.flatMap { StampedInstant($0, in: zone) },
        end: rule.end.flatMap { StampedInstant($0, in: zone) }
      )
  }

  /// The zone in which to tell instants that a rule gives: its own, where it has one only.
  private func zoneOfBounds(_ rule: any TriggerRule) -> ZoneRules {
    rule.zones.count == 1 ? zoneRules(of: rule) ?? .utc : .utc
  }

  private func combination(_ members: [Trigger], all: Bool) -> String {
    members.count == 1 ? part(about: members[0]) : words.combination(members.map { part(about: $0) }, all: all)
  }

  /// The zone of a calendar, where it has not been named already.
  private func calendarZone(_ zone: ZoneRules, beside base: Trigger) -> String {
    base.zones.contains(zone.identifier) ? "" : words.inZone(zone.identifier)
  }

  private func other(_ rule: any TriggerRule) -> String {
    words.other(kind: rule.form.kind ?? "", summary: rule.summary, zones: rule.zones)
  }

  // MARK: - Zones

  private func zoneRules(of rule: any TriggerRule) -> ZoneRules? {
    rule.zones.first.flatMap { try? ZoneDatabase.system.zone($0) }
  }

  private func zoned(
    _ text: String, _ times: some CivilTimeSet, _ rule: any TriggerRule
  ) -> String {
    guard let identifier = rule.zones.first else { return text }
    let placed = text + words.inZone(identifier)
    guard let zone = zoneRules(of: rule), let policies = ClockPolicies(of: rule) else { return placed }
    let met = ClockChanges.met(by: times, in: zone)
    // What fires in every hour and in both of two equal ones just follows real time.
    if policies.gap == .skip, policies.fold == .both, let pattern = times as? CivilPattern,
      pattern.hours == TimeOfDaySet().hours
    {
      return placed
    }
    return placed + words.policies(gap: met.gap ? policies.gap : nil, fold: met.fold ? policies.fold : nil)
  }
}

/// Which kinds of changes of a zone's clocks some times can fall into.
enum ClockChanges {
  /// From 2026 on for 28 years, after which weekdays and dates come together again.
  private static let first: Int64 = 1_767_225_600
  private static let last: Int64 = first + 28 * 31_557_600

  static func met(by times: some CivilTimeSet, in zone: ZoneRules) -> (gap: Bool, fold: Bool) {
    var met = (gap: false, fold: false)
    guard !zone.isFixed else { return met }
    var segment = zone.segment(containing: first)
    // No zone has changed its clocks more than a few times a year.
    for _ in 0..<500 where !(met.gap && met.fold) {
      guard segment.end != .max, segment.end < last else { break }
      let (before, after) = (segment.end + Int64(segment.offset), segment.end + Int64(segment.offsetAfter))
      // Where nothing follows no later change is met either, and a search that finds nothing is the dearest there is.
      guard let time = times.first(atOrAfter: min(before, after)) else { break }
      if time < max(before, after) {
        if before < after { met.gap = true } else if after < before { met.fold = true }
      }
      segment = zone.segment(
        containing: max(segment.end, time - max(Int64(segment.offset), Int64(segment.offsetAfter))))
    }
    return met
  }
}
