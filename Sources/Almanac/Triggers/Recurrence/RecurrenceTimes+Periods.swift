/// Yearly, monthly and weekly rules with BYSETPOS: the times of each period are counted, and those at the positions taken.
extension RecurrenceTimes {
  /// The number of the period that holds a day: years, months or weeks, counted from anywhere.
  private func period(of day: Int) -> Int {
    let date = CivilDate(daysSinceEpoch: day)
    return switch rule.frequency {
    case .yearly: date.year
    case .monthly: date.year * 12 + date.month - 1
    default: days.weekStart(of: day).floored(dividingBy: 7)
    }
  }

  private var lastPeriod: Int { period(of: Int(CivilTime.last / CivilTime.secondsPerDay)) }

  /// How many periods one search looks at: those of a cycle, and the first one, of which a part may be gone already.
  private var mostPeriods: Int {
    switch rule.frequency {
    case .yearly: Self.yearsOfCycle + 1
    case .monthly: Self.monthsOfCycle + 1
    default: Self.weeksOfCycle + 1
    }
  }

  func firstByPeriods(_ from: CivilSeconds) -> CivilSeconds? {
    let origin = period(of: startDay)
    var number = period(of: Int(from.floored(dividingBy: CivilTime.secondsPerDay)))
    let beyond = (number - origin).flooredRemainder(dividingBy: rule.interval)
    if beyond != 0 { number += rule.interval - beyond }
    let lastPeriod = lastPeriod
    for _ in 0..<mostPeriods {
      guard number <= lastPeriod else { return nil }
      if let found = picked(inPeriod: number, from: from, through: .max, wantsFirst: true) { return found }
      number += rule.interval
    }
    return nil
  }

  func lastByPeriods(_ from: CivilSeconds) -> CivilSeconds? {
    let origin = period(of: startDay)
    var number = period(of: Int(from.floored(dividingBy: CivilTime.secondsPerDay)))
    number -= (number - origin).flooredRemainder(dividingBy: rule.interval)
    for _ in 0..<mostPeriods {
      guard number >= origin else { return nil }
      if let found = picked(inPeriod: number, from: .min, through: from, wantsFirst: false) { return found }
      number -= rule.interval
    }
    return nil
  }

  /// The days of a period that fall into one month: bits 1...31, counted from the day before the month.
  private struct MonthOfPeriod {
    var mask: UInt32
    var dayBefore: Int
  }

  /// The first or last of a period's picked times that lies between two.
  private func picked(
    inPeriod number: Int, from: CivilSeconds, through: CivilSeconds, wantsFirst: Bool
  ) -> CivilSeconds? {
    // Small enough to lie on the stack.
    withUnsafeTemporaryAllocation(of: MonthOfPeriod.self, capacity: 12) { buffer in
      let months = UnsafeMutableBufferPointer(rebasing: buffer[..<fill(buffer, withDaysOfPeriod: number)])
      let timesPerDay = RecurrenceOffsets.count(of: units)
      let total = timesPerDay * months.reduce(0) { $0 + $1.mask.nonzeroBitCount }
      var best: CivilSeconds?
      for position in rule.positions {
        let index = position > 0 ? position - 1 : total + position
        guard index >= 0, index < total else { continue }
        let time =
          Int64(Self.day(index / timesPerDay, of: months)) * CivilTime.secondsPerDay
          + Int64(RecurrenceOffsets.element(index % timesPerDay, of: units))
        guard time >= max(from, start), time <= through else { continue }
        if best.map({ wantsFirst ? time < $0 : time > $0 }) ?? true { best = time }
      }
      return best
    }
  }

  /// The day number of the day at an index below the count of all.
  private static func day(_ index: Int, of months: UnsafeMutableBufferPointer<MonthOfPeriod>) -> Int {
    var (rest, position) = (index, 0)
    while rest >= months[position].mask.nonzeroBitCount {
      rest -= months[position].mask.nonzeroBitCount
      position += 1
    }
    return months[position].dayBefore + RecurrenceOffsets.position(rest, in: UInt64(months[position].mask))
  }

  /// Writes the days of a period in order; returns of how many months there are some.
  private func fill(_ buffer: UnsafeMutableBufferPointer<MonthOfPeriod>, withDaysOfPeriod number: Int) -> Int {
    var count = 0
    func append(_ mask: UInt32, year: Int, month: Int) {
      guard mask != 0, count < buffer.count else { return }
      let dayBefore = CivilDate(year: year, month: month, day: 1).daysSinceEpoch - 1
      buffer.initializeElement(at: count, to: MonthOfPeriod(mask: mask, dayBefore: dayBefore))
      count += 1
    }
    switch rule.frequency {
    case .yearly: for month in 1...12 { append(days.mask(year: number, month: month), year: number, month: month) }
    case .monthly:
      let (year, month) = number.flooredQuotientAndRemainder(dividingBy: 12)
      append(days.mask(year: year, month: month + 1), year: year, month: month + 1)
    default:
      // The floor of the first day's number by 7 names a week; that day is the week's start again.
      let first = days.weekStart(of: number * 7 + 6)
      let (low, high) = (CivilDate(daysSinceEpoch: first), CivilDate(daysSinceEpoch: first + 6))
      let mask = days.mask(year: low.year, month: low.month)
      let week = UInt32(0x7F) << UInt32(low.day)
      append(mask & week, year: low.year, month: low.month)
      if high.month != low.month {
        let rest = (UInt32(2) << UInt32(high.day)) - 1
        append(days.mask(year: high.year, month: high.month) & rest, year: high.year, month: high.month)
      }
    }
    return count
  }
}
