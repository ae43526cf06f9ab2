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

  /// The changes of the offset in the years, in time order.
  func transitions(inYears years: ClosedRange<Int>) -> [(at: Int64, offset: Int32)] {
    guard let daylight else { return [] }
    return years.flatMap { year in
      let start = (at: daylight.start.civilSeconds(inYear: year) - Int64(standard), offset: daylight.offset)
      let end = (at: daylight.end.civilSeconds(inYear: year) - Int64(daylight.offset), offset: standard)
      return start.at <= end.at ? [start, end] : [end, start]
    }
  }
}
