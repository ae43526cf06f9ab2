/// The days that the BY parts of a recurrence rule allow, as the bits of one month at a time.
struct RecurrenceDays: Hashable, Sendable {
  /// Bits 1...12.
  private(set) var months: UInt16 = 0x1FFE
  /// Bits 1...31, from the first day and from the last; both 0 for no restriction.
  private var monthDays: UInt32 = 0
  private var monthDaysFromEnd: UInt32 = 0
  /// Bits 0...6.
  private var weekdays: UInt8 = 0
  /// Bit `7 * (n - 1) + w`: the n-th weekday `w` of the month, and the n-th from its end.
  private var nthWeekdays: UInt64 = 0
  private var nthWeekdaysFromEnd: UInt64 = 0
  /// Of weekdays counted in the year, a word each: bit `n` for the n-th of the year, and seven words on for the n-th from
  /// its end. Empty for no restriction.
  private var weekdaysOfYear: [UInt64] = []
  /// Bit `n` for the n-th day of the year, and the n-th from its end as the day that it is in a leap year. Empty for no
  /// restriction.
  private var yearDays: [UInt64] = []
  private var yearDaysFromEnd: [UInt64] = []
  /// Bits 1...53, from the first week and from the last; both 0 for no restriction.
  private var weeks: UInt64 = 0
  private var weeksFromEnd: UInt64 = 0
  private let weekStart: Int

  /// The days of a rule; what it leaves open is taken from its start (RFC 5545, section 3.3.10).
  init(_ rule: RecurrenceRule, start: CivilDate) {
    weekStart = rule.weekStart
    let countsInYear = rule.frequency == .yearly && rule.months.isEmpty
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
      if day.ordinal == 0 { weekdays |= 1 << UInt8(day.weekday) } else { count(day, inYear: countsInYear) }
    }
    if !rule.yearDays.isEmpty {
      (yearDays, yearDaysFromEnd) = ([0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0])
      for day in rule.yearDays {
        if day > 0 { yearDays[day >> 6] |= 1 << UInt64(day & 63) }
        if day < 0 { yearDaysFromEnd[(367 + day) >> 6] |= 1 << UInt64((367 + day) & 63) }
      }
    }
    for week in rule.weeks { if week > 0 { weeks |= 1 << UInt64(week) } else { weeksFromEnd |= 1 << UInt64(-week) } }
    if !rule.weeks.isEmpty { months &= Self.months(ofWeeks: rule.weeks) }
  }

  private mutating func count(_ day: RecurrenceRule.Weekday, inYear: Bool) {
    let number = abs(day.ordinal)
    if inYear {
      if weekdaysOfYear.isEmpty { weekdaysOfYear = Array(repeating: 0, count: 14) }
      weekdaysOfYear[day.ordinal > 0 ? day.weekday : 7 + day.weekday] |= 1 << UInt64(number)
    } else if number <= 5 {
      let bit = UInt64(1) << UInt64(7 * (number - 1) + day.weekday)
      if day.ordinal > 0 { nthWeekdays |= bit } else { nthWeekdaysFromEnd |= bit }
    } else {
      // No month has so many; that the rule asks for them still restricts it.
      nthWeekdays |= Self.nowhere
    }
  }

  /// A bit of `nthWeekdays` beyond the fifth weekdays.
  private static let nowhere: UInt64 = 1 << 63

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
    let isByWeekday = weekdays != 0 || nthWeekdays | nthWeekdaysFromEnd != 0 || !weekdaysOfYear.isEmpty
    guard mask != 0, isByWeekday || !yearDays.isEmpty || weeks | weeksFromEnd != 0 else { return mask }
    let firstDay = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
    if isByWeekday {
      let firstWeekday = CivilDate.weekday(daysSinceEpoch: firstDay)
      var allowed = DayPattern.spread(weekdays, firstWeekday: firstWeekday)
      if nthWeekdays | nthWeekdaysFromEnd != 0 { allowed |= daysCountedInMonth(firstWeekday, length: length) }
      if !weekdaysOfYear.isEmpty { allowed |= daysCountedInYear(year, firstDay: firstDay, firstWeekday: firstWeekday) }
      mask &= allowed
    }
    if !yearDays.isEmpty { mask &= daysOfYear(year, firstDay: firstDay) }
    if weeks | weeksFromEnd != 0 { mask &= daysOfWeeks(year: year, firstDay: firstDay, length: length) }
    return mask
  }

  private func daysCountedInMonth(_ firstWeekday: Int, length: Int) -> UInt32 {
    var mask: UInt32 = 0
    var (rest, number) = (nthWeekdays & ~Self.nowhere, UInt64(0))
    while rest != 0 {
      // The n-th weekday of a month lies within its n-th seven days, and the n-th from its end likewise.
      let wanted = UInt8(truncatingIfNeeded: rest) & DayPattern.everyWeekday
      mask |=
        DayPattern.spread(wanted, firstWeekday: firstWeekday) & UInt32(truncatingIfNeeded: UInt64(0xFE) << (7 * number))
      (rest, number) = (rest >> 7, number + 1)
    }
    (rest, number) = (nthWeekdaysFromEnd, 1)
    while rest != 0 {
      let wanted = UInt8(truncatingIfNeeded: rest) & DayPattern.everyWeekday
      let sevenDays = (UInt64(0x7F) << UInt64(length + 1)) >> (7 * number)
      mask |= DayPattern.spread(wanted, firstWeekday: firstWeekday) & UInt32(truncatingIfNeeded: sevenDays)
      (rest, number) = (rest >> 7, number + 1)
    }
    return mask
  }

  private func daysCountedInYear(_ year: Int, firstDay: Int, firstWeekday: Int) -> UInt32 {
    let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
    let nextNewYear = newYear + (CivilDate.isLeapYear(year) ? 366 : 365)
    var mask: UInt32 = 0
    for weekday in 0..<7 {
      let (fromStart, fromEnd) = (weekdaysOfYear[weekday], weekdaysOfYear[7 + weekday])
      guard fromStart | fromEnd != 0 else { continue }
      // The first such weekday of the month, and which one of the year it is.
      let day = (weekday - firstWeekday + 7) % 7 + 1
      let number = (firstDay + day - 1 - newYear) / 7 + 1
      let numberFromEnd = (nextNewYear - firstDay - day) / 7 + 1
      for week in 0..<5 {
        let isWanted =
          fromStart >> UInt64(number + week) & 1 != 0
          || (numberFromEnd > week && fromEnd >> UInt64(numberFromEnd - week) & 1 != 0)
        // Bits beyond the month's end are those of no day, and taken away by what calls this.
        if isWanted { mask |= 1 << UInt32(day + 7 * week) }
      }
    }
    return mask
  }

  private func daysOfYear(_ year: Int, firstDay: Int) -> UInt32 {
    let before = firstDay - CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
    // A day counted from the end of a common year is one earlier than that of a leap year.
    let fromEnd = CivilDate.isLeapYear(year) ? before : before + 1
    return Self.bits(of: yearDays, from: before) | Self.bits(of: yearDaysFromEnd, from: fromEnd)
  }

  /// 32 bits of a long row of them.
  private static func bits(of words: [UInt64], from first: Int) -> UInt32 {
    let (word, shift) = (first >> 6, UInt64(first & 63))
    // Two shifts: shifting 64 bits by 64 at once would be a different thing.
    return UInt32(truncatingIfNeeded: (words[word] >> shift) | ((words[word + 1] << 1) << (63 - shift)))
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
