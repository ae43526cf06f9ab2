/// The fire times of another trigger, with those that fall on a day that is no business day moved to one.
///
/// Days go together in groups: a business day and the days from which fire times are moved to it. A fire time is moved to the
/// first moment of the business day at which its clocks have reached the fire time's own time of day. That is a monotone
/// function of the time of day, so it can be turned round: what is asked about the moved fire times becomes one question to
/// the base about each part of each day of the group, and nothing is collected or sorted. Groups do not overlap, so the
/// answers strictly increase and are the same from whatever side they are asked.
final class ShiftedRule: CalendarRule {
  static let kind = TriggerKinds.shifted
  static let meetingMember = "to"

  let base: Trigger
  let meeting: DayShift
  let calendar: DayCalendar
  let zone: ZoneRules

  /// Fire times are moved by at most so many days; where no business day is so near, they fall away.
  static let mostDays = 366
  /// How many times a search leaps to a business day for which the base turns out to have nothing.
  static let mostLeaps = 200

  init(_ base: Trigger, _ meeting: DayShift, _ calendar: DayCalendar, zone: ZoneRules) throws(TriggerError) {
    try CombinedTriggers.check([base])
    try calendar.check()
    (self.base, self.meeting, self.calendar, self.zone) = (base, meeting, calendar, zone)
  }

  // MARK: - Days

  /// A day that the zone has, and of which any moment belongs to the calendar.
  private func isBusinessDay(_ day: Int) -> Bool {
    !calendar.times(on: day).isEmpty && !ZoneDay(day, in: zone).isEmpty
  }

  /// The nearest business day at `day` or beyond it, where it is no farther than fire times are moved.
  private func businessDay(from day: Int, by step: Int) -> Int? {
    (0...Self.mostDays).lazy.map { day + $0 * step }.first(where: isBusinessDay)
  }

  /// The nearest business day beyond `day`, however far.
  private func businessDay(beyond day: Int, _ direction: DayStretch.Direction, _ steps: inout Int) -> Int? {
    var day = day
    // Zones have left out a day or two in all their history.
    for _ in 0..<8 {
      let next = Int64(day + direction.step) * CivilTime.secondsPerDay
      let found =
        direction == .forward
        ? calendar.first(atOrAfter: next, inside: true, steps: &steps)
        : calendar.last(atOrBefore: next + CivilTime.secondsPerDay - 1, inside: true, steps: &steps)
      guard let found else { return nil }
      day = EventSet.day(of: found)
      if !ZoneDay(day, in: zone).isEmpty { return day }
    }
    return nil
  }

  /// The days whose fire times belong to a business day.
  private func group(of target: Int) -> ClosedRange<Int> {
    if meeting == .nextBusinessDay {
      return (businessDay(from: target - 1, by: -1).map { $0 + 1 } ?? target - Self.mostDays)...target
    }
    return target...(businessDay(from: target + 1, by: 1).map { $0 - 1 } ?? target + Self.mostDays)
  }

  // MARK: - Groups

  /// The first fire time on a business day after an instant.
  private func first(on target: Int, of group: ClosedRange<Int>, after instant: Instant) -> Instant? {
    let day = ZoneDay(target, in: zone)
    guard instant < day.last else { return nil }
    var first = base.next(after: max(instant, day.justBefore)).flatMap { $0 <= day.last ? $0 : nil }
    // Whatever shows a later time of day than any up to the instant is moved to after the instant.
    let reading = day.latestReading(through: instant)
    for number in group where number != target {
      let source = ZoneDay(number, in: zone)
      var second = source.start
      while let (part, end) = source.part(from: second) {
        second = end
        let before = ZoneDay.justBefore(part.first.secondsSinceEpoch)
        let from = reading < part.reading(at: part.first) ? before : part.instant(showing: reading)
        guard from < part.last, let fire = base.next(after: from), fire <= part.last else { continue }
        let moved = day.firstMoment(showing: part.reading(at: fire))
        // A part begins where the one before it ended, but its clocks may show earlier times: each may have the first.
        first = first.map { min($0, moved) } ?? moved
      }
    }
    return first
  }

  /// The last fire time on a business day at an instant or before.
  private func last(on target: Int, of group: ClosedRange<Int>, onOrBefore instant: Instant) -> Instant? {
    let day = ZoneDay(target, in: zone)
    guard instant > day.justBefore else { return nil }
    var last = base.last(onOrBefore: min(instant, day.last)).flatMap { $0 > day.justBefore ? $0 : nil }
    let reading = instant >= day.last ? Int64.max : day.latestReading(through: instant)
    for number in group where number != target {
      let source = ZoneDay(number, in: zone)
      var second = source.start
      while let (part, end) = source.part(from: second) {
        second = end
        guard reading >= part.reading(at: part.first) else { continue }
        let through = reading >= part.reading(at: part.last) ? part.last : part.instant(showing: reading)
        guard let fire = base.last(onOrBefore: through), fire >= part.first else { continue }
        let moved = day.firstMoment(showing: part.reading(at: fire))
        last = last.map { max($0, moved) } ?? moved
      }
    }
    return last
  }

  // MARK: - Search

  private static let time =
    Instant(secondsSinceEpoch: CivilTime.first)...ZoneDay.justBefore(CivilTime.last + 1)

  func next(after instant: Instant) -> Instant? {
    let from = max(instant, ZoneDay.justBefore(CivilTime.first))
    guard from < Self.time.upperBound else { return nil }
    return search(after: from).flatMap { Self.time.contains($0) ? $0 : nil }
  }

  private func search(after instant: Instant) -> Instant? {
    var probe = instant
    var steps = calendar.mostSteps
    if let target = businessDay(from: ZoneDay(containing: instant, in: zone).number, by: 1) {
      let group = group(of: target)
      if let fire = first(on: target, of: group, after: instant) { return fire }
      probe = max(probe, ZoneDay(group.upperBound, in: zone).last)
    }
    for _ in 0..<Self.mostLeaps {
      guard let fire = base.next(after: probe), Self.time.contains(fire) else { return nil }
      let day = ZoneDay(containing: fire, in: zone)
      if let target = businessDay(from: day.number, by: meeting.step) {
        let group = group(of: target)
        if let found = first(on: target, of: group, after: instant) { return found }
        probe = max(fire, ZoneDay(group.upperBound, in: zone).last)
      } else {
        // It falls away, and so does everything up to the days that go with the next business day there is.
        guard let next = businessDay(beyond: day.number, .forward, &steps) else { return nil }
        let reach = meeting == .nextBusinessDay ? Self.mostDays : 0
        probe = max(fire, ZoneDay(next - reach, in: zone).justBefore)
      }
    }
    return nil
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    let from = min(instant, Self.time.upperBound)
    guard from >= Self.time.lowerBound else { return nil }
    return search(onOrBefore: from).flatMap { Self.time.contains($0) ? $0 : nil }
  }

  private func search(onOrBefore instant: Instant) -> Instant? {
    var probe = instant
    var steps = calendar.mostSteps
    if let target = businessDay(from: ZoneDay(containing: instant, in: zone).number, by: -1) {
      let group = group(of: target)
      if let fire = last(on: target, of: group, onOrBefore: instant) { return fire }
      probe = min(probe, ZoneDay(group.lowerBound, in: zone).justBefore)
    }
    for _ in 0..<Self.mostLeaps {
      guard let fire = base.last(onOrBefore: probe), Self.time.contains(fire) else { return nil }
      let day = ZoneDay(containing: fire, in: zone)
      if let target = businessDay(from: day.number, by: meeting.step) {
        let group = group(of: target)
        if let found = last(on: target, of: group, onOrBefore: instant) { return found }
        probe = min(day.justBefore, ZoneDay(group.lowerBound, in: zone).justBefore)
      } else {
        guard let previous = businessDay(beyond: day.number, .backward, &steps) else { return nil }
        let reach = meeting == .previousBusinessDay ? Self.mostDays : 0
        probe = min(day.justBefore, ZoneDay(previous + reach, in: zone).last)
      }
    }
    return nil
  }

  // MARK: - The rest of a rule

  /// The same with another form of the same base.
  func replacing(base: Trigger) -> Trigger {
    (try? ShiftedRule(base, meeting, calendar, zone: zone)).map { Trigger($0) } ?? Trigger(self)
  }

  var summary: String {
    "\(base.description) moved to the \(meeting == .nextBusinessDay ? "next" : "previous") day of "
      + "\(calendar.description) in \(zone.identifier)"
  }
}

/// Where a fire time goes that falls on a day that is no business day.
public enum DayShift: String, Hashable, Sendable, Codable, CaseIterable {
  case nextBusinessDay = "next-business-day"
  case previousBusinessDay = "previous-business-day"

  var step: Int { self == .nextBusinessDay ? 1 : -1 }
}
