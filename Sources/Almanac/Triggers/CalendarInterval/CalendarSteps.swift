import Synchronization

/// The days that are reached from a first day by steps of months, then days, at one time of day.
///
/// From a day, the step goes to the same day number `months` later — months that lack it are stepped over, so that 31
/// January goes on to 31 March — and then `days` onward. Steps of months alone or of days alone are computed from the
/// first day; where both are mixed, each day depends on the one before it, so some of them are kept to start from.
struct CalendarSteps: CivilTimeSet {
  let start: CivilDate
  /// The last day, inclusive.
  let end: CivilDate?
  /// Not negative, and not both 0.
  let months: Int
  let days: Int
  let secondOfDay: Int

  /// Of mixed steps, the day number of every `stride`-th day: the first ones, and those of the far future once somebody
  /// asks for them. Without the latter, each of the many questions of an intersection would walk through millennia.
  private let checkpoints: [Int]
  private let farCheckpoints = FarCheckpoints()
  private static let stride = 64
  private static let mostCheckpoints = 64

  /// - Parameter isSearchedFar: whether it will be asked about times that many steps lie before.
  init(start: CivilDate, end: CivilDate?, months: Int, days: Int, secondOfDay: Int, isSearchedFar: Bool = true) {
    (self.start, self.end, self.months, self.days, self.secondOfDay) = (start, end, months, days, secondOfDay)
    guard months > 0, days > 0, isSearchedFar else {
      checkpoints = []
      return
    }
    checkpoints = Self.checkpoints(from: start, months: months, days: days, atMost: Self.mostCheckpoints)
  }

  /// The day numbers of every `stride`-th day from a day on that is one of the days itself.
  private static func checkpoints(from first: CivilDate, months: Int, days: Int, atMost most: Int) -> [Int] {
    var kept: [Int] = []
    var date: CivilDate? = first
    var count = 0
    while let current = date, kept.count < most {
      if count % stride == 0 { kept.append(current.daysSinceEpoch) }
      date = step(from: current, months: months, days: days)
      count += 1
    }
    return kept
  }

  private static let lastYear = 9_999

  /// The next day after one of the days; nil beyond the year 9999.
  private static func step(from date: CivilDate, months: Int, days: Int) -> CivilDate? {
    var result = date
    if months > 0 {
      // Within twelve steps the month is the first one's again; within eight such rounds there is a 29 February, but for
      // steps of centuries, which reach the last year before.
      var total = months
      while true {
        guard date.year + total / 12 <= lastYear + 1 else { return nil }
        if let found = date.adding(months: total) {
          result = found
          break
        }
        total += months
      }
    }
    let sum = result.daysSinceEpoch + days
    let later = CivilDate(daysSinceEpoch: sum)
    return later.year > lastYear ? nil : later
  }

  func first(atOrAfter local: CivilSeconds) -> CivilSeconds? {
    let clamped = min(max(local, CivilTime.first), CivilTime.last + 1)
    let (day, second) = clamped.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    let wanted = Int(day) + (Int(second) > secondOfDay ? 1 : 0)
    guard let found = firstDay(atOrAfter: wanted) else { return nil }
    if let end, found > end.daysSinceEpoch { return nil }
    return Int64(found) * CivilTime.secondsPerDay + Int64(secondOfDay)
  }

  func last(atOrBefore local: CivilSeconds) -> CivilSeconds? {
    let clamped = min(max(local, CivilTime.first - 1), CivilTime.last)
    let (day, second) = clamped.flooredQuotientAndRemainder(dividingBy: CivilTime.secondsPerDay)
    var wanted = Int(day) - (Int(second) < secondOfDay ? 1 : 0)
    if let end { wanted = min(wanted, end.daysSinceEpoch) }
    guard let found = lastDay(atOrBefore: wanted) else { return nil }
    return Int64(found) * CivilTime.secondsPerDay + Int64(secondOfDay)
  }

  private func firstDay(atOrAfter wanted: Int) -> Int? {
    let first = start.daysSinceEpoch
    if wanted <= first { return first }
    if months == 0 {
      let found = wanted + (days - (wanted - first) % days) % days
      return found <= Self.lastDay ? found : nil
    }
    if days == 0 {
      let date = CivilDate(daysSinceEpoch: wanted)
      var step = max(0, ((date.year - start.year) * 12 + date.month - start.month) / months)
      while start.year + step * months / 12 <= Self.lastYear {
        if let found = start.adding(months: step * months), found.daysSinceEpoch >= wanted {
          return found.year <= Self.lastYear ? found.daysSinceEpoch : nil
        }
        step += 1
      }
      return nil
    }
    var current = checkpoint(atOrBefore: wanted)
    while current < wanted {
      guard let next = Self.step(from: CivilDate(daysSinceEpoch: current), months: months, days: days) else {
        return nil
      }
      current = next.daysSinceEpoch
    }
    return current
  }

  private func lastDay(atOrBefore wanted: Int) -> Int? {
    let first = start.daysSinceEpoch
    let wanted = min(wanted, Self.lastDay)
    if wanted < first { return nil }
    if months == 0 { return wanted - (wanted - first) % days }
    if days == 0 {
      let date = CivilDate(daysSinceEpoch: wanted)
      var step = ((date.year - start.year) * 12 + date.month - start.month) / months
      while step > 0 {
        if let found = start.adding(months: step * months), found.daysSinceEpoch <= wanted {
          return found.daysSinceEpoch
        }
        step -= 1
      }
      return first
    }
    var current = checkpoint(atOrBefore: wanted)
    while let next = Self.step(from: CivilDate(daysSinceEpoch: current), months: months, days: days),
      next.daysSinceEpoch <= wanted
    {
      current = next.daysSinceEpoch
    }
    return current
  }

  private static let lastDay = CivilDate(year: lastYear, month: 12, day: 31).daysSinceEpoch

  /// The greatest checkpoint that is not later; the first one is the start.
  private func checkpoint(atOrBefore wanted: Int) -> Int {
    guard let last = checkpoints.last, checkpoints.count == Self.mostCheckpoints, wanted > last else {
      return Self.greatest(of: checkpoints, atOrBefore: wanted) ?? start.daysSinceEpoch
    }
    let far = farCheckpoints.value {
      Self.checkpoints(from: CivilDate(daysSinceEpoch: last), months: months, days: days, atMost: .max)
    }
    return Self.greatest(of: far, atOrBefore: wanted) ?? last
  }

  private static func greatest(of checkpoints: [Int], atOrBefore wanted: Int) -> Int? {
    var low = 0
    var high = checkpoints.count
    while low < high {
      let middle = (low + high) / 2
      if checkpoints[middle] <= wanted { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : checkpoints[low - 1]
  }
}

/// The checkpoints after the first ones, found when they are first asked for: most triggers never are, and 8,000 years
/// have up to 96,000 days of theirs.
private final class FarCheckpoints: Sendable {
  private let found = Mutex<[Int]?>(nil)

  func value(_ find: () -> [Int]) -> [Int] {
    if let known = found.withLock({ $0 }) { return known }
    // Two threads may look for them at once; both find the same.
    let checkpoints = find()
    found.withLock { $0 = checkpoints }
    return checkpoints
  }
}
