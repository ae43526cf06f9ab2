/// Hourly, minutely and secondly rules: candidates every so many units, and leaps over what the BY parts exclude.
extension RecurrenceTimes {
  private var unit: Int64 {
    switch rule.frequency {
    case .hourly: 3_600
    case .minutely: 60
    default: 1
    }
  }

  func firstByUnits(_ from: CivilSeconds) -> CivilSeconds? {
    let unit = unit
    let interval = Int64(rule.interval)
    let origin = start.floored(dividingBy: unit)
    var candidate = from.floored(dividingBy: unit)
    for _ in 0..<Self.mostSteps {
      let beyond = (candidate - origin).flooredRemainder(dividingBy: interval)
      if beyond != 0 { candidate += interval - beyond }
      let time = candidate * unit
      guard time <= CivilTime.last else { return nil }
      if let allowed = firstAllowed(atOrAfter: time) {
        if allowed > time {
          candidate = (allowed + unit - 1).floored(dividingBy: unit)
          continue
        }
      } else {
        return nil
      }
      if let offset = offsets.first(atOrAfter: Int(max(from - time, 0))) { return time + Int64(offset) }
      candidate += 1
    }
    return nil
  }

  /// The beginning of the first unit that the BY parts allow, at `time` or later; `time` begins a unit.
  private func firstAllowed(atOrAfter time: CivilSeconds) -> CivilSeconds? {
    let (date, second) = CivilTime.split(time)
    let day = time.floored(dividingBy: CivilTime.secondsPerDay)
    let present = days.mask(year: date.year, month: date.month)
    if present >> UInt32(date.day) & 1 != 0, let within = unitsOfDay.first(atOrAfter: second) {
      return day * CivilTime.secondsPerDay + Int64(within)
    }
    let later = (present >> UInt32(date.day)) >> 1
    let found =
      later != 0
      ? Int(day) + 1 + later.trailingZeroBitCount
      : firstDay(afterMonth: date.month, of: date.year, isInPeriods: false)
    return found.map { Int64($0) * CivilTime.secondsPerDay + Int64(unitsOfDay.first) }
  }

  func lastByUnits(_ from: CivilSeconds) -> CivilSeconds? {
    let unit = unit
    let interval = Int64(rule.interval)
    let origin = start.floored(dividingBy: unit)
    var candidate = from.floored(dividingBy: unit)
    for _ in 0..<Self.mostSteps {
      candidate -= (candidate - origin).flooredRemainder(dividingBy: interval)
      guard candidate >= origin else { return nil }
      let time = candidate * unit
      guard let allowed = lastAllowed(atOrBefore: time) else { return nil }
      if allowed < time {
        candidate = allowed.floored(dividingBy: unit)
        continue
      }
      if let offset = offsets.last(atOrBefore: Int(min(from - time, unit - 1))) { return time + Int64(offset) }
      candidate -= 1
    }
    return nil
  }

  private func lastAllowed(atOrBefore time: CivilSeconds) -> CivilSeconds? {
    let (date, second) = CivilTime.split(time)
    let day = time.floored(dividingBy: CivilTime.secondsPerDay)
    let present = days.mask(year: date.year, month: date.month)
    if present >> UInt32(date.day) & 1 != 0, let within = unitsOfDay.last(atOrBefore: second) {
      return day * CivilTime.secondsPerDay + Int64(within)
    }
    let earlier = present & ((1 << UInt32(date.day)) - 1)
    let found =
      earlier != 0
      ? Int(day) - (date.day - (31 - earlier.leadingZeroBitCount))
      : lastDay(beforeMonth: date.month, of: date.year, isInPeriods: false)
    return found.map { Int64($0) * CivilTime.secondsPerDay + Int64(unitsOfDay.last) }
  }

  /// The beginnings of the allowed units in a day.
  private var unitsOfDay: TimeOfDaySet {
    var set = units
    if rule.frequency == .hourly { set.minutes = 1 }
    if rule.frequency != .secondly { set.seconds = 1 }
    return set
  }
}
