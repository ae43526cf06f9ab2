/// A set of values of a field in the form in which people say it.
enum ValueShape: Equatable {
  case every
  /// At least three values at one distance, which is more than 1.
  case stepping(by: Int, from: Int, through: Int)
  /// Single values, and ranges of at least three.
  case pieces([ClosedRange<Int>])

  /// - Parameters:
  ///   - values: sorted, at least one.
  ///   - range: all values of the field.
  init(_ values: [Int], in range: ClosedRange<Int>) {
    if values.count == range.count {
      self = .every
    } else if let step = Self.distance(values), step > 1, values.count > 2 {
      self = .stepping(by: step, from: values[0], through: values[values.count - 1])
    } else {
      self = .pieces(Self.ranges(values))
    }
  }

  /// The distance of neighbours where it is the same for all; nil for fewer than two values.
  static func distance(_ values: [Int]) -> Int? {
    guard values.count > 1 else { return nil }
    let step = values[1] - values[0]
    return zip(values, values.dropFirst()).allSatisfy { $1 - $0 == step } ? step : nil
  }

  /// Runs of three and more as ranges, all others as single values.
  static func ranges(_ values: [Int]) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var position = 0
    while position < values.count {
      var end = position
      while end + 1 < values.count, values[end + 1] == values[end] + 1 { end += 1 }
      if end - position >= 2 {
        ranges.append(values[position]...values[end])
      } else {
        ranges += values[position...end].map { $0...$0 }
      }
      position = end + 1
    }
    return ranges
  }
}

/// The numbers of the bits that are set, from the lowest on.
func setBits(_ bits: UInt64) -> [Int] { (0..<64).filter { bits >> UInt64($0) & 1 != 0 } }
