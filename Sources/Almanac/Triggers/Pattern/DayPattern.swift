/// Which days of a month a pattern selects, answered for a whole month at once as a set of bits.
///
/// Everything that cron dialects say about days becomes a few masks here: bit `d` of a day mask is day `d`, bit `w` of
/// a weekday mask is weekday `w` (0 for Sunday). A month's answer costs some shifts, and the next day of a month that
/// matches is the lowest bit above the present one.
struct DayPattern: Hashable, Sendable {
  /// How the days of the month and the weekdays go together.
  enum Combination: Hashable, Sendable {
    /// A day that either of them selects.
    case either
    /// A day that both of them select; an unrestricted part selects all.
    case both
  }

  static let everyDay: UInt32 = 0xFFFF_FFFE
  static let everyWeekday: UInt8 = 0x7F

  /// Bits 1...31: days counted from the first of the month.
  var days: UInt32 = everyDay
  /// Bit `n`: the day `n` days before the last one.
  var daysFromEnd: UInt32 = 0
  /// Bits 1...31: the weekday Monday to Friday nearest to the day, within the month.
  var nearestWeekday: UInt32 = 0
  /// Bit `n`: the weekday Monday to Friday nearest to the day `n` days before the last, within the month.
  var nearestWeekdayFromEnd: UInt32 = 0
  /// The last day Monday to Friday of the month.
  var lastWorkday = false

  /// Bits 0...6.
  var weekdays: UInt8 = everyWeekday
  /// Bit `7 * (n - 1) + w`: the n-th weekday `w` of the month.
  var nthWeekdays: UInt64 = 0
  /// Bits 0...6: the last such weekday of the month.
  var lastWeekdays: UInt8 = 0
  /// Whether `nthWeekdays` and `lastWeekdays` belong to the days of the month: they add to these, and `weekdays` is a
  /// restriction beside them.
  var countsNthAmongDays = false

  /// Bits 1...53: ISO 8601 weeks; 0 for no restriction.
  var isoWeeks: UInt64 = 0

  var combination: Combination = .both

  private var hasDayModifiers: Bool {
    daysFromEnd != 0 || nearestWeekday != 0 || nearestWeekdayFromEnd != 0 || lastWorkday
  }

  private var hasWeekdayModifiers: Bool { nthWeekdays != 0 || lastWeekdays != 0 }

  /// The days of the month that match, bits 1 to the month's length.
  @inline(__always)
  func mask(year: Int, month: Int) -> UInt32 {
    let length = CivilDate.daysInMonth(year: year, month: month)
    let existing = UInt32(truncatingIfNeeded: (UInt64(2) << UInt64(length)) - 2)
    if weekdays == Self.everyWeekday && !hasDayModifiers && !hasWeekdayModifiers && isoWeeks == 0
      && combination == .both
    {
      return days & existing
    }
    return restrictedMask(year: year, month: month, length: length, existing: existing)
  }

  private func restrictedMask(year: Int, month: Int, length: Int, existing: UInt32) -> UInt32 {
    let firstDay = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
    let firstWeekday = CivilDate.weekday(daysSinceEpoch: firstDay)
    var fromDays = days
    if hasDayModifiers { fromDays |= modifiedDays(length: length, firstWeekday: firstWeekday) }
    var fromWeekdays = Self.spread(weekdays, firstWeekday: firstWeekday)
    if hasWeekdayModifiers {
      let selected = modifiedWeekdays(length: length, firstWeekday: firstWeekday)
      if countsNthAmongDays { fromDays |= selected } else { fromWeekdays |= selected }
    }
    var mask = combination == .both ? fromDays & fromWeekdays : fromDays | fromWeekdays
    mask &= existing
    if isoWeeks != 0 { mask &= daysOfISOWeeks(firstDay: firstDay, length: length) }
    return mask
  }

  /// The days of the month that fall on the weekdays.
  @inline(__always)
  static func spread(_ weekdays: UInt8, firstWeekday: Int) -> UInt32 {
    // The seven bits repeated six times make every day up to the 31st, from whatever weekday the month begins with.
    let cycle = UInt64(weekdays) &* 0x0000_0408_1020_4081
    return UInt32(truncatingIfNeeded: (cycle >> UInt64(firstWeekday)) << 1)
  }

  private func modifiedDays(length: Int, firstWeekday: Int) -> UInt32 {
    var mask: UInt32 = 0
    func weekday(_ day: Int) -> Int { (firstWeekday + day - 1) % 7 }
    /// Saturday goes back to Friday and Sunday on to Monday, unless that leaves the month.
    func nearest(_ day: Int) -> UInt32 {
      switch weekday(day) {
      case 6: 1 << UInt32(day > 1 ? day - 1 : day + 2)
      case 0: 1 << UInt32(day < length ? day + 1 : day - 2)
      default: 1 << UInt32(day)
      }
    }
    forEachBit(of: daysFromEnd) { before in
      if before < length { mask |= 1 << UInt32(length - before) }
    }
    forEachBit(of: nearestWeekdayFromEnd) { before in
      if before < length { mask |= nearest(length - before) }
    }
    forEachBit(of: nearestWeekday) { day in
      if day <= length { mask |= nearest(day) }
    }
    if lastWorkday {
      let last = weekday(length)
      mask |= 1 << UInt32(length - (last == 6 ? 1 : last == 0 ? 2 : 0))
    }
    return mask
  }

  private func modifiedWeekdays(length: Int, firstWeekday: Int) -> UInt32 {
    var mask: UInt32 = 0
    // The n-th weekday of a month lies within its n-th seven days, the last one within its last seven.
    for number in 0..<5 {
      let wanted = UInt8(truncatingIfNeeded: nthWeekdays >> UInt64(7 * number)) & Self.everyWeekday
      guard wanted != 0 else { continue }
      let sevenDays = UInt32(truncatingIfNeeded: UInt64(0xFE) << UInt64(7 * number))
      mask |= Self.spread(wanted, firstWeekday: firstWeekday) & sevenDays
    }
    if lastWeekdays != 0 {
      mask |= Self.spread(lastWeekdays, firstWeekday: firstWeekday) & UInt32(0x7F) << UInt32(length - 6)
    }
    return mask
  }

  private func daysOfISOWeeks(firstDay: Int, length: Int) -> UInt32 {
    var mask: UInt32 = 0
    var day = 1
    while day <= length {
      let week = CivilDate(daysSinceEpoch: firstDay + day - 1).isoWeek.week
      let weekdayFromMonday = (CivilDate.weekday(daysSinceEpoch: firstDay + day - 1) + 6) % 7
      let sunday = min(length, day + 6 - weekdayFromMonday)
      if isoWeeks >> UInt64(week) & 1 != 0 {
        mask |= UInt32(truncatingIfNeeded: (UInt64(2) << UInt64(sunday)) - (UInt64(1) << UInt64(day)))
      }
      day = sunday + 1
    }
    return mask
  }
}

/// Calls `body` with the number of each set bit, from the lowest on.
@inline(__always)
private func forEachBit(of bits: UInt32, _ body: (Int) -> Void) {
  var rest = bits
  while rest != 0 {
    body(rest.trailingZeroBitCount)
    rest &= rest - 1
  }
}
