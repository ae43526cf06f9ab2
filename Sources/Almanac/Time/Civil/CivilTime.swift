/// Civil seconds: a wall-clock reading as one integer, the seconds since 1970-01-01 00:00:00 *as the wall shows them*.
///
/// In this form a date and time of day compare, add and subtract as plain integers, and turning a reading into an
/// instant is one subtraction of the offset that holds there.
package typealias CivilSeconds = Int64

package enum CivilTime {
  package static let secondsPerDay: Int64 = 86_400

  /// The first and last readings that triggers consider: year 1 to 9999, the years that RFC 3339 can write.
  package static let first: CivilSeconds = -62_135_596_800
  package static let last: CivilSeconds = 253_402_300_799

  @inline(__always)
  package static func seconds(of date: CivilDate, hour: Int = 0, minute: Int = 0, second: Int = 0) -> CivilSeconds {
    Int64(date.daysSinceEpoch) * secondsPerDay + Int64(hour * 3_600 + minute * 60 + second)
  }

  /// The date and the second of the day, 0..<86,400.
  @inline(__always)
  package static func split(_ seconds: CivilSeconds) -> (date: CivilDate, secondOfDay: Int) {
    let (day, second) = seconds.flooredQuotientAndRemainder(dividingBy: secondsPerDay)
    return (CivilDate(daysSinceEpoch: Int(day)), Int(second))
  }
}
