/// A set of seconds of a day, as ranges in order that neither touch nor overlap.
struct DayTimes: Hashable, Sendable {
  let ranges: [Range<Int>]

  static let wholeDay = 0..<Int(CivilTime.secondsPerDay)
  static let none = DayTimes([])
  static let all = DayTimes([wholeDay])

  /// What of the ranges lies within the day.
  init(_ ranges: [Range<Int>]) {
    let clipped = ranges.map { $0.clamped(to: Self.wholeDay) }.filter { !$0.isEmpty }
    guard clipped.count > 1 else {
      self.ranges = clipped
      return
    }
    var merged: [Range<Int>] = []
    for range in clipped.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, last.upperBound >= range.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  var isEmpty: Bool { ranges.isEmpty }
  var isWholeDay: Bool { ranges.count == 1 && ranges[0] == Self.wholeDay }

  // Most calendars are of whole days, and then none of these makes a new array.

  var complement: DayTimes {
    if isEmpty { return .all }
    if isWholeDay { return .none }
    var gaps: [Range<Int>] = []
    var end = 0
    for range in ranges {
      gaps.append(end..<range.lowerBound)
      end = range.upperBound
    }
    gaps.append(end..<Self.wholeDay.upperBound)
    return DayTimes(gaps)
  }

  func union(_ other: DayTimes) -> DayTimes {
    if isEmpty || other.isWholeDay { return other }
    if other.isEmpty || isWholeDay { return self }
    return DayTimes(ranges + other.ranges)
  }

  func intersection(_ other: DayTimes) -> DayTimes {
    if isEmpty || other.isWholeDay { return self }
    if other.isEmpty || isWholeDay { return other }
    return DayTimes(ranges.flatMap { range in other.ranges.map { range.clamped(to: $0) } })
  }

  func contains(_ second: Int) -> Bool { ranges.contains { $0.contains(second) } }

  /// The first second at `second` or later that lies inside the set, or outside it.
  func first(atOrAfter second: Int, inside: Bool) -> Int? {
    let range = ranges.first { $0.upperBound > second }
    if inside { return range.map { max($0.lowerBound, second) } }
    // Ranges do not touch, so that what follows a range lies outside.
    guard let range, range.contains(second) else { return second }
    return range.upperBound < Self.wholeDay.upperBound ? range.upperBound : nil
  }

  /// The last second at `second` or earlier that lies inside the set, or outside it.
  func last(atOrBefore second: Int, inside: Bool) -> Int? {
    let range = ranges.last { $0.lowerBound <= second }
    if inside { return range.map { min($0.upperBound - 1, second) } }
    guard let range, range.contains(second) else { return second }
    return range.lowerBound > 0 ? range.lowerBound - 1 : nil
  }
}
