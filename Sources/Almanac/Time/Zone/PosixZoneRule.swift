/// The rule in a POSIX `TZ` text such as `EST5EDT,M3.2.0,M11.1.0`, which a TZif file's footer gives for all time after
/// its last transition (RFC 9636, section 3.3.1; POSIX.1-2024, section 8.3).
///
/// Offsets here are seconds *east* of UTC, unlike in the text. Daylight time may be behind standard time (Dublin's
/// `IST-1GMT0,M10.5.0,M3.5.0/1`), and times of day go from -167 to 167 hours.
struct PosixZoneRule: Hashable, Sendable {
  var standard: Int32
  var daylight: Daylight?

  struct Daylight: Hashable, Sendable {
    var offset: Int32
    var start: Change
    var end: Change
  }

  /// A day of the year and a second of that day, which may lie outside the day.
  struct Change: Hashable, Sendable {
    var day: Day
    var second: Int32

    enum Day: Hashable, Sendable {
      /// `Jn`: day 1...365, never counting 29 February.
      case julian(Int)
      /// `n`: day 0...365, counting 29 February.
      case zeroBased(Int)
      /// `Mm.w.d`: the w-th weekday d of month m; week 5 is the last.
      case weekday(month: Int, week: Int, weekday: Int)
    }

    /// The civil second at which the change falls in `year`, on the clock that is valid before it.
    func civilSeconds(inYear year: Int) -> CivilSeconds {
      let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
      let days: Int
      switch day {
      case .julian(let number):
        days = newYear + number - 1 + (number >= 60 && CivilDate.isLeapYear(year) ? 1 : 0)
      case .zeroBased(let number):
        days = newYear + number
      case .weekday(let month, let week, let weekday):
        let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
        let skip = (weekday - CivilDate.weekday(daysSinceEpoch: first) + 7) % 7
        let length = CivilDate.daysInMonth(year: year, month: month)
        var dayOfMonth = skip + 7 * (week - 1)
        if dayOfMonth >= length { dayOfMonth -= 7 }
        days = first + dayOfMonth
      }
      return Int64(days) * CivilTime.secondsPerDay + Int64(second)
    }
  }

  private typealias ClockChange = (at: Int64, offset: Int32)

  /// The two changes of a year, in the order in which they come into force.
  private func changes(inYear year: Int, _ daylight: Daylight) -> (earlier: ClockChange, later: ClockChange) {
    let start = (at: daylight.start.civilSeconds(inYear: year) - Int64(standard), offset: daylight.offset)
    let end = (at: daylight.end.civilSeconds(inYear: year) - Int64(daylight.offset), offset: standard)
    return start.at <= end.at ? (start, end) : (end, start)
  }

  /// The changes of the offset in the years, in time order.
  func transitions(inYears years: ClosedRange<Int>) -> [(at: Int64, offset: Int32)] {
    guard let daylight else { return [] }
    return years.flatMap { year in
      let (earlier, later) = changes(inYear: year, daylight)
      return [earlier, later]
    }
  }

  /// The stretch of constant offset that holds `second`; allocates nothing.
  func segment(containing second: Int64) -> ZoneSegment {
    let fixed = Int64(standard)
    guard let daylight else {
      return ZoneSegment(start: .min, end: .max, offset: fixed, offsetBefore: fixed, offsetAfter: fixed)
    }
    // No trigger fires in years beyond these, and within them the arithmetic stays far from the ends of 64 bits.
    let year = CivilTime.split(min(max(second, -400_000_000_000), 400_000_000_000)).date.year
    // A change can be moved out of its year by 167 hours: the neighbours of any second are among those of three years.
    let (lastEarlier, lastLater) = changes(inYear: year - 1, daylight)
    let (thisEarlier, thisLater) = changes(inYear: year, daylight)
    let (nextEarlier, nextLater) = changes(inYear: year + 1, daylight)
    let (following, _) = changes(inYear: year + 2, daylight)
    var start = Int64.min
    var offset = Int64(lastEarlier.offset == standard ? daylight.offset : standard)
    var before = offset
    /// Steps over a change; false where the change is the end of the segment.
    func passes(_ change: ClockChange, followedBy next: ClockChange) -> Bool {
      // Daylight time all the year is written as an end that coincides with the next year's start: of two changes in
      // one second the later one holds.
      if next.at <= change.at || Int64(change.offset) == offset { return true }
      if change.at > second { return false }
      (start, before, offset) = (change.at, offset, Int64(change.offset))
      return true
    }
    func segment(endingAt end: ClockChange) -> ZoneSegment {
      ZoneSegment(start: start, end: end.at, offset: offset, offsetBefore: before, offsetAfter: Int64(end.offset))
    }
    guard passes(lastEarlier, followedBy: lastLater) else { return segment(endingAt: lastEarlier) }
    guard passes(lastLater, followedBy: thisEarlier) else { return segment(endingAt: lastLater) }
    guard passes(thisEarlier, followedBy: thisLater) else { return segment(endingAt: thisEarlier) }
    guard passes(thisLater, followedBy: nextEarlier) else { return segment(endingAt: thisLater) }
    guard passes(nextEarlier, followedBy: nextLater) else { return segment(endingAt: nextEarlier) }
    guard passes(nextLater, followedBy: following) else { return segment(endingAt: nextLater) }
    return ZoneSegment(start: start, end: .max, offset: offset, offsetBefore: before, offsetAfter: offset)
  }
}
