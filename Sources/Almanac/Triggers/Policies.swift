/// What becomes of a wall-clock time that the clocks jump over, when they are put forward.
public enum GapPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// What the dialect does by custom.
  case auto
  /// It does not fire that day.
  case skip
  /// It fires once at the first moment after the gap, however many of its times the gap holds.
  case atGapEnd = "at-gap-end"
  /// It fires later by the length of the gap: 02:30 becomes 03:30.
  case shift
}

/// What becomes of a wall-clock time that the clocks show twice, when they are put back.
public enum FoldPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// What the dialect does by custom.
  case auto
  /// It fires the first time only.
  case first
  /// It fires the second time only.
  case last
  /// It fires both times.
  case both
}

/// How many times a trigger fires in some stretch of time.
public enum FireCount: Hashable, Sendable {
  case exactly(Int)
  /// Counting stopped here.
  case atLeast(Int)

  /// The number that is certain.
  public var lowerBound: Int {
    switch self {
    case .exactly(let count), .atLeast(let count): count
    }
  }
}
