/// A set of times of day: the product of hours, minutes and seconds, each a set of bits.
struct TimeOfDaySet: Hashable, Sendable {
  /// Bits 0...59.
  var seconds: UInt64 = 1
  /// Bits 0...59.
  var minutes: UInt64 = (1 << 60) - 1
  /// Bits 0...23.
  var hours: UInt32 = (1 << 24) - 1

  var isEmpty: Bool { seconds == 0 || minutes == 0 || hours == 0 }

  /// The first second of a day that belongs to the set, which must not be empty.
  @inline(__always)
  var first: Int {
    hours.trailingZeroBitCount * 3_600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
  }

  /// The last second of a day that belongs to the set, which must not be empty.
  @inline(__always)
  var last: Int {
    (31 - hours.leadingZeroBitCount) * 3_600 + (63 - minutes.leadingZeroBitCount) * 60
      + (63 - seconds.leadingZeroBitCount)
  }

  @inline(__always)
  func first(atOrAfter secondOfDay: Int) -> Int? {
    let secondOfDay = UInt32(truncatingIfNeeded: secondOfDay)
    let hour = secondOfDay / 3_600
    let minute = secondOfDay / 60 % 60
    let second = secondOfDay % 60
    if hours >> hour & 1 != 0 {
      if minutes >> UInt64(minute) & 1 != 0 {
        let later = seconds >> UInt64(second)
        if later != 0 { return Int(secondOfDay) + later.trailingZeroBitCount }
      }
      // Two shifts: one more than the present minute.
      let later = (minutes >> UInt64(minute)) >> 1
      if later != 0 {
        return Int(hour * 3_600 + (minute + 1) * 60) + later.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
      }
    }
    let later = (hours >> hour) >> 1
    guard later != 0 else { return nil }
    return (Int(hour) + 1 + later.trailingZeroBitCount) * 3_600 + minutes.trailingZeroBitCount * 60
      + seconds.trailingZeroBitCount
  }

  @inline(__always)
  func last(atOrBefore secondOfDay: Int) -> Int? {
    let hour = secondOfDay / 3_600
    let minute = secondOfDay / 60 % 60
    let second = secondOfDay % 60
    if hours >> UInt32(hour) & 1 != 0 {
      if minutes >> UInt64(minute) & 1 != 0 {
        let earlier = seconds & ((2 << UInt64(second)) - 1)
        if earlier != 0 { return secondOfDay - second + 63 - earlier.leadingZeroBitCount }
      }
      let earlier = minutes & ((1 << UInt64(minute)) - 1)
      if earlier != 0 {
        return hour * 3_600 + (63 - earlier.leadingZeroBitCount) * 60 + 63 - seconds.leadingZeroBitCount
      }
    }
    let earlier = hours & ((1 << UInt32(hour)) - 1)
    guard earlier != 0 else { return nil }
    return (31 - earlier.leadingZeroBitCount) * 3_600 + (63 - minutes.leadingZeroBitCount) * 60
      + (63 - seconds.leadingZeroBitCount)
  }
}
