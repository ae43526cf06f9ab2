/// What a language has to be able to say. Every method but ``sentence(_:)`` makes a part of a sentence, without a capital or a stop.
protocol ExplanationWords {
  func at(_ time: StampedInstant) -> String
  func pattern(_ pattern: CivilPattern) -> String
  func interval(microseconds: Int64, anchor: IntervalAnchor) -> String
  func calendarInterval(_ spec: CalendarIntervalRule.Spec) -> String
  /// - Parameter start: the wall-clock time of the first possible fire.
  func recurrence(_ rule: RecurrenceRule, start: CivilSeconds) -> String
  /// The times that are put in or taken out, each as `2026-01-31 09:00`.
  func exceptions(excluded: [String], included: [String]) -> String
  /// The fractions of a second of an expression that has some.
  func fractions(_ expression: String) -> String
  func inZone(_ zone: String) -> String
  /// What becomes of times in gaps and folds; nil for what never happens.
  func policies(gap: GapPolicy?, fold: FoldPolicy?) -> String
  func bounds(start: StampedInstant?, end: StampedInstant?) -> String
  /// - Parameter anchor: from when fire times are counted; nil where the trigger has a beginning of its own.
  func limited(to count: Int, anchor: IntervalAnchor?) -> String
  /// Without the calendar, or only within it.
  func filtered(only: Bool, _ calendar: DayCalendar) -> String
  func shifted(_ shift: DayShift, _ calendar: DayCalendar) -> String
  func combination(_ parts: [String], all: Bool) -> String
  /// A kind of trigger that has no words of its own.
  func other(kind: String, summary: String, zones: [String]) -> String
  func unreadable(_ reason: String) -> String
  func sentence(_ text: String) -> String
}

/// Where the grid of an interval begins.
enum IntervalAnchor {
  case whenAdded
  case added(StampedInstant)
  case chosen(StampedInstant)
}

/// An instant as a zone's wall clock shows it.
struct StampedInstant {
  let date: CivilDate
  let secondOfDay: Int
  let microseconds: Int64
  /// `UTC` or an offset such as `+01:00`.
  let offset: String

  /// Nil for instants before the year 1 and after 9999.
  init?(_ instant: Instant, in zone: ZoneRules) {
    let second = instant.secondsSinceEpoch
    guard (CivilTime.first + 100_000...CivilTime.last - 100_000).contains(second) else { return nil }
    let offset = zone.offset(atSecond: second)
    let parts = CivilTime.split(second + offset)
    (date, secondOfDay) = (parts.date, parts.secondOfDay)
    microseconds = instant.microsecondsSinceEpoch.flooredRemainder(dividingBy: 1_000_000)
    self.offset = zone.identifier == "UTC" ? "UTC" : CivilText.offset(Int(offset))
  }

  /// `09:30`, `09:30:15` or `09:30:15.250`.
  var time: String {
    guard microseconds != 0 else { return Clock.text(secondOfDay) }
    let fraction =
      microseconds % 1_000 == 0
      ? CivilText.padded(Int(microseconds) / 1_000, 3) : CivilText.padded(Int(microseconds), 6)
    return Clock.text(secondOfDay, withSeconds: true) + "." + fraction
  }
}

/// Times of day as text.
enum Clock {
  /// `09:30`, with seconds where there are some or where they are wanted.
  static func text(_ secondOfDay: Int, withSeconds: Bool = false) -> String {
    var text = CivilText.padded(secondOfDay / 3_600, 2) + ":" + CivilText.padded(secondOfDay / 60 % 60, 2)
    if withSeconds || secondOfDay % 60 != 0 { text += ":" + CivilText.padded(secondOfDay % 60, 2) }
    return text
  }

  /// Texts of the same form: with seconds where one of the times has some.
  static func texts(_ times: [Int]) -> [String] {
    let withSeconds = times.contains { $0 % 60 != 0 }
    return times.map { text($0, withSeconds: withSeconds) }
  }
}
