/// The wall-clock times of a pattern in English.
struct EnglishPattern {
  private let pattern: CivilPattern

  init(_ pattern: CivilPattern) { self.pattern = pattern }

  var text: String {
    let shape = TimeShape(pattern.times, isEveryDay: pattern.isEveryDay)
    var day = days
    if case .clock = shape, !pattern.restrictsDays { day = " every day" + day }
    return Self.time(shape) + day + weeks + years
  }

  // MARK: - Time of day

  static func time(_ shape: TimeShape) -> String {
    switch shape {
    case .clock(let times): "at " + EnglishWords.list(Clock.texts(times))
    case .everyMinutes(let step, let window): EnglishWords.every(step, "minute") + stretch(window)
    case .everySeconds(let step, let window): EnglishWords.every(step, "second") + stretch(window)
    case .everyHours(let step, let window): EnglishWords.every(step, "hour") + stretch(window)
    case .hourly(let minute): minute == 0 ? "every hour, on the hour" : "at minute \(minute) of every hour"
    case .product(let seconds, let minutes, let hours): product(seconds, minutes, hours)
    }
  }

  private static func stretch(_ window: DayWindow?) -> String {
    guard let window else { return "" }
    return " from \(window.texts[0]) to \(window.texts[1])" + (window.isOverMidnight ? " the next day" : "")
  }

  private static func product(_ seconds: ValueShape?, _ minutes: ValueShape, _ hours: ValueShape) -> String {
    let hourText =
      switch hours {
      case .every: ""
      case .stepping(let by, let from, let through): "every \(EnglishWords.numeral(by)) hour from \(from) to \(through)"
      case .pieces: named(hours, "hour")
      }
    guard let seconds else {
      guard minutes != .every else { return "every minute" + (hourText.isEmpty ? "" : " of \(hourText)") }
      return "\(placed(minutes, "minute")) past \(hourText.isEmpty ? "every hour" : hourText)"
    }
    let second = placed(seconds, "second")
    if minutes == .every { return "\(second) of every minute" + (hourText.isEmpty ? "" : " of \(hourText)") }
    return "\(second) of \(named(minutes, "minute")) past \(hourText.isEmpty ? "every hour" : hourText)"
  }

  /// `minutes 0 and 30`.
  private static func named(_ shape: ValueShape, _ unit: String) -> String {
    switch shape {
    case .every: "every \(unit)"
    case .stepping(let by, let from, let through):
      "every \(EnglishWords.numeral(by)) \(unit) from \(unit) \(from) to \(through)"
    case .pieces(let ranges):
      (ranges.count == 1 && ranges[0].count == 1 ? unit : unit + "s") + " "
        + EnglishWords.list(ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" })
    }
  }

  private static func placed(_ shape: ValueShape, _ unit: String) -> String {
    shape == .every ? "every \(unit)" : "at " + named(shape, unit)
  }

  // MARK: - Days

  private var month: String { pattern.restrictedMonths.map { Self.monthList($0) } ?? "the month" }

  static func monthList(_ months: [Int]) -> String { EnglishWords.pieces(months, EnglishWords.month) }

  private var days: String {
    let day = pattern.days
    let inMonths = pattern.restrictedMonths.map { " in " + Self.monthList($0) } ?? ""
    guard pattern.restrictsDays else { return inMonths }
    if day.allowsEveryDayOfMonth { return " on \(weekdays(inMonths))" }
    let date = " on " + dates
    guard day.restrictsWeekdays else { return date }
    return switch day.combination {
    case .either: "\(date) or on \(weekdays(inMonths))"
    case .both: "\(date), only when it is \(EnglishWords.list(weekdayNames, "or"))"
    }
  }

  /// `Monday to Friday in March`, `the last Friday of the month`.
  private func weekdays(_ inMonths: String) -> String {
    let numbered = numberedWeekdays
    let plain = pattern.days.restrictedWeekdays.map { EnglishWords.pieces($0, EnglishWords.weekday) + inMonths }
    return EnglishWords.list([plain, numbered].compactMap(\.self))
  }

  private var numberedWeekdays: String? {
    let names = numberedNames
    return names.isEmpty || pattern.days.countsNthAmongDays ? nil : EnglishWords.list(names) + " of \(month)"
  }

  private var numberedNames: [String] {
    pattern.days.numberedWeekdays.map {
      "the \($0.number == 0 ? "last" : EnglishWords.ordinal($0.number)) \(EnglishWords.weekday($0.weekday))"
    }
  }

  private var weekdayNames: [String] {
    let plain = pattern.days.restrictedWeekdays.map { days in
      ValueShape.ranges(days).map { range in
        range.count == 1
          ? EnglishWords.weekday(range.lowerBound)
          : "\(EnglishWords.weekday(range.lowerBound)) to \(EnglishWords.weekday(range.upperBound))"
      }
    }
    return (plain ?? []) + (numberedWeekdays.map { [$0] } ?? [])
  }

  /// Not "workday": cron knows no public holidays.
  private static let workday = "weekday (Monday to Friday)"

  /// `days 1 and 15 of the month`, `the last day of February`, `29 February`.
  private var dates: String {
    let day = pattern.days
    let plain = setBits(UInt64(day.days))
    var parts: [String] = []
    if !plain.isEmpty {
      switch ValueShape(plain, in: 1...31) {
      case .stepping(let by, let from, let through):
        parts.append("every \(EnglishWords.numeral(by)) day from day \(from) to \(through)")
      default: parts.append((plain.count == 1 ? "day " : "days ") + EnglishWords.pieces(plain))
      }
    }
    for before in setBits(UInt64(day.daysFromEnd)) {
      parts.append("the \(EnglishWords.ordinal(-before - 1)) day")
    }
    for near in setBits(UInt64(day.nearestWeekday)) { parts.append("the \(Self.workday) nearest to day \(near)") }
    for before in setBits(UInt64(day.nearestWeekdayFromEnd)) {
      parts.append("the \(Self.workday) nearest to the \(EnglishWords.ordinal(-before - 1)) day")
    }
    if day.lastWorkday { parts.append("the last \(Self.workday)") }
    if day.countsNthAmongDays { parts += numberedNames }
    if let months = pattern.restrictedMonths, months.count == 1, plain.count == 1, parts.count == 1 {
      return "\(plain[0]) \(EnglishWords.month(months[0]))"
    }
    return EnglishWords.list(parts) + " of \(month)"
  }

  /// Whether the text ends with a day and its month, which a year can follow.
  private var isOneDate: Bool {
    !pattern.days.restrictsWeekdays && pattern.days.isoWeeks == 0 && dates.first?.isNumber == true
  }

  private var weeks: String {
    let weeks = setBits(pattern.days.isoWeeks)
    guard !weeks.isEmpty else { return "" }
    return ", in ISO week\(weeks.count == 1 ? "" : "s") \(EnglishWords.pieces(weeks))"
  }

  private var years: String {
    guard let years = pattern.restrictedYears else { return "" }
    let set = pattern.years
    if set.isContiguous {
      if set.first == set.last { return isOneDate ? " \(set.first)" : " in \(set.first)" }
      if set.last >= CivilPattern.farYear { return " from \(set.first) on" }
      if set.first <= 1_970 { return " up to \(set.last)" }
      return " from \(set.first) to \(set.last)"
    }
    if let step = ValueShape.distance(years), years.count > 2 {
      return " every \(step) years from \(set.first)"
        + (CivilPattern.isEndless(set, step: step) ? " on" : " to \(set.last)")
    }
    return " in \(EnglishWords.pieces(years))"
  }
}
