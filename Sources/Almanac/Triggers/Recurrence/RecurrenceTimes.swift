/// The wall-clock times of an RFC 5545 recurrence from its start on, searched in both directions without walking from the
/// start.
///
/// Three ways of search, by frequency:
/// - *days*: yearly to daily. A day belongs where the BY parts allow it and its year, month, week or day lies a multiple
///   of the interval after the start's. A month at a time is one set of bits.
/// - *periods*: yearly to weekly with BYSETPOS, where a period's times have to be counted.
/// - *units*: hourly to secondly. Candidates lie a multiple of the interval after the start; what the BY parts exclude is
///   leapt over, day by day or hour by hour.
struct RecurrenceTimes: CivilTimeSet {
  let rule: RecurrenceRule
  let start: CivilSeconds
  let days: RecurrenceDays
  let startDay: Int
  private let startDate: CivilDate
  /// Empty where no time of day is allowed.
  let offsets: RecurrenceOffsets
  /// Of hourly to secondly rules, the hours, minutes and seconds that are allowed for the unit itself.
  let units: TimeOfDaySet
  /// The last time, where the rule counts its occurrences.
  private(set) var end: CivilSeconds = CivilTime.last

  /// How many candidates a search of hourly to secondly rules looks at: enough for two or three leaps a day in a century.
  static let mostSteps = 100_000
  /// After so many years, months or weeks the calendar repeats itself. A search in steps of any size that has found
  /// nothing in so many steps has met every kind of year, month or week that it ever meets.
  static let yearsOfCycle = 400
  static let monthsOfCycle = 4_800
  static let weeksOfCycle = 20_871

  init(_ rule: RecurrenceRule, start: CivilSeconds) {
    self.rule = rule
    self.start = start
    let (date, second) = CivilTime.split(start)
    startDay = date.daysSinceEpoch
    startDate = date
    days = RecurrenceDays(rule, start: date)
    func bits(_ values: [Int], _ given: Int, open: UInt64?) -> UInt64 {
      // A leap second, 60, is never shown.
      if !values.isEmpty { return values.reduce(0) { $1 < 60 ? $0 | 1 << UInt64($1) : $0 } }
      return open ?? 1 << UInt64(given)
    }
    let order = RecurrenceRule.Frequency.allCases.firstIndex(of: rule.frequency) ?? 0
    let every = (UInt64(1) << 60) - 1
    units = TimeOfDaySet(
      seconds: bits(rule.seconds, second % 60, open: order >= 6 ? every : nil),
      minutes: bits(rule.minutes, second / 60 % 60, open: order >= 5 ? every : nil),
      hours: UInt32(truncatingIfNeeded: bits(rule.hours, second / 3_600, open: order >= 4 ? (1 << 24) - 1 : nil)))
    var within = units
    if order >= 4 { within.hours = 1 }
    if order >= 5 { within.minutes = 1 }
    if order >= 6 { within.seconds = 1 }
    let positions = rule.frequency == .daily || order >= 4 ? rule.positions : []
    offsets = RecurrenceOffsets(within, positions: positions)
    if case .count(let count) = rule.end { end = last(ofFirst: count) }
  }

  /// The time of the last of so many occurrences, or of the last there is.
  private func last(ofFirst count: Int) -> CivilSeconds {
    var last = start - 1
    for _ in 0..<count {
      guard let next = first(atOrAfter: last + 1) else { break }
      last = next
    }
    return last
  }

  func first(atOrAfter local: CivilSeconds) -> CivilSeconds? {
    guard !offsets.isEmpty, local <= end else { return nil }
    let from = max(local, start)
    let found =
      switch rule.frequency {
      case .yearly, .monthly, .weekly:
        rule.positions.isEmpty ? firstByDays(from) : firstByPeriods(from)
      case .daily: firstByDays(from)
      case .hourly, .minutely, .secondly: firstByUnits(from)
      }
    return found.flatMap { $0 <= end ? $0 : nil }
  }

  func last(atOrBefore local: CivilSeconds) -> CivilSeconds? {
    guard !offsets.isEmpty, local >= start else { return nil }
    let from = min(local, end)
    let found =
      switch rule.frequency {
      case .yearly, .monthly, .weekly:
        rule.positions.isEmpty ? lastByDays(from) : lastByPeriods(from)
      case .daily: lastByDays(from)
      case .hourly, .minutely, .secondly: lastByUnits(from)
      }
    return found.flatMap { $0 >= start ? $0 : nil }
  }

  // MARK: - Days

  /// The days of a month that belong, bits 1...31.
  func mask(year: Int, month: Int) -> UInt32 {
    switch rule.frequency {
    case .yearly: guard (year - startDate.year) % rule.interval == 0 else { return 0 }
    case .monthly:
      guard ((year - startDate.year) * 12 + month - startDate.month) % rule.interval == 0 else { return 0 }
    default: break
    }
    let mask = days.mask(year: year, month: month)
    guard mask != 0, rule.interval > 1 else { return mask }
    let firstDay = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
    switch rule.frequency {
    case .weekly: return mask & weeksOfInterval(firstDay: firstDay)
    case .daily:
      var bits: UInt32 = 0
      var day = (startDay - firstDay).flooredRemainder(dividingBy: rule.interval) + 1
      while day <= 31 {
        bits |= 1 << UInt32(day)
        day += rule.interval
      }
      return mask & bits
    default: return mask
    }
  }

  private func weeksOfInterval(firstDay: Int) -> UInt32 {
    let origin = days.weekStart(of: startDay)
    var bits: UInt32 = 0
    var week = days.weekStart(of: firstDay)
    while week < firstDay + 31 {
      if ((week - origin) / 7) % rule.interval == 0 {
        for day in max(week, firstDay)..<min(week + 7, firstDay + 31) { bits |= 1 << UInt32(day - firstDay + 1) }
      }
      week += 7
    }
    return bits
  }

  private func firstByDays(_ from: CivilSeconds) -> CivilSeconds? {
    let (date, second) = CivilTime.split(from)
    let day = from.floored(dividingBy: CivilTime.secondsPerDay)
    let present = mask(year: date.year, month: date.month)
    if present >> UInt32(date.day) & 1 != 0, let offset = offsets.first(atOrAfter: second) {
      return day * CivilTime.secondsPerDay + Int64(offset)
    }
    let later = (present >> UInt32(date.day)) >> 1
    if later != 0 {
      return (day + 1 + Int64(later.trailingZeroBitCount)) * CivilTime.secondsPerDay + Int64(offsets.first)
    }
    guard let found = firstDay(afterMonth: date.month, of: date.year, isInPeriods: true) else { return nil }
    return Int64(found) * CivilTime.secondsPerDay + Int64(offsets.first)
  }

  private func lastByDays(_ from: CivilSeconds) -> CivilSeconds? {
    let (date, second) = CivilTime.split(from)
    let day = from.floored(dividingBy: CivilTime.secondsPerDay)
    let present = mask(year: date.year, month: date.month)
    if present >> UInt32(date.day) & 1 != 0, let offset = offsets.last(atOrBefore: second) {
      return day * CivilTime.secondsPerDay + Int64(offset)
    }
    let earlier = present & ((1 << UInt32(date.day)) - 1)
    if earlier != 0 {
      let found = day - Int64(date.day - (31 - earlier.leadingZeroBitCount))
      return found * CivilTime.secondsPerDay + Int64(offsets.last)
    }
    guard let found = lastDay(beforeMonth: date.month, of: date.year, isInPeriods: true) else { return nil }
    return Int64(found) * CivilTime.secondsPerDay + Int64(offsets.last)
  }

  /// The first day after the end of a month that the BY parts allow, in the periods of the interval or in any.
  func firstDay(afterMonth month: Int, of startYear: Int, isInPeriods: Bool) -> Int? {
    // Parts that leave no month at all; the rule's own dates may still fire.
    guard days.months != 0 else { return nil }
    var year = startYear
    var rest = days.months & ~((2 << UInt16(month)) - 1)
    let lastUseful = min(9_999, startYear + yearsOfCycle(isInPeriods: isInPeriods))
    while true {
      if rest == 0 {
        year += 1
        if rule.frequency == .yearly {
          let beyond = (year - startDate.year).flooredRemainder(dividingBy: rule.interval)
          if beyond != 0 { year += rule.interval - beyond }
        }
        rest = days.months
      }
      guard year <= lastUseful else { return nil }
      let month = rest.trailingZeroBitCount
      let bits = isInPeriods ? mask(year: year, month: month) : days.mask(year: year, month: month)
      if bits != 0 { return CivilDate(year: year, month: month, day: bits.trailingZeroBitCount).daysSinceEpoch }
      rest &= rest - 1
    }
  }

  /// The last such day before the beginning of a month.
  func lastDay(beforeMonth month: Int, of startYear: Int, isInPeriods: Bool) -> Int? {
    guard days.months != 0 else { return nil }
    var year = startYear
    var rest = days.months & ((1 << UInt16(month)) - 1)
    let firstUseful = max(startDate.year, startYear - yearsOfCycle(isInPeriods: isInPeriods))
    while true {
      if rest == 0 {
        year -= 1
        if rule.frequency == .yearly { year -= (year - startDate.year).flooredRemainder(dividingBy: rule.interval) }
        rest = days.months
      }
      guard year >= firstUseful else { return nil }
      let month = 15 - rest.leadingZeroBitCount
      let bits = isInPeriods ? mask(year: year, month: month) : days.mask(year: year, month: month)
      if bits != 0 { return CivilDate(year: year, month: month, day: 31 - bits.leadingZeroBitCount).daysSinceEpoch }
      rest ^= 1 << UInt16(month)
    }
  }

  /// After how many years the days repeat themselves; with an interval, a common multiple of both.
  private func yearsOfCycle(isInPeriods: Bool) -> Int {
    isInPeriods ? Self.yearsOfCycle * rule.interval : Self.yearsOfCycle
  }
}
