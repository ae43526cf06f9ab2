/// A day of the proleptic Gregorian calendar: what a wall calendar shows, in no time zone.
///
/// Years are astronomical (year 0 is 1 BC). All arithmetic is on integers and total for every day number whose year
/// fits `Int32`; callers clamp beforehand.
package struct CivilDate: Hashable, Comparable, Sendable {
  package var year: Int
  /// 1 for January to 12 for December.
  package var month: Int
  /// 1 for the first day of the month.
  package var day: Int

  @inline(__always)
  package init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date, or nil where no such day exists (month 13, 31 April, 29 February of a common year).
  package init?(validYear year: Int, month: Int, day: Int) {
    guard (-9_999_999...9_999_999).contains(year), (1...12).contains(month), day >= 1,
      day <= CivilDate.daysInMonth(year: year, month: month)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  package static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  // MARK: - Days since the epoch

  // The year is taken to begin in March, so that the leap day is the last of the year, and months before it follow
  // one affine pattern: the first day of the m-th month from March is (153 m + 2) / 5. Eras of 400 years hold
  // 146,097 days exactly, a whole number of weeks. 719,468 is the distance from 0000-03-01 to 1970-01-01.

  /// Days since 1970-01-01.
  @inline(__always)
  package var daysSinceEpoch: Int {
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let marchYear = month > 2 ? year : year - 1
    let (era, yearOfEra) = marchYear.flooredQuotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date that is `daysSinceEpoch` days after 1970-01-01.
  @inline(__always)
  package init(daysSinceEpoch: Int) {
    let (era, remainder) = (daysSinceEpoch + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
    let dayOfEra = UInt32(truncatingIfNeeded: remainder)
    // Takes out the leap days that lie before the day, so that what is left divides by 365.
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = era * 400 + Int(yearOfEra) + (month <= 2 ? 1 : 0)
  }

  // MARK: - Facts about days, months and years

  @inline(__always)
  package static func isLeapYear(_ year: Int) -> Bool {
    // A multiple of 100 is a leap year when it is one of 400; among multiples of 100, that is being one of 16.
    year % 100 == 0 ? year & 15 == 0 : year & 3 == 0
  }

  /// 28 to 31; `month` must be 1...12.
  @inline(__always)
  package static func daysInMonth(year: Int, month: Int) -> Int {
    if month == 2 { return isLeapYear(year) ? 29 : 28 }
    // 30 or 31 alternate, and the alternation turns round after July.
    return 30 | ((month ^ (month >> 3)) & 1)
  }

  /// 0 for Sunday to 6 for Saturday.
  @inline(__always)
  package static func weekday(daysSinceEpoch: Int) -> Int {
    (daysSinceEpoch + 4).flooredRemainder(dividingBy: 7)  // 1970-01-01 was a Thursday.
  }

  /// 0 for Sunday to 6 for Saturday.
  package var weekday: Int { CivilDate.weekday(daysSinceEpoch: daysSinceEpoch) }

  /// 1 for 1 January to 365 or 366.
  package var dayOfYear: Int { daysSinceEpoch - CivilDate(year: year, month: 1, day: 1).daysSinceEpoch + 1 }

  /// The ISO 8601 week and the year that the week belongs to; the first week is the one with the year's first Thursday.
  package var isoWeek: (year: Int, week: Int) {
    let days = daysSinceEpoch
    let weekdayFromMonday = (CivilDate.weekday(daysSinceEpoch: days) + 6) % 7
    let thursday = CivilDate(daysSinceEpoch: days - weekdayFromMonday + 3)
    return (thursday.year, (thursday.dayOfYear - 1) / 7 + 1)
  }

  /// 52 or 53.
  package static func isoWeeks(inYear year: Int) -> Int { CivilDate(year: year, month: 12, day: 28).isoWeek.week }

  /// The same day number `months` later, or nil where that month lacks the day.
  package func adding(months: Int) -> CivilDate? {
    let (total, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
    guard !overflow else { return nil }
    let (newYear, newMonth) = total.flooredQuotientAndRemainder(dividingBy: 12)
    return CivilDate(validYear: newYear, month: newMonth + 1, day: day)
  }
}
