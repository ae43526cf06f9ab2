extension Duration {
  /// The whole microseconds, rounded towards zero; the nearest that fits where it is too long for 64 bits.
  package var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = self.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, second) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    if second { return seconds < 0 ? .min : .max }
    return sum
  }
}
