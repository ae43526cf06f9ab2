/// The time that events take up: those that happen once, as stretches of time, and those that repeat.
struct EventSet: Hashable, Sendable {
  /// What the events that happen once take up, in order; none touch or overlap.
  let once: [Range<CivilSeconds>]
  let series: [EventSeries]
  /// The same with the dates that stand beside the rules of the series.
  private let dated: [Range<CivilSeconds>]

  /// How many events a calendar may have, and how many of them may repeat.
  static let mostEvents = 10_000
  static let mostSeries = 500
  /// No event lasts longer, and no series longer than a year.
  static let longest: Int64 = 400 * EventSeries.longest

  init(once: [Range<CivilSeconds>], series: [EventSeries]) throws(TriggerError) {
    guard once.count <= Self.mostEvents else {
      throw TriggerError("A calendar has at most \(Self.mostEvents) events, not \(once.count).")
    }
    guard series.count <= Self.mostSeries else {
      throw TriggerError("A calendar has at most \(Self.mostSeries) events that repeat, not \(series.count).")
    }
    if let event = once.first(where: { $0.isEmpty || $0.upperBound - $0.lowerBound > Self.longest }) {
      throw EventSeries.wrongLength(event.upperBound - event.lowerBound, longest: Self.longest)
    }
    // Beyond the years that can be written there is nothing to fire.
    self.once = Self.merged(once.map { $0.clamped(to: CivilTime.first..<CivilTime.last) }.filter { !$0.isEmpty })
    self.series = series
    dated = Self.merged(self.once + series.flatMap(\.dated))
  }

  static func == (left: EventSet, right: EventSet) -> Bool { left.once == right.once && left.series == right.series }

  func hash(into hasher: inout Hasher) {
    hasher.combine(once)
    hasher.combine(series)
  }

  private static func merged(_ ranges: [Range<CivilSeconds>]) -> [Range<CivilSeconds>] {
    var merged: [Range<CivilSeconds>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, last.upperBound >= range.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  func stretch(on day: Int, _ direction: DayStretch.Direction) -> DayStretch {
    series.reduce(datedStretch(on: day, direction)) { $0.union($1.stretch(on: day, direction), direction) }
  }

  private func datedStretch(on day: Int, _ direction: DayStretch.Direction) -> DayStretch {
    let start = Int64(day) * CivilTime.secondsPerDay
    let end = start + CivilTime.secondsPerDay
    // The first event that does not end before the day.
    var (low, high) = (0, dated.count)
    while low < high {
      let middle = (low + high) / 2
      if dated[middle].upperBound <= start { low = middle + 1 } else { high = middle }
    }
    guard low < dated.count, dated[low].lowerBound < end else {
      if direction == .forward {
        guard low < dated.count else { return DayStretch(.none, through: .max) }
        return DayStretch(.none, through: Self.day(of: dated[low].lowerBound) - 1)
      }
      return DayStretch(.none, through: low > 0 ? Self.day(of: dated[low - 1].upperBound - 1) + 1 : .min)
    }
    let event = dated[low]
    if event.lowerBound <= start, event.upperBound >= end {
      // Whole days, up to the one that the event begins or ends within.
      let through =
        direction == .forward ? Self.day(of: event.upperBound) - 1 : Self.day(of: event.lowerBound - 1) + 1
      return DayStretch(.all, through: through)
    }
    let times = dated[low...].prefix { $0.lowerBound < end }.map { Self.seconds(of: $0, on: day) }
    return DayStretch(DayTimes(times), through: day)
  }

  static func day(of local: CivilSeconds) -> Int { Int(local.floored(dividingBy: CivilTime.secondsPerDay)) }

  /// The part of a stretch of time that lies within a day.
  static func seconds(of event: Range<CivilSeconds>, on day: Int) -> Range<Int> {
    let start = Int64(day) * CivilTime.secondsPerDay
    let part = event.clamped(to: start..<start + CivilTime.secondsPerDay)
    return Int(part.lowerBound - start)..<Int(part.upperBound - start)
  }
}
