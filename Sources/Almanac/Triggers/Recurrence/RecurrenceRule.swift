/// The parts of an RFC 5545 recurrence rule, checked but not yet joined with a start.
struct RecurrenceRule: Hashable, Sendable {
  enum Frequency: String, CaseIterable, Sendable {
    case yearly = "YEARLY"
    case monthly = "MONTHLY"
    case weekly = "WEEKLY"
    case daily = "DAILY"
    case hourly = "HOURLY"
    case minutely = "MINUTELY"
    case secondly = "SECONDLY"
  }

  /// `-1SU`: a weekday, 0 for Sunday, and which one of the month or year; 0 for each.
  struct Weekday: Hashable, Sendable {
    var ordinal: Int
    var weekday: Int
  }

  enum End: Hashable, Sendable {
    case never
    case count(Int)
    /// An instant, inclusive.
    case until(Instant)
    /// A wall-clock reading, inclusive.
    case untilLocal(CivilSeconds)
  }

  var frequency = Frequency.daily
  var interval = 1
  var end = End.never
  /// 0 for Sunday; Monday where the rule does not say.
  var weekStart = 1
  var seconds: [Int] = []
  var minutes: [Int] = []
  var hours: [Int] = []
  var weekdays: [Weekday] = []
  var monthDays: [Int] = []
  var yearDays: [Int] = []
  var weeks: [Int] = []
  var months: [Int] = []
  var positions: [Int] = []
}
