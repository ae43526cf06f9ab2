/// The small facts about a calendar that every language tells.
enum CalendarParts {
  /// Lists that are longer are told by their number.
  static let mostListed = 3

  /// 1 for Monday to 7 for Sunday, for bits 0 for Sunday to 6.
  static func weekdays(_ bits: UInt8) -> [Int] {
    (1...7).filter { bits >> UInt8($0 % 7) & 1 != 0 }
  }

  static func dates(_ range: ClosedRange<Int>) -> (first: CivilDate, last: CivilDate) {
    (CivilDate(daysSinceEpoch: range.lowerBound), CivilDate(daysSinceEpoch: range.upperBound))
  }

  static func daysOfYear(_ months: [UInt32]) -> [(month: Int, day: Int)] {
    months.indices.flatMap { month in setBits(UInt64(months[month])).map { (month, $0) } }
  }

  /// The windows of a day as texts, one over midnight in one piece.
  static func windows(_ times: DayTimes) -> [(start: String, end: String)] {
    var ranges = times.ranges
    if ranges.count > 1, let first = ranges.first, let last = ranges.last, first.lowerBound == 0,
      last.upperBound == DayTimes.wholeDay.upperBound
    {
      ranges.removeLast()
      ranges[0] = last.lowerBound..<first.upperBound + DayTimes.wholeDay.upperBound
    }
    return ranges.map { range in
      let end = range.upperBound
      let isNextDay = end > DayTimes.wholeDay.upperBound
      return (Clock.text(range.lowerBound), Clock.text(isNextDay ? end - DayTimes.wholeDay.upperBound : end))
    }
  }
}

/// What a language says of calendars.
protocol CalendarWords {
  /// When it is within the calendar, as a part of a sentence.
  func text(_ calendar: DayCalendar) -> String
}

extension CalendarWords {
  /// A calendar within another, in brackets where it is not of one piece.
  func nested(_ calendar: DayCalendar, _ brackets: (String, String)) -> String {
    let text = text(calendar)
    guard calendar.name == nil else { return text }
    return switch calendar.content {
    case .union, .intersection: brackets.0 + text + brackets.1
    case .days, .weekdays, .yearly, .times, .events, .complement: text
    }
  }
}
