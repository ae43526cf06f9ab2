/// A civil day of a zone as a stretch of time: from the first moment that shows its date to the first that shows the next.
///
/// The days of a zone follow each other without a gap, whatever its clocks do. A day that the zone leaves out is empty. Where
/// the clocks go back over midnight, the date of the day before is shown once more; that still belongs to the day that has
/// begun.
struct ZoneDay {
  let zone: ZoneRules
  /// Days since the epoch.
  let number: Int
  /// Seconds since the epoch; the end is excluded.
  let start: Int64
  let end: Int64

  init(_ number: Int, in zone: ZoneRules) {
    self.zone = zone
    self.number = number
    start = Self.start(of: number, in: zone)
    end = Self.start(of: number + 1, in: zone)
  }

  /// The day that has begun last.
  init(containing instant: Instant, in zone: ZoneRules) {
    let second = min(max(instant.secondsSinceEpoch, CivilTime.first), CivilTime.last)
    var number = Int((second + zone.offset(atSecond: second)).floored(dividingBy: CivilTime.secondsPerDay))
    while Self.start(of: number, in: zone) > second { number -= 1 }
    while Self.start(of: number + 1, in: zone) <= second { number += 1 }
    self.init(number, in: zone)
  }

  /// Whether the zone left the day out, as Apia did with 2011-12-30.
  var isEmpty: Bool { start >= end }

  /// Just before the day, so that asking for what comes after it finds the first moment of the day.
  var justBefore: Instant { Self.justBefore(start) }
  /// The last moment of the day.
  var last: Instant { Self.justBefore(end) }

  func contains(_ instant: Instant) -> Bool { instant > justBefore && instant <= last }

  static func justBefore(_ second: Int64) -> Instant {
    Instant(microsecondsSinceEpoch: Instant(secondsSinceEpoch: second).microsecondsSinceEpoch - 1)
  }

  /// The first second that shows the day's midnight, or the end of the gap that holds it.
  private static func start(of number: Int, in zone: ZoneRules) -> Int64 {
    let midnight = Int64(number) * CivilTime.secondsPerDay
    return switch zone.resolve(midnight) {
    case .unique(let offset): midnight - Int64(offset)
    case .gap(_, _, let transition): transition
    case .fold(let before, _, _): midnight - Int64(before)
    }
  }

  /// A part of the day in which the clocks do not change: its first and last moment, and the microseconds to add to an
  /// instant for the time since the day's midnight that the clocks show.
  struct Part {
    let first: Instant
    let last: Instant
    let offset: Int64

    func reading(at instant: Instant) -> Int64 { instant.microsecondsSinceEpoch + offset }
    func instant(showing reading: Int64) -> Instant { Instant(microsecondsSinceEpoch: reading - offset) }
  }

  /// The part of the day that begins at a second; nil from the day's end on.
  func part(from second: Int64) -> (part: Part, end: Int64)? {
    guard second < end else { return nil }
    let segment = zone.segment(containing: second)
    let limit = min(segment.end, end)
    let midnight = Int64(number) * CivilTime.secondsPerDay
    let part = Part(
      first: Instant(secondsSinceEpoch: second), last: Self.justBefore(limit),
      offset: (segment.offset - midnight) * 1_000_000)
    return (part, limit)
  }

  /// The first moment of the day at which its clocks show a time of day, or one that is later: the end of a gap that the time
  /// lies in, the first of two moments that show it. The day's last moment where its clocks stay behind the time.
  func firstMoment(showing reading: Int64) -> Instant {
    var second = start
    while let (part, end) = part(from: second) {
      if part.reading(at: part.last) >= reading { return max(part.first, part.instant(showing: reading)) }
      second = end
    }
    return last
  }

  /// The latest time of day that the clocks have shown from the day's beginning up to an instant of it: what
  /// ``firstMoment(showing:)`` takes to that instant or an earlier one is at most this.
  func latestReading(through instant: Instant) -> Int64 {
    var latest = Int64.min
    var second = start
    while let (part, end) = part(from: second), part.first <= instant {
      latest = max(latest, part.reading(at: min(part.last, instant)))
      second = end
    }
    return latest
  }
}
