/// What a recurrence says together with its start, before it is put into the words of a language.
struct RecurrenceParts {
  let rule: RecurrenceRule
  let start: CivilSeconds

  init(_ rule: RecurrenceRule, start: CivilSeconds) {
    self.rule = rule
    self.start = start
  }

  var unit: String {
    switch rule.frequency {
    case .yearly: "year"
    case .monthly: "month"
    case .weekly: "week"
    case .daily: "day"
    case .hourly: "hour"
    case .minutely: "minute"
    case .secondly: "second"
    }
  }

  private var startDate: CivilDate { CivilTime.split(start).date }
  private var startSecond: Int { CivilTime.split(start).secondOfDay }

  /// Whether the rule itself says on which days.
  private var saysDays: Bool {
    !rule.weekdays.isEmpty || !rule.monthDays.isEmpty || !rule.yearDays.isEmpty || !rule.weeks.isEmpty
  }

  /// The date of each year that the start gives.
  var date: CivilDate? {
    rule.frequency == .yearly && !saysDays && rule.months.isEmpty ? startDate : nil
  }

  /// Days of the month, those of the start where it gives them.
  var monthDays: [Int] {
    if !rule.monthDays.isEmpty { return rule.monthDays }
    let isGiven = rule.frequency == .monthly || rule.frequency == .yearly && !rule.months.isEmpty
    return isGiven && !saysDays ? [startDate.day] : []
  }

  /// Weekdays, that of the start where it gives it.
  var weekdays: [RecurrenceRule.Weekday] {
    if !rule.weekdays.isEmpty { return rule.weekdays }
    let isGiven =
      rule.frequency == .weekly && !saysDays
      || rule.frequency == .yearly && !rule.weeks.isEmpty && rule.monthDays.isEmpty && rule.yearDays.isEmpty
    guard isGiven else { return [] }
    return [RecurrenceRule.Weekday(ordinal: 0, weekday: CivilDate.weekday(daysSinceEpoch: startDate.daysSinceEpoch))]
  }

  /// Whether `-1FR` is the last Friday of the year, and not of a month.
  var ordinalsCountInYear: Bool { rule.frequency == .yearly && rule.months.isEmpty }

  /// 1 for Monday to 7 for Sunday.
  var weekStart: Int { rule.weekStart == 0 ? 7 : rule.weekStart }

  /// It decides which weeks are left out and which week of the year is the first; Monday needs no words.
  var weekStartMatters: Bool {
    rule.weekStart != 1 && (rule.frequency == .weekly && rule.interval > 1 || !rule.weeks.isEmpty)
  }

  /// Whether the rule steps through hours, minutes or seconds.
  var isWithinDays: Bool {
    switch rule.frequency {
    case .yearly, .monthly, .weekly, .daily: false
    case .hourly, .minutely, .secondly: true
    }
  }

  private var isDayOrLonger: Bool { !isWithinDays }

  /// Whether a plain weekday means several days of each period, and not only a restriction of other days.
  var hasSeveralOfAWeekday: Bool {
    let isAlone = monthDays.isEmpty && rule.yearDays.isEmpty
    return isAlone && (rule.frequency == .monthly || rule.frequency == .yearly && rule.weeks.isEmpty)
  }

  /// The second of the day with which a day ends.
  static let lastSecond = 86_399

  private static let mostTimes = 8

  /// The seconds of the day where they are few; nil where hours, minutes and seconds are better told apart.
  var clock: [Int]? {
    guard isDayOrLonger else { return nil }
    let hours = rule.hours.isEmpty ? [startSecond / 3_600] : rule.hours.sorted()
    let (minutes, seconds) = (self.minutes, self.seconds.isEmpty ? [0] : self.seconds)
    guard hours.count * minutes.count * seconds.count <= Self.mostTimes else { return nil }
    return hours.flatMap { hour in minutes.flatMap { minute in seconds.map { hour * 3_600 + minute * 60 + $0 } } }
  }

  /// Empty where every minute counts.
  var minutes: [Int] {
    if !rule.minutes.isEmpty { return rule.minutes.sorted() }
    return isDayOrLonger || rule.frequency == .hourly ? [startSecond / 60 % 60] : []
  }

  /// Empty where it is the second 0, or every one.
  var seconds: [Int] {
    // The second 60 of a leap second is one that no clock here shows.
    if !rule.seconds.isEmpty { return rule.seconds.sorted().filter { $0 < 60 } }
    return rule.frequency == .secondly || startSecond % 60 == 0 ? [] : [startSecond % 60]
  }
}
