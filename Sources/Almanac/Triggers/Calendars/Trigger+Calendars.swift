extension Trigger {
  /// The trigger without the fire times that lie within the calendar.
  ///
  /// What is excluded is no fire time at all: it is not missed, not skipped and not reported. A fire time lies where the
  /// clocks of the zone show it.
  ///
  /// - Parameters:
  ///   - calendar: the days and times of day at which it does not fire.
  ///   - zone: the IANA identifier of the zone whose days and times of day the calendar means. Without it, the trigger's own
  ///     zone, and UTC where the trigger has none.
  /// - Throws: ``TriggerError`` where the trigger cannot be read or has several zones to choose from, or where something lies
  ///   too deep or is too large; ``ZoneError`` where the zone is not known.
  public func excluding(_ calendar: DayCalendar, in zone: String? = nil) throws -> Trigger {
    Trigger(try FilteredRule(self, .excluding, calendar, zone: calendarZone(zone)))
  }

  /// The trigger with the fire times only that lie within the calendar.
  ///
  /// What lies outside is no fire time at all: it is not missed, not skipped and not reported.
  ///
  /// - Parameters:
  ///   - calendar: the days and times of day at which alone it fires.
  ///   - zone: the IANA identifier of the zone whose days and times of day the calendar means. Without it, the trigger's own
  ///     zone, and UTC where the trigger has none.
  /// - Throws: as ``excluding(_:in:)`` does.
  public func only(on calendar: DayCalendar, in zone: String? = nil) throws -> Trigger {
    Trigger(try FilteredRule(self, .only, calendar, zone: calendarZone(zone)))
  }

  /// The trigger with the fire times that fall on no business day moved to the next or previous one, at the same time of
  /// day. Several that arrive at the same instant are one.
  ///
  /// A fire time is moved by at most 366 days, and where no business day is so near it falls away. It goes to the first moment
  /// of the business day at which the clocks have reached its time of day: the end of a gap that holds the time, the first of
  /// two moments that show it.
  ///
  /// - Parameters:
  ///   - shift: which business day.
  ///   - calendar: the business days: those of which any moment belongs to it.
  ///   - zone: the IANA identifier of the zone whose days are meant. Without it, the trigger's own zone, and UTC where the
  ///     trigger has none.
  /// - Throws: as ``excluding(_:in:)`` does.
  public func shifted(to shift: DayShift, by calendar: DayCalendar, in zone: String? = nil) throws -> Trigger {
    Trigger(try ShiftedRule(self, shift, calendar, zone: calendarZone(zone)))
  }

  private func calendarZone(_ identifier: String?) throws -> ZoneRules {
    if let identifier { return try ZoneDatabase.system.zone(identifier) }
    let zones = zones
    guard zones.count < 2 else {
      throw TriggerError(
        "The trigger has the zones \(zones.joined(separator: ", ")); expected one to be named for the calendar.")
    }
    return try ZoneDatabase.system.zone(zones.first ?? "UTC")
  }
}
