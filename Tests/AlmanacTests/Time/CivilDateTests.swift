import Testing

@testable import Almanac

@Suite("Civil dates")
struct CivilDateTests {
  /// The calendar as children learn it, one day after the other.
  private struct NaiveCalendar {
    var year: Int, month = 1, day = 1, weekday: Int, dayOfYear = 1

    static func length(_ year: Int, _ month: Int) -> Int {
      let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
      return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    mutating func step() {
      weekday = (weekday + 1) % 7
      dayOfYear += 1
      day += 1
      guard day > Self.length(year, month) else { return }
      (day, month) = (1, month + 1)
      guard month > 12 else { return }
      (month, year, dayOfYear) = (1, year + 1, 1)
    }
  }

  @Test("every day of eight centuries agrees with a walk day by day")
  func agreesWithNaiveWalk() {
    var naive = NaiveCalendar(year: 1_600, weekday: 6)
    let start = CivilDate(year: 1_600, month: 1, day: 1).daysSinceEpoch
    #expect(start == -135_140)
    var wrong = 0
    for days in start..<start + 2 * 146_097 {
      let date = CivilDate(daysSinceEpoch: days)
      if date != CivilDate(year: naive.year, month: naive.month, day: naive.day) || date.daysSinceEpoch != days
        || CivilDate.weekday(daysSinceEpoch: days) != naive.weekday
      {
        wrong += 1
      }
      naive.step()
    }
    #expect(wrong == 0)
  }

  @Test("years before the year 1 and far ones go back and forth")
  func extremes() {
    for year in [-9_999, -400, -1, 0, 1, 4, 100, 9_999, 200_000] {
      for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date)
      }
    }
    #expect(CivilDate(year: 1, month: 1, day: 1).daysSinceEpoch == -719_162)
    #expect(CivilTime.seconds(of: CivilDate(year: 1, month: 1, day: 1)) == CivilTime.first)
    #expect(
      CivilTime.seconds(of: CivilDate(year: 9_999, month: 12, day: 31), hour: 23, minute: 59, second: 59)
        == CivilTime.last)
  }

  @Test("days that do not exist are refused")
  func invalidDates() {
    for (year, month, day) in [
      (2_026, 2, 29), (1_900, 2, 29), (2_026, 4, 31), (2_026, 0, 1), (2_026, 13, 1), (2_026, 1, 0),
    ] {
      #expect(CivilDate(validYear: year, month: month, day: day) == nil)
    }
    #expect(CivilDate(validYear: 2_000, month: 2, day: 29) != nil)
  }

  @Test("ISO weeks agree with the definition: the week with the year's first Thursday is the first")
  func isoWeeks() {
    #expect(CivilDate(year: 2_021, month: 1, day: 3).isoWeek == (2_020, 53))
    #expect(CivilDate(year: 2_018, month: 12, day: 31).isoWeek == (2_019, 1))
    // Weeks go 1, 2, 3 … from Monday to Monday, and 4 January is always in the first.
    var wrong = 0
    for year in 1_970...2_370 where CivilDate(year: year, month: 1, day: 4).isoWeek != (year, 1) { wrong += 1 }
    var previous = CivilDate(daysSinceEpoch: -1).isoWeek
    for days in 0..<150_000 {
      let week = CivilDate(daysSinceEpoch: days).isoWeek
      let isMonday = CivilDate.weekday(daysSinceEpoch: days) == 1
      let expected =
        !isMonday
        ? previous
        : previous.week == CivilDate.isoWeeks(inYear: previous.year)
          ? (previous.year + 1, 1) : (previous.year, previous.week + 1)
      if week != expected { wrong += 1 }
      previous = week
    }
    #expect(wrong == 0)
  }

  @Test("adding months keeps the day or gives nothing")
  func addingMonths() {
    let date = CivilDate(year: 2_024, month: 1, day: 31)
    #expect(date.adding(months: 1) == nil)
    #expect(date.adding(months: 2) == CivilDate(year: 2_024, month: 3, day: 31))
    #expect(date.adding(months: -1) == CivilDate(year: 2_023, month: 12, day: 31))
    #expect(date.adding(months: .max) == nil)
  }
}
