/// Division that rounds towards negative infinity, as calendars need it: the instant before the epoch belongs to
/// 31 December 1969, which division towards zero would put on 1 January 1970.
extension FixedWidthInteger {
  /// The quotient and remainder of floored division; the remainder has the sign of `divisor`, which must be positive.
  @inline(__always)
  package func flooredQuotientAndRemainder(dividingBy divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// The quotient of floored division by a positive `divisor`.
  @inline(__always)
  package func floored(dividingBy divisor: Self) -> Self {
    flooredQuotientAndRemainder(dividingBy: divisor).quotient
  }

  /// The remainder of floored division by a positive `divisor`, always in `0..<divisor`.
  @inline(__always)
  package func flooredRemainder(dividingBy divisor: Self) -> Self {
    flooredQuotientAndRemainder(dividingBy: divisor).remainder
  }
}
