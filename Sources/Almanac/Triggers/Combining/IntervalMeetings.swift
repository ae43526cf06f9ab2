extension IntervalRule {
  /// The instants that belong to several grids at once.
  enum Meetings {
    case grid(IntervalRule)
    /// Where the grids meet again only after longer than 64 bits of microseconds: two instants at the most, or none.
    case instants([Instant])

    /// Those that belong to a further interval, which must have an anchor.
    func limited(to interval: IntervalRule) -> Meetings {
      switch self {
      case .grid(let grid): grid.meetings(with: interval)
      case .instants(let instants): .instants(instants.filter { interval.last(onOrBefore: $0) == $0 })
      }
    }

    /// Nil where they never meet.
    var trigger: Trigger? {
      switch self {
      case .grid(let grid): Trigger(grid)
      case .instants(let instants) where instants.count > 1: Trigger(AnyOfRule(instants.map(Trigger.init(at:))))
      case .instants(let instants): instants.first.map(Trigger.init(at:))
      }
    }
  }

  /// The instants that belong to both grids; both must have an anchor.
  ///
  /// Two grids meet where the distance of their anchors is a multiple of the greatest common divisor of their intervals,
  /// and then again after every least common multiple (the Chinese remainder theorem).
  private func meetings(with other: IntervalRule) -> Meetings {
    guard let anchor, let otherAnchor = other.anchor else { return .instants([]) }
    let (first, second) = (Int128(microseconds), Int128(other.microseconds))
    let (start, otherStart) = (Int128(anchor.microsecondsSinceEpoch), Int128(otherAnchor.microsecondsSinceEpoch))
    let (divisor, factor) = Self.extendedEuclid(first, second)
    guard (otherStart - start) % divisor == 0 else { return .instants([]) }
    let period = first / divisor * second
    // Both factors are smaller than 2^64, so that the product fits.
    let steps =
      ((otherStart - start) / divisor % (second / divisor)) * (factor % (second / divisor)) % (second / divisor)
    let meeting = start + steps * first
    // The earliest meeting at which both have begun; an anchor that nobody chose is no fire time itself.
    let begin = max(start + (isImplicit ? 1 : 0), otherStart + (other.isImplicit ? 1 : 0))
    let earliest = begin + ((meeting - begin) % period + period) % period
    guard let microseconds = Int64(exactly: period) else {
      // All instants lie within less than 2^64 microseconds, so a period of 2^63 and more comes once at the most.
      let instants = [earliest, earliest + period].compactMap { Int64(exactly: $0) }
      return .instants(instants.map(Instant.init(microsecondsSinceEpoch:)))
    }
    guard let common = Int64(exactly: earliest) else { return .instants([]) }
    return .grid(
      IntervalRule(microseconds: microseconds, anchor: Instant(microsecondsSinceEpoch: common), isImplicit: false))
  }

  /// The greatest common divisor, and how often `left` goes into it modulo `right`.
  private static func extendedEuclid(_ left: Int128, _ right: Int128) -> (divisor: Int128, factor: Int128) {
    var (old, current) = (left, right)
    var (oldFactor, factor): (Int128, Int128) = (1, 0)
    while current != 0 {
      let quotient = old / current
      (old, current) = (current, old - quotient * current)
      (oldFactor, factor) = (factor, oldFactor - quotient * factor)
    }
    return (old, oldFactor)
  }
}
