/// The walk of a set of wall-clock times through a time zone, with a policy for gaps and one for folds.
///
/// A zone is a row of segments of constant offset (`ZoneSegment`). Within a segment, wall-clock time and absolute time
/// run side by side, so the times of the set that fire in it are those within its own stretch of the wall clock, less
/// what the fold policy takes away at its ends, plus what the gap policy adds at its beginning. That definition is per
/// segment and the same for both directions of search, hence both agree and fire times strictly increase.
///
/// Segments are not visited one by one: where nothing in the set lies before some wall-clock time, no segment that
/// ends before it can hold a fire time.
struct ZonedWalk<Times: CivilTimeSet>: Sendable {
  let times: Times
  let zone: ZoneRules
  /// Neither policy is `.auto` here.
  let gap: GapPolicy
  let fold: FoldPolicy

  /// Offsets lie between -25 and +26 hours, so an instant lies within this many seconds of its wall-clock reading.
  private var largestOffset: Int64 { 26 * 3_600 }

  /// How many segments are looked at before a search gives up. A year has two or three, and after 400 years calendar
  /// and clocks repeat themselves: a time that lies in a gap that long (02:30 on the second Sunday of March in New
  /// York, skipped) never fires.
  private var mostSegments: Int { 2_000 }

  // MARK: - Forward

  /// The first fire time at second `from` or later.
  @inline(__always)
  func first(atOrAfter from: Int64) -> Int64? {
    if zone.isFixed {
      let offset = Int64(zone.initialOffset)
      guard from < CivilTime.last + 100_000 else { return nil }
      return times.first(atOrAfter: max(from, CivilTime.first - 100_000) + offset).map { $0 - offset }
    }
    return firstInChangingZone(atOrAfter: from)
  }

  private func firstInChangingZone(atOrAfter start: Int64) -> Int64? {
    guard start < CivilTime.last + 100_000 else { return nil }
    var from = max(start, CivilTime.first - 100_000)
    for _ in 0..<mostSegments {
      let segment = zone.segment(containing: from)
      let (end, offset) = (segment.end, segment.offset)
      var lower = from + offset
      if fold == .first, segment.offsetBefore > offset {
        // The beginning of this segment repeats readings that the one before it has shown.
        lower = max(lower, segment.start + segment.offsetBefore)
      }
      var upper = end == .max ? .max : end + offset
      if fold == .last, segment.offsetAfter < offset { upper = end + segment.offsetAfter }

      let next = times.first(atOrAfter: lower)
      var fire = next.flatMap { $0 < upper ? $0 - offset : nil }
      if segment.offsetBefore < offset, gap != .skip, let moved = firstMoved(into: segment, from: from) {
        fire = min(fire ?? moved, moved)
      }
      if let fire { return fire }
      guard end != .max else { return nil }
      let repeats = segment.offsetAfter < offset && fold != .first
      guard !repeats else {
        // The next segment shows once more what this one has shown at its end.
        from = end
        continue
      }
      guard let next else { return nil }
      from = max(end, next - largestOffset)
    }
    return nil
  }

  /// The first fire time in the segment that stands for a reading in the gap before it.
  private func firstMoved(into segment: ZoneSegment, from: Int64) -> Int64? {
    let lower = segment.start + segment.offsetBefore
    let upper = segment.start + segment.offset
    if gap == .atGapEnd {
      guard from <= segment.start, let hit = times.first(atOrAfter: lower), hit < upper else { return nil }
      return segment.start
    }
    let start = max(lower, from + segment.offsetBefore)
    guard start < upper, let hit = times.first(atOrAfter: start), hit < upper else { return nil }
    let fire = hit - segment.offsetBefore
    return fire < segment.end ? fire : nil
  }

  // MARK: - Backward

  /// The last fire time at second `through` or earlier.
  func last(atOrBefore through: Int64) -> Int64? {
    if zone.isFixed {
      let offset = Int64(zone.initialOffset)
      guard through > CivilTime.first - 100_000 else { return nil }
      return times.last(atOrBefore: min(through, CivilTime.last + 100_000) + offset).map { $0 - offset }
    }
    guard through > CivilTime.first - 100_000 else { return nil }
    var from = min(through, CivilTime.last + 100_000)
    for _ in 0..<mostSegments {
      let segment = zone.segment(containing: from)
      let (start, offset) = (segment.start, segment.offset)
      var upper = from + offset
      if fold == .last, segment.offsetAfter < offset, segment.end != .max {
        upper = min(upper, segment.end + segment.offsetAfter - 1)
      }
      var lower = start == .min ? .min : start + offset
      if fold == .first, segment.offsetBefore > offset, start != .min { lower = start + segment.offsetBefore }

      let previous = times.last(atOrBefore: upper)
      var fire = previous.flatMap { $0 >= lower ? $0 - offset : nil }
      if segment.offsetBefore < offset, gap != .skip, let moved = lastMoved(into: segment, through: from) {
        fire = max(fire ?? moved, moved)
      }
      if let fire { return fire }
      guard start != .min else { return nil }
      let repeats = segment.offsetBefore > offset && fold != .last
      guard !repeats else {
        from = start - 1
        continue
      }
      guard let previous else { return nil }
      from = min(start - 1, previous + largestOffset)
    }
    return nil
  }

  /// The last fire time in the segment that stands for a reading in the gap before it.
  private func lastMoved(into segment: ZoneSegment, through: Int64) -> Int64? {
    let lower = segment.start + segment.offsetBefore
    let upper = segment.start + segment.offset
    if gap == .atGapEnd {
      guard let hit = times.first(atOrAfter: lower), hit < upper else { return nil }
      return segment.start
    }
    let endOfSegment = segment.end == .max ? upper : segment.end + segment.offsetBefore
    let end = min(min(upper, endOfSegment) - 1, through + segment.offsetBefore)
    guard end >= lower, let hit = times.last(atOrBefore: end), hit >= lower else { return nil }
    return hit - segment.offsetBefore
  }
}
