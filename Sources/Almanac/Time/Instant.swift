/// A point on the time line: microseconds since 1970-01-01T00:00:00Z, without leap seconds, as POSIX counts.
///
/// An `Instant` is exact, the same on every machine and eight bytes long. It is encoded as a bare integer. Arithmetic
/// saturates at ``distantPast`` and ``distantFuture`` and never traps.
public struct Instant: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  public var microsecondsSinceEpoch: Int64

  @inlinable
  public init(microsecondsSinceEpoch: Int64) {
    self.microsecondsSinceEpoch = microsecondsSinceEpoch
  }

  /// The earliest instant, some 292,000 years before the epoch; stands for "before everything".
  public static let distantPast = Instant(microsecondsSinceEpoch: .min)

  /// The latest instant, some 292,000 years after the epoch; stands for "after everything".
  public static let distantFuture = Instant(microsecondsSinceEpoch: .max)

  @inlinable
  public static func < (left: Instant, right: Instant) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }

  /// The instant `duration` later, at most ``distantFuture``; parts of a microsecond are dropped.
  public static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflow) = instant.microsecondsSinceEpoch.addingReportingOverflow(duration.saturatedMicroseconds)
    guard overflow else { return Instant(microsecondsSinceEpoch: sum) }
    return duration < .zero ? .distantPast : .distantFuture
  }

  /// The instant `duration` earlier, at least ``distantPast``; parts of a microsecond are dropped.
  public static func - (instant: Instant, duration: Duration) -> Instant {
    let (difference, overflow) = instant.microsecondsSinceEpoch
      .subtractingReportingOverflow(duration.saturatedMicroseconds)
    guard overflow else { return Instant(microsecondsSinceEpoch: difference) }
    return duration < .zero ? .distantFuture : .distantPast
  }

  public static func += (instant: inout Instant, duration: Duration) { instant = instant + duration }

  public static func -= (instant: inout Instant, duration: Duration) { instant = instant - duration }

  /// The time from `right` to `left`; negative where `left` is earlier. Exact for every pair.
  public static func - (left: Instant, right: Instant) -> Duration {
    // `Duration` is 128 bits wide, so the difference of two 64-bit counts always fits.
    .microseconds(left.microsecondsSinceEpoch) - .microseconds(right.microsecondsSinceEpoch)
  }
}

extension Instant {
  /// The instant of a whole second, saturated.
  package init(secondsSinceEpoch seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    self.init(microsecondsSinceEpoch: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  /// Whole seconds since the epoch, rounded down.
  @inline(__always)
  package var secondsSinceEpoch: Int64 { microsecondsSinceEpoch.floored(dividingBy: 1_000_000) }

  /// The next representable instant; nil for the last.
  package var successor: Instant? {
    microsecondsSinceEpoch == .max ? nil : Instant(microsecondsSinceEpoch: microsecondsSinceEpoch + 1)
  }
}

extension Duration {
  /// The duration in whole microseconds, rounded towards zero and clamped to 64 bits.
  package var saturatedMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }
}

extension Instant: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(microsecondsSinceEpoch: try decoder.singleValueContainer().decode(Int64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microsecondsSinceEpoch)
  }
}

extension Instant: CustomStringConvertible {
  /// The RFC 3339 text in UTC.
  public var description: String { rfc3339() }
}
