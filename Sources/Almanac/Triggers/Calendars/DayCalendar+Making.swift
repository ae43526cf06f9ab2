extension DayCalendar {
  /// Days such as `2026-01-31`, and ranges of them such as `2026-02-15/2026-02-23`, both ends included.
  ///
  /// - Throws: ``TriggerError`` where a text is neither.
  public static func days(_ texts: [String]) throws(TriggerError) -> DayCalendar {
    var ranges: [ClosedRange<Int>] = []
    for text in texts {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let first = CivilDate(text: parts[0]), let last = CivilDate(text: parts[parts.count - 1])
      else {
        throw TriggerError(
          "\"\(printable(text, limit: 40))\" is no day such as \"2026-01-31\" and no range such as "
            + "\"2026-02-15/2026-02-23\".")
      }
      guard first <= last else {
        throw TriggerError("The range \"\(text)\" ends before it begins; expected the earlier day first.")
      }
      ranges.append(first.daysSinceEpoch...last.daysSinceEpoch)
    }
    return DayCalendar(.days(merged(ranges)))
  }

  private static func merged(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    var merged: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, last.upperBound + 1 >= range.lowerBound {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  /// All days from one to another, both included.
  ///
  /// - Throws: ``TriggerError`` where a text is no day, or the last day is before the first.
  public static func days(from first: String, through last: String) throws(TriggerError) -> DayCalendar {
    try days(["\(first)/\(last)"])
  }

  /// Every such weekday.
  public static func weekdays(_ weekdays: CronWeekday...) -> DayCalendar {
    DayCalendar(.weekdays(weekdays.reduce(0) { $0 | 1 << UInt8($1.rawValue) }))
  }

  /// Saturday and Sunday.
  public static let weekend = DayCalendar.weekdays(.saturday, .sunday)

  /// Monday to Friday.
  public static let mondayToFriday = DayCalendar.weekdays(.monday, .tuesday, .wednesday, .thursday, .friday)

  /// The same days of every year, such as `12-25`; `02-29` only in leap years.
  ///
  /// - Throws: ``TriggerError`` where a text is no day of a year.
  public static func yearly(_ texts: [String]) throws(TriggerError) -> DayCalendar {
    var months = [UInt32](repeating: 0, count: 13)
    for text in texts {
      // A leap year has all the days that a year can have.
      guard let date = CivilDate(text: "2000-" + text) else {
        throw TriggerError("\"\(printable(text, limit: 40))\" is no day of a year such as \"12-25\".")
      }
      months[date.month] |= 1 << UInt32(date.day)
    }
    return DayCalendar(.yearly(months))
  }

  /// A window of every day, such as from `22:00` up to and without `06:00`; one that ends before it begins goes over
  /// midnight. `24:00` is the end of the day.
  ///
  /// - Throws: ``TriggerError`` where a text is no time of day, or the window is empty.
  public static func times(from start: String, to end: String) throws(TriggerError) -> DayCalendar {
    let (first, last) = (try secondOfDay(start), try secondOfDay(end))
    guard first != last, first < DayTimes.wholeDay.upperBound else {
      throw TriggerError("The window from \(start) to \(end) is empty; expected two different times.")
    }
    return DayCalendar(
      .times(first < last ? DayTimes([first..<last]) : DayTimes([0..<last, first..<DayTimes.wholeDay.upperBound])))
  }

  static func secondOfDay(_ text: String) throws(TriggerError) -> Int {
    if text == "24:00" || text == "24:00:00" { return DayTimes.wholeDay.upperBound }
    var scanner = DigitScanner(text.utf8)
    guard let time = scanner.timeOfDay(needsSeconds: false), time.microseconds == 0, scanner.isAtEnd,
      DayTimes.wholeDay.contains(time.seconds)
    else {
      throw TriggerError("\"\(printable(text, limit: 20))\" is no time of day such as \"09:30\" or \"09:30:15\".")
    }
    return time.seconds
  }
}
