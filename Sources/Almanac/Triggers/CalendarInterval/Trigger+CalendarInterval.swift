extension Trigger {
  /// Fires every so many years, months, weeks and days on the calendar of a zone, at a fixed time of day there.
  ///
  /// From one day to the next go first the years and months — months that lack the day are passed over, so 31 January is
  /// followed by 31 March — then the weeks and days. By default a time that the clocks jump over is left out, and one that
  /// they show twice fires the first time.
  ///
  /// - Parameters:
  ///   - firstDay: the first day, such as `2026-01-31`; without one, the day on which the job is added, in the zone.
  ///   - lastDay: the last day, inclusive.
  ///   - zone: the IANA identifier of the zone.
  /// - Throws: ``TriggerError`` where the interval is empty or a value is out of range, ``ZoneError`` where the zone is not
  ///   known.
  public static func calendarInterval(
    years: Int = 0, months: Int = 0, weeks: Int = 0, days: Int = 0, hour: Int = 0, minute: Int = 0, second: Int = 0,
    from firstDay: String? = nil, through lastDay: String? = nil, in zone: String = "UTC", gap: GapPolicy = .auto,
    fold: FoldPolicy = .auto
  ) throws -> Trigger {
    func day(_ text: String?) throws -> CivilDate? {
      guard let text else { return nil }
      guard let date = CivilDate(text: text) else {
        throw TriggerError("\"\(printable(text, limit: 40))\" is no day such as \"2026-01-31\".")
      }
      return date
    }
    let spec = CalendarIntervalRule.Spec(
      years: years, months: months, weeks: weeks, days: days, hour: hour, minute: minute, second: second,
      start: try day(firstDay), end: try day(lastDay), gap: gap, fold: fold)
    return Trigger(try CalendarIntervalRule(spec, zone: ZoneDatabase.system.zone(zone)))
  }
}

extension APSSpec {
  /// The arguments of APScheduler's `CalendarIntervalTrigger`.
  mutating func calendarIntervalTrigger() throws -> Trigger {
    var spec = CalendarIntervalRule.Spec()
    spec.years = try number("years") ?? 0
    spec.months = try number("months") ?? 0
    spec.weeks = try number("weeks") ?? 0
    spec.days = try number("days") ?? 0
    spec.hour = try number("hour", in: 0...23) ?? 0
    spec.minute = try number("minute", in: 0...59) ?? 0
    spec.second = try number("second", in: 0...59) ?? 0
    spec.start = try day("start_date")
    spec.end = try day("end_date")
    try requireNothingElse(
      known: ["years", "months", "weeks", "days", "hour", "minute", "second", "start_date", "end_date"])
    return Trigger(try CalendarIntervalRule(spec, zone: zone))
  }

  private mutating func day(_ name: String) throws(TriggerError) -> CivilDate? {
    guard let value = take(name) else { return nil }
    guard let text = value.stringValue, let date = CivilDate(text: text) else {
      throw TriggerError("The \(name) must be a day such as \"2026-01-31\", not \(Self.shown(value)).")
    }
    return date
  }
}
