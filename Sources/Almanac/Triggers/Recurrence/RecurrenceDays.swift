/// The days that the BY parts of a recurrence rule allow, as the bits of one month at a time.
struct RecurrenceDays: Hashable, Sendable {
  /// Bits 1...12.
  private(set) var months: UInt16 = 0x1FFE
  /// Bits 1...31, from the first day and from the last; both 0 for no restriction.
  private var monthDays: UInt32 = 0
  private var monthDaysFromEnd: UInt32 = 0
  /// Bits 0...6.
  private var weekdays: UInt8 = 0
  private var counted: [RecurrenceRule.Weekday] = []
  /// Whether `counted` counts in the year; else in the month.
  private let countsInYear: Bool
  private var yearDays: [Int] = []
  /// Bits 1...53, from the first week and from the last; both 0 for no restriction.
  private var weeks: UInt64 = 0
  private var weeksFromEnd: UInt64 = 0
  private let weekStart: Int

  /// The days of a rule; what it leaves open is taken from its start (RFC 5545, section 3.3.10).
  init(_ rule: RecurrenceRule, start: CivilDate) {
    weekStart = rule.weekStart
    countsInYear = rule.frequency == .yearly && rule.months.isEmpty
    var monthList = rule.months
    var dayList = rule.monthDays
    var weekdayList = rule.weekdays
    if rule.monthDays.isEmpty && rule.weekdays.isEmpty && rule.yearDays.isEmpty && rule.weeks.isEmpty {
      switch rule.frequency {
      case .yearly:
        if monthList.isEmpty { monthList = [start.month] }
        dayList = [start.day]
      case .monthly: dayList = [start.day]
      case .weekly: weekdayList = [RecurrenceRule.Weekday(ordinal: 0, weekday: start.weekday)]
      default: break
      }
    }
    if !monthList.isEmpty { months = monthList.reduce(0) { $0 | 1 << UInt16($1) } }
    for day in dayList { if day > 0 { monthDays |= 1 << UInt32(day) } else { monthDaysFromEnd |= 1 << UInt32(-day) } }
    for day in weekdayList {
      if day.ordinal == 0 { weekdays |= 1 << UInt8(day.weekday) } else { counted.append(day) }
    }
    yearDays = rule.yearDays
    for week in rule.weeks { if week > 0 { weeks |= 1 << UInt64(week) } else { weeksFromEnd |= 1 << UInt64(-week) } }
    if !rule.weeks.isEmpty { months &= Self.months(ofWeeks: rule.weeks) }
  }

  /// The months in which days of the weeks can lie at all, so that the others need no look.
  private static func months(ofWeeks weeks: [Int]) -> UInt16 {
    var months: UInt16 = 0
    for week in weeks {
      // A year has 52 or 53 weeks, and its first one begins three days before or after New Year.
      let numbers = week > 0 ? [week] : [53 + week, 54 + week]
      for number in numbers {
        for day in stride(from: number * 7 - 10, through: number * 7 + 4, by: 1) {
          months |= 1 << UInt16(CivilDate(daysSinceEpoch: day - 1).month)  // 1970, no leap year; a day more is covered.
        }
      }
    }
    return months
  }

  /// The days of the month that are allowed, bits 1...31.
  func mask(year: Int, month: Int) -> UInt32 {
    guard months >> UInt16(month) & 1 != 0 else { return 0 }
    let length = CivilDate.daysInMonth(year: year, month: month)
    var mask = UInt32(truncatingIfNeeded: (UInt64(2) << UInt64(length)) - 2)
    if monthDays | monthDaysFromEnd != 0 {
      var allowed = monthDays
      var rest = monthDaysFromEnd
      while rest != 0 {
        let fromEnd = rest.trailingZeroBitCount
        if fromEnd <= length { allowed |= 1 << UInt32(length + 1 - fromEnd) }
        rest &= rest - 1
      }
      mask &= allowed
    }
    guard mask != 0, weekdays != 0 || !counted.isEmpty || !yearDays.isEmpty || weeks | weeksFromEnd != 0 else {
      return mask
    }
    let firstDay = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
    if weekdays != 0 || !counted.isEmpty {
      let firstWeekday = CivilDate.weekday(daysSinceEpoch: firstDay)
      var allowed = DayPattern.spread(weekdays, firstWeekday: firstWeekday)
      for day in counted {
        allowed |=
          countsInYear
          ? inYear(day, year: year, firstDay: firstDay, length: length)
          : inMonth(day, firstWeekday: firstWeekday, length: length)
      }
      mask &= allowed
    }
    if !yearDays.isEmpty { mask &= daysOfYear(year: year, firstDay: firstDay, length: length) }
    if weeks | weeksFromEnd != 0 { mask &= daysOfWeeks(year: year, firstDay: firstDay, length: length) }
    return mask
  }

  private func inMonth(_ day: RecurrenceRule.Weekday, firstWeekday: Int, length: Int) -> UInt32 {
    let first = (day.weekday - firstWeekday + 7) % 7 + 1
    let last = first + (length - first) / 7 * 7
    let wanted = day.ordinal > 0 ? first + 7 * (day.ordinal - 1) : last + 7 * (day.ordinal + 1)
    return wanted >= 1 && wanted <= length ? 1 << UInt32(wanted) : 0
  }

  private func inYear(_ day: RecurrenceRule.Weekday, year: Int, firstDay: Int, length: Int) -> UInt32 {
    let wanted: Int
    if day.ordinal > 0 {
      let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
      wanted = newYear + (day.weekday - CivilDate.weekday(daysSinceEpoch: newYear) + 7) % 7 + 7 * (day.ordinal - 1)
    } else {
      let last = CivilDate(year: year, month: 12, day: 31).daysSinceEpoch
      wanted = last - (CivilDate.weekday(daysSinceEpoch: last) - day.weekday + 7) % 7 + 7 * (day.ordinal + 1)
    }
    let inMonth = wanted - firstDay + 1
    return inMonth >= 1 && inMonth <= length ? 1 << UInt32(inMonth) : 0
  }

  private func daysOfYear(year: Int, firstDay: Int, length: Int) -> UInt32 {
    let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
    let yearLength = CivilDate.isLeapYear(year) ? 366 : 365
    var mask: UInt32 = 0
    for day in yearDays {
      let wanted = (day > 0 ? day : yearLength + 1 + day)
      guard wanted >= 1, wanted <= yearLength else { continue }
      let inMonth = newYear + wanted - firstDay
      if inMonth >= 1, inMonth <= length { mask |= 1 << UInt32(inMonth) }
    }
    return mask
  }

  // MARK: - Weeks

  /// The first day of the week that holds a day.
  func weekStart(of day: Int) -> Int {
    day - (CivilDate.weekday(daysSinceEpoch: day) - weekStart + 7) % 7
  }

  /// A week belongs to the year of its fourth day.
  private func number(ofWeekStarting day: Int) -> (year: Int, week: Int) {
    let middle = CivilDate(daysSinceEpoch: day + 3)
    return (middle.year, (middle.dayOfYear - 1) / 7 + 1)
  }

  private func daysOfWeeks(year: Int, firstDay: Int, length: Int) -> UInt32 {
    var mask: UInt32 = 0
    var start = weekStart(of: firstDay)
    var (weekYear, week) = number(ofWeekStarting: start)
    var count = weekCount(inYear: weekYear)
    while start < firstDay + length {
      let matches =
        switch weekYear {
        case year: weeks >> UInt64(week) & 1 != 0 || weeksFromEnd >> UInt64(count + 1 - week) & 1 != 0
        // Days of a year that belong to a week of its neighbour count where that is the neighbour's last or first week.
        case year - 1: weeks >> UInt64(week) & 1 != 0 || weeksFromEnd & 2 != 0
        default: weeks & 2 != 0
        }
      if matches {
        for day in max(start, firstDay)..<min(start + 7, firstDay + length) { mask |= 1 << UInt32(day - firstDay + 1) }
      }
      start += 7
      week += 1
      if week > count {
        (weekYear, week) = (weekYear + 1, 1)
        count = weekCount(inYear: weekYear)
      }
    }
    return mask
  }

  private func weekCount(inYear year: Int) -> Int {
    number(ofWeekStarting: weekStart(of: CivilDate(year: year, month: 12, day: 28).daysSinceEpoch)).week
  }
}
