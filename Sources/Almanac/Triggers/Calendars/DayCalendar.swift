/// A set of days and times of day as a wall calendar shows them: holidays, business days, maintenance windows.
///
/// It belongs to no time zone; where it meets a trigger, the zone whose days are meant is the trigger's own, or one that
/// is named. Calendars are values: they are combined by set algebra, compared by what they say, and stored within the
/// triggers that use them.
///
/// ```swift
/// let closed = try DayCalendar.days(["2026-01-01", "2026-12-25"]).union(.weekend)
/// let trigger = try Trigger.cron("0 9 * * *", in: "Europe/Paris").excluding(closed)
/// ```
public struct DayCalendar: Hashable, Sendable {
  indirect enum Content: Hashable, Sendable {
    /// Ranges of days since the epoch, in order, that neither touch nor overlap.
    case days([ClosedRange<Int>])
    /// Bits 0 for Sunday to 6.
    case weekdays(UInt8)
    /// For each month, 1 to 12, the bits of its days, 1 to 31; element 0 is not used.
    case yearly([UInt32])
    case times(DayTimes)
    case events(EventSet)
    case union([DayCalendar])
    case intersection([DayCalendar])
    case complement(DayCalendar)
  }

  let content: Content
  /// What people call it; of no effect.
  public var name: String?
  /// Members of the encoded form that were found and not understood.
  var unknown: [String: JSONValue] = [:]

  /// How many calendars lie in each other, this one included.
  let depth: Int
  /// How many small questions have to be answered to know what the calendar says of one day.
  let weight: Int

  init(_ content: Content, name: String? = nil) {
    self.content = content
    self.name = name
    switch content {
    case .days, .weekdays, .yearly, .times: (depth, weight) = (1, 1)
    case .events(let events): (depth, weight) = (1, 1 + 10 * events.series.count)
    case .complement(let base): (depth, weight) = (base.depth + 1, base.weight + 1)
    case .union(let members), .intersection(let members):
      depth = 1 + (members.map(\.depth).max() ?? 0)
      weight = members.reduce(1) { $0 + $1.weight }
    }
  }

  /// How deep calendars may lie in each other, and how heavy they may be, where they join a trigger: together they bound
  /// the work that one question can cause.
  static let deepest = 32
  static let heaviest = 10_000

  /// Refuses calendars that are too deep or too large to be asked within bounds.
  func check() throws(TriggerError) {
    guard depth <= Self.deepest else {
      throw TriggerError("Calendars lie at most \(Self.deepest) deep in each other, not \(depth).")
    }
    guard weight <= Self.heaviest else {
      throw TriggerError(
        "The calendar is made of too many parts: at most \(Self.heaviest) count, and it has \(weight); a repeated event "
          + "counts for ten.")
    }
  }

  /// Whether the moment belongs to the calendar, on the wall clocks of a zone.
  public func contains(_ instant: Instant, in zone: ZoneRules) -> Bool {
    let second = min(max(instant.secondsSinceEpoch, CivilTime.first), CivilTime.last)
    return contains(second + zone.offset(atSecond: second))
  }

  func contains(_ local: CivilSeconds) -> Bool {
    let (day, second) = local.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    return times(on: Int(day)).contains(Int(second))
  }

  // MARK: - Algebra

  /// What belongs to either.
  public func union(_ other: DayCalendar) -> DayCalendar {
    // A union that is made member by member stays one level deep.
    if case .union(let members) = content, isPlain { return DayCalendar(.union(members + [other])) }
    return DayCalendar(.union([self, other]))
  }

  /// What belongs to any of the calendars; nothing where there are none. Many are joined faster so than one by one.
  public static func union(of calendars: [DayCalendar]) -> DayCalendar {
    if calendars.count == 1 { return calendars[0] }
    return DayCalendar(calendars.isEmpty ? .days([]) : .union(calendars))
  }

  /// What belongs to both.
  public func intersection(_ other: DayCalendar) -> DayCalendar {
    if case .intersection(let members) = content, isPlain { return DayCalendar(.intersection(members + [other])) }
    return DayCalendar(.intersection([self, other]))
  }

  /// What belongs to this calendar and not to the other.
  public func subtracting(_ other: DayCalendar) -> DayCalendar { intersection(other.complement) }

  /// What does not belong to the calendar.
  public var complement: DayCalendar {
    if case .complement(let base) = content, isPlain { return base }
    return DayCalendar(.complement(self))
  }

  /// Whether there is nothing to it but its content.
  private var isPlain: Bool { name == nil && unknown.isEmpty }
}
