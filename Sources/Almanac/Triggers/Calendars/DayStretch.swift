/// What a calendar says of a day, and how far in one direction it says the same of each day.
///
/// It makes searches leap: a list of days says of the time after its last one that there is nothing more, at once.
struct DayStretch {
  var times: DayTimes
  /// The farthest day for which the times are known to be the same.
  var through: Int

  enum Direction {
    case forward
    case backward

    var step: Int { self == .forward ? 1 : -1 }
    /// Where there is no end to it.
    var farthest: Int { self == .forward ? .max : .min }

    func nearer(_ left: Int, _ right: Int) -> Int { self == .forward ? min(left, right) : max(left, right) }
    func farther(_ left: Int, _ right: Int) -> Int { self == .forward ? max(left, right) : min(left, right) }
  }

  init(_ times: DayTimes, through: Int) {
    self.times = times
    self.through = through
  }

  var complement: DayStretch { DayStretch(times.complement, through: through) }

  func union(_ other: DayStretch, _ direction: Direction) -> DayStretch {
    // As long as one of them has the whole day, the other one does not matter.
    switch (times.isWholeDay, other.times.isWholeDay) {
    case (true, true): DayStretch(.all, through: direction.farther(through, other.through))
    case (true, false): self
    case (false, true): other
    case (false, false):
      DayStretch(times.union(other.times), through: direction.nearer(through, other.through))
    }
  }

  func intersection(_ other: DayStretch, _ direction: Direction) -> DayStretch {
    // As long as one of them has nothing, the other one does not matter.
    switch (times.isEmpty, other.times.isEmpty) {
    case (true, true): DayStretch(.none, through: direction.farther(through, other.through))
    case (true, false): self
    case (false, true): other
    case (false, false):
      DayStretch(times.intersection(other.times), through: direction.nearer(through, other.through))
    }
  }
}

extension DayCalendar {
  /// The seconds of a day that belong to the calendar.
  func times(on day: Int) -> DayTimes { stretch(on: day, .forward).times }

  func stretch(on day: Int, _ direction: DayStretch.Direction) -> DayStretch {
    switch content {
    case .days(let ranges): Self.stretch(of: ranges, on: day, direction)
    case .weekdays(let bits): Self.stretch(ofWeekdays: bits, on: day, direction)
    case .yearly(let months): Self.stretch(ofMonths: months, on: day, direction)
    case .times(let times): DayStretch(times, through: direction.farthest)
    case .events(let events): events.stretch(on: day, direction)
    case .union(let members):
      members.reduce(DayStretch(.none, through: direction.farthest)) {
        $0.union($1.stretch(on: day, direction), direction)
      }
    case .intersection(let members):
      members.reduce(DayStretch(.all, through: direction.farthest)) {
        $0.intersection($1.stretch(on: day, direction), direction)
      }
    case .complement(let base): base.stretch(on: day, direction).complement
    }
  }

  private static func stretch(
    of ranges: [ClosedRange<Int>], on day: Int, _ direction: DayStretch.Direction
  ) -> DayStretch {
    // The first range that does not end before the day.
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < day { low = middle + 1 } else { high = middle }
    }
    if low < ranges.count, ranges[low].contains(day) {
      return DayStretch(.all, through: direction == .forward ? ranges[low].upperBound : ranges[low].lowerBound)
    }
    if direction == .forward {
      return DayStretch(.none, through: low < ranges.count ? ranges[low].lowerBound - 1 : .max)
    }
    return DayStretch(.none, through: low > 0 ? ranges[low - 1].upperBound + 1 : .min)
  }

  private static func stretch(
    ofWeekdays bits: UInt8, on day: Int, _ direction: DayStretch.Direction
  ) -> DayStretch {
    func isIn(_ day: Int) -> Bool { bits >> UInt8(CivilDate.weekday(daysSinceEpoch: day)) & 1 != 0 }
    let belongs = isIn(day)
    let times = belongs ? DayTimes.all : .none
    guard bits != 0, bits != 0x7F else { return DayStretch(times, through: direction.farthest) }
    var through = day
    while isIn(through + direction.step) == belongs { through += direction.step }
    return DayStretch(times, through: through)
  }

  private static func stretch(
    ofMonths months: [UInt32], on day: Int, _ direction: DayStretch.Direction
  ) -> DayStretch {
    let date = CivilDate(daysSinceEpoch: day)
    let bits = months[date.month]
    if bits >> UInt32(date.day) & 1 != 0 { return DayStretch(.all, through: day) }
    // Looks no further than the month.
    if direction == .forward {
      let later = (bits >> UInt32(date.day)) >> 1
      let free =
        later == 0 ? CivilDate.daysInMonth(year: date.year, month: date.month) - date.day : later.trailingZeroBitCount
      return DayStretch(.none, through: day + free)
    }
    let earlier = bits & (1 << UInt32(date.day) - 1)
    return DayStretch(.none, through: day - date.day + (earlier == 0 ? 1 : 32 - earlier.leadingZeroBitCount))
  }

  // MARK: - Search

  /// How many stretches one question may look at, all in all: enough for centuries of a simple calendar.
  var mostSteps: Int { max(2_000, 40_000 / weight) }

  /// Days beyond these are not looked at; they are those of triggers, and one more.
  private static let days =
    Int(CivilTime.first / CivilTime.secondsPerDay) - 1...Int(CivilTime.last / CivilTime.secondsPerDay) + 1

  /// The first reading at `local` or later that lies inside the calendar, or outside it; nil where there is none, or where
  /// `steps` are not enough to find it.
  func first(atOrAfter local: CivilSeconds, inside: Bool, steps: inout Int) -> CivilSeconds? {
    let (start, second) = local.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    var (day, from) = (Int(start), Int(second))
    while steps > 0, day <= Self.days.upperBound {
      steps -= 1
      let stretch = stretch(on: day, .forward)
      if let found = stretch.times.first(atOrAfter: from, inside: inside) {
        return Int64(day) * CivilTime.secondsPerDay + Int64(found)
      }
      // What is looked for may lie earlier in the day, and then in that part of the next one.
      let isMissing = from == 0 || stretch.times.first(atOrAfter: 0, inside: inside) == nil
      day = min(isMissing ? stretch.through : day, Self.days.upperBound) + 1
      from = 0
    }
    return nil
  }

  /// The last reading at `local` or earlier that lies inside the calendar, or outside it; nil as above.
  func last(atOrBefore local: CivilSeconds, inside: Bool, steps: inout Int) -> CivilSeconds? {
    let (start, second) = local.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    let lastSecond = DayTimes.wholeDay.upperBound - 1
    var (day, from) = (Int(start), Int(second))
    while steps > 0, day >= Self.days.lowerBound {
      steps -= 1
      let stretch = stretch(on: day, .backward)
      if let found = stretch.times.last(atOrBefore: from, inside: inside) {
        return Int64(day) * CivilTime.secondsPerDay + Int64(found)
      }
      let isMissing = from == lastSecond || stretch.times.last(atOrBefore: lastSecond, inside: inside) == nil
      day = max(isMissing ? stretch.through : day, Self.days.lowerBound) - 1
      from = lastSecond
    }
    return nil
  }
}
