/// A set of wall-clock times: the product of seconds, minutes, hours, days, months and years, each a set of bits.
///
/// It knows nothing of time zones. Search goes from the largest unit to the smallest and jumps over everything that
/// cannot match, so its cost does not depend on how far away the next time is, but for days that most years lack.
struct CivilPattern: Hashable, Sendable {
  var times = TimeOfDaySet()
  var days = DayPattern()
  /// Bits 1...12.
  var months: UInt16 = 0x1FFE
  var years = YearSet.every

  // MARK: - Forward

  /// The first time of the pattern at `local` or later, or nil where there is none up to the year 9999.
  func first(atOrAfter local: CivilSeconds) -> CivilSeconds? {
    let from = max(local, CivilTime.first)
    guard from <= CivilTime.last else { return nil }
    let (day, secondOfDay) = from.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    let date = CivilDate(daysSinceEpoch: Int(day))
    if months >> UInt16(date.month) & 1 != 0, years.contains(date.year) {
      let mask = days.mask(year: date.year, month: date.month)
      if mask >> UInt32(date.day) & 1 != 0, let time = times.first(atOrAfter: Int(secondOfDay)) {
        return day * CivilTime.secondsPerDay + Int64(time)
      }
      // Two shifts: shifting 32 bits by 32 at once would be a different thing.
      let later = (mask >> UInt32(date.day)) >> 1
      if later != 0 {
        return (day + 1 + Int64(later.trailingZeroBitCount)) * CivilTime.secondsPerDay + Int64(times.first)
      }
    }
    return first(afterMonth: date.month, of: date.year)
  }

  private func first(afterMonth month: Int, of startYear: Int) -> CivilSeconds? {
    var laterMonths = months & ~((2 << UInt16(month)) - 1)
    var candidate = startYear
    if laterMonths == 0 || !years.contains(startYear) {
      guard let next = years.atOrAfter(startYear + 1) else { return nil }
      (candidate, laterMonths) = (next, months)
    }
    // After 400 years all dates fall on the same weekdays again: what did not match until then never does, at least
    // where no years are left out; where some are, the end of the set ends the search.
    let lastUseful = years.isContiguous ? candidate + 400 : YearSet.possible.upperBound
    while candidate <= lastUseful {
      while laterMonths != 0 {
        let month = laterMonths.trailingZeroBitCount
        let mask = days.mask(year: candidate, month: month)
        if mask != 0 {
          let date = CivilDate(year: candidate, month: month, day: mask.trailingZeroBitCount)
          return CivilTime.seconds(of: date) + Int64(times.first)
        }
        laterMonths &= laterMonths - 1
      }
      guard let next = years.atOrAfter(candidate + 1) else { return nil }
      (candidate, laterMonths) = (next, months)
    }
    return nil
  }

  // MARK: - Backward

  /// The last time of the pattern at `local` or earlier, or nil where there is none from the year 1 on.
  func last(atOrBefore local: CivilSeconds) -> CivilSeconds? {
    let from = min(local, CivilTime.last)
    guard from >= CivilTime.first else { return nil }
    let (day, secondOfDay) = from.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    let date = CivilDate(daysSinceEpoch: Int(day))
    if months >> UInt16(date.month) & 1 != 0, years.contains(date.year) {
      let mask = days.mask(year: date.year, month: date.month)
      if mask >> UInt32(date.day) & 1 != 0, let time = times.last(atOrBefore: Int(secondOfDay)) {
        return day * CivilTime.secondsPerDay + Int64(time)
      }
      let earlier = mask & ((1 << UInt32(date.day)) - 1)
      if earlier != 0 {
        let found = 31 - earlier.leadingZeroBitCount
        return (day - Int64(date.day - found)) * CivilTime.secondsPerDay + Int64(times.last)
      }
    }
    return last(beforeMonth: date.month, of: date.year)
  }

  private func last(beforeMonth month: Int, of startYear: Int) -> CivilSeconds? {
    var earlierMonths = months & ((1 << UInt16(month)) - 1)
    var candidate = startYear
    if earlierMonths == 0 || !years.contains(startYear) {
      guard let previous = years.atOrBefore(startYear - 1) else { return nil }
      (candidate, earlierMonths) = (previous, months)
    }
    let firstUseful = years.isContiguous ? candidate - 400 : YearSet.possible.lowerBound
    while candidate >= firstUseful {
      while earlierMonths != 0 {
        let month = 15 - earlierMonths.leadingZeroBitCount
        let mask = days.mask(year: candidate, month: month)
        if mask != 0 {
          let date = CivilDate(year: candidate, month: month, day: 31 - mask.leadingZeroBitCount)
          return CivilTime.seconds(of: date) + Int64(times.last)
        }
        earlierMonths ^= 1 << UInt16(month)
      }
      guard let previous = years.atOrBefore(candidate - 1) else { return nil }
      (candidate, earlierMonths) = (previous, months)
    }
    return nil
  }

  /// Whether any wall-clock time matches, ever.
  var isPossible: Bool {
    !times.isEmpty && months != 0 && first(atOrAfter: CivilTime.first) != nil
  }
}

extension CivilPattern {
  var seconds: UInt64 {
    get { times.seconds }
    set { times.seconds = newValue }
  }

  var minutes: UInt64 {
    get { times.minutes }
    set { times.minutes = newValue }
  }

  var hours: UInt32 {
    get { times.hours }
    set { times.hours = newValue }
  }
}
