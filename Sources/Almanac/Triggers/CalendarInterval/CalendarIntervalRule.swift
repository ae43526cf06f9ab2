/// Every so many years, months, weeks and days on the calendar, at one time of day in a zone.
final class CalendarIntervalRule: TriggerRule {
  /// What was asked for.
  struct Spec: Hashable, Sendable {
    var years = 0
    var months = 0
    var weeks = 0
    var days = 0
    var hour = 0
    var minute = 0
    var second = 0
    /// The first day; nil for the day on which the job is added.
    var start: CivilDate?
    var isStartImplicit = false
    /// The last day, inclusive.
    var end: CivilDate?
    var gap = GapPolicy.auto
    var fold = FoldPolicy.auto
  }

  let spec: Spec
  private let zone: ZoneRules
  /// Nil as long as there is no first day.
  private let walk: ZonedWalk<CalendarSteps>?

  static let firstDayMember = "first-day"
  private static let mostUnits = 1_000_000

  init(_ spec: Spec, zone: ZoneRules) throws(TriggerError) {
    let units = [("years", spec.years), ("months", spec.months), ("weeks", spec.weeks), ("days", spec.days)]
    for (name, count) in units where count < 0 || count > Self.mostUnits {
      throw TriggerError("The \(name) of a calendar interval must be 0 to \(Self.mostUnits), not \(count).")
    }
    guard units.contains(where: { $0.1 > 0 }) else {
      throw TriggerError("A calendar interval must be at least one day long.")
    }
    let times = [("hour", spec.hour, 23), ("minute", spec.minute, 59), ("second", spec.second, 59)]
    for (name, value, greatest) in times where value < 0 || value > greatest {
      throw TriggerError("The \(name) of a calendar interval must be 0 to \(greatest), not \(value).")
    }
    if let start = spec.start, let end = spec.end, end < start {
      throw TriggerError(
        "A calendar interval must not end (\(CivilText.date(end))) before it starts (\(CivilText.date(start))).")
    }
    self.spec = spec
    self.zone = zone
    walk = spec.start.map { Self.walk(spec, from: $0, zone: zone, isSearchedFar: true) }
  }

  private static func walk(
    _ spec: Spec, from start: CivilDate, zone: ZoneRules, isSearchedFar: Bool
  ) -> ZonedWalk<CalendarSteps> {
    let steps = CalendarSteps(
      start: start, end: spec.end, months: spec.years * 12 + spec.months, days: spec.weeks * 7 + spec.days,
      secondOfDay: spec.hour * 3_600 + spec.minute * 60 + spec.second, isSearchedFar: isSearchedFar)
    return ZonedWalk(
      times: steps, zone: zone, gap: spec.gap == .auto ? .skip : spec.gap, fold: spec.fold == .auto ? .first : spec.fold
    )
  }

  func next(after instant: Instant) -> Instant? {
    // Asked before it was added to anything, the answer is that of a trigger that is added at this instant.
    let walk = self.walk ?? Self.walk(spec, from: day(of: instant), zone: zone, isSearchedFar: false)
    return walk.first(atOrAfter: instant.secondsSinceEpoch + 1).map(Instant.init(secondsSinceEpoch:))
  }

  /// The day that the zone's calendar shows, of the years that triggers consider.
  private func day(of instant: Instant) -> CivilDate {
    let second = min(max(instant.secondsSinceEpoch, CivilTime.first), CivilTime.last)
    return CivilTime.split(second + zone.offset(atSecond: second)).date
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    walk?.last(atOrBefore: instant.secondsSinceEpoch).map(Instant.init(secondsSinceEpoch:))
  }

  func anchored(at instant: Instant) -> Trigger? {
    guard spec.start == nil else { return nil }
    var anchored = spec
    anchored.start = day(of: instant)
    anchored.isStartImplicit = true
    // An end that has passed leaves nothing to fire, but is no reason to fail now.
    if let end = spec.end, let start = anchored.start, end < start { return nil }
    return (try? CalendarIntervalRule(anchored, zone: zone)).map { Trigger($0) }
  }

  var hasBeginning: Bool { spec.start != nil }
  var zones: [String] { [zone.identifier] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) { zone.release.map(body) }

  var form: TriggerForm {
    var members: [String: JSONValue] = ["zone": .string(zone.identifier)]
    let numbers = [
      ("years", spec.years), ("months", spec.months), ("weeks", spec.weeks), ("days", spec.days), ("hour", spec.hour),
      ("minute", spec.minute), ("second", spec.second),
    ]
    for (name, number) in numbers where number != 0 { members[name] = .integer(Int64(number)) }
    if let start = spec.start { members[Self.firstDayMember] = .string(CivilText.date(start)) }
    if spec.isStartImplicit { members[IntervalRule.Member.implicit] = true }
    if let end = spec.end { members["last-day"] = .string(CivilText.date(end)) }
    if spec.gap != .auto { members["gap"] = .string(spec.gap.rawValue) }
    if spec.fold != .auto { members["fold"] = .string(spec.fold.rawValue) }
    return TriggerForm(kind: TriggerKinds.calendarInterval, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    var spec = Spec()
    spec.years = try members.optionalInt("years") ?? 0
    spec.months = try members.optionalInt("months") ?? 0
    spec.weeks = try members.optionalInt("weeks") ?? 0
    spec.days = try members.optionalInt("days") ?? 0
    spec.hour = try members.optionalInt("hour") ?? 0
    spec.minute = try members.optionalInt("minute") ?? 0
    spec.second = try members.optionalInt("second") ?? 0
    spec.start = try members.optionalDay(firstDayMember)
    spec.isStartImplicit = try members.optionalBool(IntervalRule.Member.implicit) ?? false
    spec.end = try members.optionalDay("last-day")
    spec.gap = try members.optionalName("gap") ?? .auto
    spec.fold = try members.optionalName("fold") ?? .auto
    return Trigger(try CalendarIntervalRule(spec, zone: ZoneDatabase.system.zone(members.string("zone"))))
  }

  var roughSize: Int { 256 }

  var summary: String {
    let units = [("year", spec.years), ("month", spec.months), ("week", spec.weeks), ("day", spec.days)]
      .filter { $0.1 > 0 }.map { $0.1 == 1 ? $0.0 : "\($0.1) \($0.0)s" }
    let time = [spec.hour, spec.minute, spec.second].map { CivilText.padded($0, 2) }.joined(separator: ":")
    let start = spec.start.map { " from \(CivilText.date($0))" } ?? ""
    let end = spec.end.map { " to \(CivilText.date($0))" } ?? ""
    return "every \(units.joined(separator: " and ")) at \(time)\(start)\(end) in \(zone.identifier)"
  }
}

extension TriggerMembers {
  mutating func optionalInt(_ name: String) throws(TriggerError) -> Int? {
    guard let member = take(name) else { return nil }
    guard let value = member.integerValue.flatMap({ Int(exactly: $0) }) else {
      throw TriggerError("The member \"\(name)\" of the trigger must be a whole number.")
    }
    return value
  }

  mutating func optionalDay(_ name: String) throws(TriggerError) -> CivilDate? {
    guard let member = take(name) else { return nil }
    guard let text = member.stringValue, let date = CivilDate(text: text) else {
      throw TriggerError("The member \"\(name)\" of the trigger must be a day such as \"2026-01-31\".")
    }
    return date
  }
}

extension CivilDate {
  /// The day of a text such as `2026-01-31`, from the year 1 on.
  package init?(text: String) {
    var scanner = DigitScanner(text.utf8)
    guard let date = scanner.civilDate(), scanner.isAtEnd, date.year >= 1 else { return nil }
    self = date
  }
}
