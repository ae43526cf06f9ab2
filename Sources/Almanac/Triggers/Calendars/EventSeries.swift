/// An event that repeats: a beginning, a length, and a rule of RFC 5545, with dates put in and taken out.
struct EventSeries: Hashable, Sendable {
  /// What it says; the rest is derived from it.
  struct Spec: Hashable, Sendable {
    var start: CivilSeconds
    /// In seconds, at least 1.
    var length: Int64
    /// An RFC 5545 rule.
    var rule: String
    /// The last beginning, inclusive; needed where the rule has an UNTIL in UTC, because a series has no zone.
    var until: CivilSeconds?
    var excluded: [CivilSeconds] = []
    var included: [CivilSeconds] = []
  }

  let spec: Spec
  /// What the occurrences take up that do not come from the rule.
  let dated: [Range<CivilSeconds>]
  /// Nil where the rule gives nothing.
  private let times: RecurrenceTimes?
  private let until: CivilSeconds
  private let excluded: Set<CivilSeconds>

  /// No occurrence lasts longer, so that few of them reach into any one day.
  static let longest: Int64 = 366 * CivilTime.secondsPerDay
  static let mostDates = 10_000
  /// Occurrences that a rule counts are counted out when the series is made.
  static let mostCounted = 10_000

  init(_ spec: Spec) throws {
    guard spec.length > 0, spec.length <= Self.longest else {
      throw Self.wrongLength(spec.length, longest: Self.longest)
    }
    guard spec.excluded.count + spec.included.count <= Self.mostDates else {
      throw TriggerError("An event has at most \(Self.mostDates) dates besides its rule.")
    }
    let rule = try RecurrenceGrammar.parse(spec.rule)
    guard rule.frequency != .minutely, rule.frequency != .secondly else {
      throw TriggerError("An event of a calendar repeats hourly at most, not \(rule.frequency.rawValue).")
    }
    var until = spec.until ?? CivilTime.last
    switch rule.end {
    case .never: break
    case .count(let count):
      guard count <= Self.mostCounted else {
        throw TriggerError("An event of a calendar repeats at most \(Self.mostCounted) times by COUNT, not \(count).")
      }
    case .untilLocal(let local): until = min(until, local)
    case .until:
      guard spec.until != nil else {
        throw TriggerError("An event whose rule has an UNTIL in UTC needs it as a local time as well.")
      }
    }
    self.spec = spec
    self.until = until
    let excluded = Set(spec.excluded)
    self.excluded = excluded
    // The beginning is an occurrence whether the rule matches it or not (RFC 5545, section 3.8.5.3).
    dated = Set(spec.included + [spec.start]).subtracting(excluded).map { $0..<$0 + spec.length }
    let times = RecurrenceTimes(rule, start: spec.start)
    // A search that finds nothing is the dearest there is; it is made once.
    self.times = times.first(atOrAfter: spec.start) == nil ? nil : times
  }

  static func wrongLength(_ seconds: Int64, longest: Int64) -> TriggerError {
    TriggerError(
      "An event must last from a second to \(longest / CivilTime.secondsPerDay) days, not \(seconds) seconds.")
  }

  static func == (left: EventSeries, right: EventSeries) -> Bool { left.spec == right.spec }
  func hash(into hasher: inout Hasher) { hasher.combine(spec) }

  /// What the occurrences of the rule say of a day.
  func stretch(on day: Int, _ direction: DayStretch.Direction) -> DayStretch {
    guard let times else { return DayStretch(.none, through: direction.farthest) }
    let start = Int64(day) * CivilTime.secondsPerDay
    let end = start + CivilTime.secondsPerDay
    // Beginnings from which on an occurrence reaches into the day.
    let earliest = start - spec.length + 1
    var found = first(times, atOrAfter: earliest)
    guard let begin = found, begin < end else {
      if direction == .forward {
        return DayStretch(.none, through: found.map { EventSet.day(of: $0) - 1 } ?? .max)
      }
      let previous = last(times, atOrBefore: earliest - 1)
      return DayStretch(.none, through: previous.map { EventSet.day(of: $0 + spec.length - 1) + 1 } ?? .min)
    }
    var ranges: [Range<Int>] = []
    while let begin = found, begin < end {
      let range = EventSet.seconds(of: begin..<begin + spec.length, on: day)
      if range == DayTimes.wholeDay { return DayStretch(.all, through: day) }
      ranges.append(range)
      found = first(times, atOrAfter: begin + 1)
    }
    return DayStretch(DayTimes(ranges), through: day)
  }

  private func first(_ times: RecurrenceTimes, atOrAfter local: CivilSeconds) -> CivilSeconds? {
    var from = local
    while from <= until, let begin = times.first(atOrAfter: from), begin <= until {
      guard excluded.contains(begin) else { return begin }
      from = begin + 1
    }
    return nil
  }

  private func last(_ times: RecurrenceTimes, atOrBefore local: CivilSeconds) -> CivilSeconds? {
    var from = min(local, until)
    while let begin = times.last(atOrBefore: from) {
      guard excluded.contains(begin) else { return begin }
      from = begin - 1
    }
    return nil
  }
}
