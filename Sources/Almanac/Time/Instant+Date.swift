#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Instant {
  /// The instant nearest to `date`, clamped to the range of instants; a date that is not a number is the distant future.
  ///
  /// A `Date` is a floating-point count of seconds: near the present it resolves about a tenth of a microsecond, so a
  /// microsecond survives the way through `Date` and back for some centuries around 2001.
  public init(_ date: Date) {
    let seconds = date.timeIntervalSinceReferenceDate
    guard !seconds.isNaN else {
      self = .distantFuture
      return
    }
    // Split before scaling: the product of the whole count and a million would lose the last digits.
    let whole = seconds.rounded(.down)
    guard let wholeSeconds = Int64(exactly: whole) else {
      self = seconds < 0 ? .distantPast : .distantFuture
      return
    }
    let fraction = Int64(((seconds - whole) * 1_000_000).rounded())
    self = Instant(microsecondsSinceEpoch: Instant.referenceDate) + .seconds(wholeSeconds) + .microseconds(fraction)
  }

  /// The instant as a `Date`, to the precision that a `Date` has there.
  public var date: Date {
    let (seconds, microseconds) = microsecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 1_000_000)
    let sinceReference = seconds - Instant.referenceDate / 1_000_000
    return Date(timeIntervalSinceReferenceDate: Double(sinceReference) + Double(microseconds) / 1_000_000)
  }

  /// 2001-01-01T00:00:00Z, which `Date` counts from.
  private static let referenceDate: Int64 = 978_307_200_000_000
}
