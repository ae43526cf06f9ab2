extension DayPattern {
  /// The plain weekdays as 1 for Monday to 7 for Sunday, in that order; nil where all are allowed.
  var restrictedWeekdays: [Int]? {
    guard weekdays != Self.everyWeekday, weekdays != 0 else { return nil }
    return Self.fromMonday(setBits(UInt64(weekdays)))
  }

  /// Weekdays from 0 for Sunday as 1 for Monday to 7 for Sunday, sorted.
  static func fromMonday(_ weekdays: [Int]) -> [Int] { weekdays.map { $0 == 0 ? 7 : $0 }.sorted() }

  /// Numbered weekdays, as pairs of the number, 0 for the last, and the weekday, 1 for Monday to 7 for Sunday.
  var numberedWeekdays: [(number: Int, weekday: Int)] {
    var found: [(number: Int, weekday: Int)] = []
    for number in 1...5 {
      let bits = nthWeekdays >> UInt64(7 * (number - 1)) & 0x7F
      for weekday in Self.fromMonday(setBits(bits)) { found.append((number, weekday)) }
    }
    for weekday in Self.fromMonday(setBits(UInt64(lastWeekdays))) { found.append((0, weekday)) }
    return found
  }

  /// Whether every day of the month is allowed before weekdays and weeks are looked at.
  var allowsEveryDayOfMonth: Bool { days & Self.everyDay == Self.everyDay }

  /// Whether weekdays are restricted in any way beside the days of the month.
  var restrictsWeekdays: Bool {
    weekdays != Self.everyWeekday || (!countsNthAmongDays && (nthWeekdays != 0 || lastWeekdays != 0))
  }
}

extension CivilPattern {
  /// 1 to 12; nil where all are allowed.
  var restrictedMonths: [Int]? { months == CivilPattern().months ? nil : setBits(UInt64(months)) }

  /// Whether a day of the month or a weekday is asked for.
  var restrictsDays: Bool {
    switch days.combination {
    case .both: !days.allowsEveryDayOfMonth || days.restrictsWeekdays
    case .either: !days.allowsEveryDayOfMonth && days.restrictsWeekdays
    }
  }

  /// Whether the same times belong to every day there is.
  var isEveryDay: Bool { !restrictsDays && restrictedMonths == nil && days.isoWeeks == 0 && restrictedYears == nil }

  /// The years where they are few enough to matter: a set that begins by 1970 and goes on for centuries is every year.
  var restrictedYears: [Int]? {
    if years.isContiguous, years.first <= 1_970, years.last >= Self.farYear { return nil }
    return years.isContiguous ? [years.first, years.last] : (years.first...years.last).filter(years.contains)
  }

  /// No expression that people write bounds itself so late.
  static let farYear = 2_199

  /// Whether years at one distance go on as far as a dialect knows years; the next one would lie beyond.
  static func isEndless(_ years: YearSet, step: Int) -> Bool { years.last > Self.farYear - step }
}
