/// English.
struct EnglishWords: ExplanationWords {
  static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let ordinals = ["first", "second", "third", "fourth", "fifth"]

  // MARK: - Small parts

  /// `a, b and c`.
  static func list(_ items: [String], _ word: String = "and") -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(word) " + last
  }

  static func pieces(_ values: [Int], _ name: (Int) -> String = { String($0) }) -> String {
    list(
      ValueShape.ranges(values).map { range in
        range.count == 1 ? name(range.lowerBound) : "\(name(range.lowerBound)) to \(name(range.upperBound))"
      })
  }

  static func weekday(_ weekday: Int) -> String { weekdays[weekday - 1] }
  static func month(_ month: Int) -> String { months[month - 1] }

  /// `1st`, `22nd`.
  static func numeral(_ number: Int) -> String {
    let isTeen = (11...13).contains(number % 100)
    let ending = isTeen ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
    return "\(number)\(ending)"
  }

  /// `first` to `fifth`, then `6th`; from the end `last`, `second to last`.
  static func ordinal(_ number: Int) -> String {
    if number == -1 { return "last" }
    if number < 0 { return ordinal(-number) + " to last" }
    return number >= 1 && number <= ordinals.count ? ordinals[number - 1] : numeral(number)
  }

  /// `day`, `2 days`.
  static func units(_ count: Int64, _ unit: String) -> String { count == 1 ? "1 \(unit)" : "\(count) \(unit)s" }

  /// `every day`, `every 2 days`.
  static func every(_ count: Int, _ unit: String) -> String {
    count == 1 ? "every \(unit)" : "every \(count) \(unit)s"
  }

  private func stamp(_ stamp: StampedInstant) -> String {
    "\(CivilText.date(stamp.date)) \(stamp.time) \(stamp.offset)"
  }

  // MARK: - Kinds

  func at(_ time: StampedInstant) -> String { "once, at \(stamp(time))" }

  func pattern(_ pattern: CivilPattern) -> String { EnglishPattern(pattern).text }

  func interval(microseconds: Int64, anchor: IntervalAnchor) -> String {
    let parts = DurationParts(microseconds).parts.map { Self.units($0.count, $0.unit.rawValue) }
    let text =
      if parts.count == 1, let first = DurationParts(microseconds).parts.first, first.count == 1 {
        "every \(first.unit.rawValue) of elapsed time"
      } else {
        "every \(Self.list(parts)) of elapsed time"
      }
    return switch anchor {
    case .whenAdded: text + ", counted from when the job is added"
    case .added(let instant): text + ", counted from \(stamp(instant)), when the job was added"
    case .chosen(let instant): text + ", starting at \(stamp(instant))"
    }
  }

  func calendarInterval(_ spec: CalendarIntervalRule.Spec) -> String {
    let units = [(spec.years, "year"), (spec.months, "month"), (spec.weeks, "week"), (spec.days, "day")]
      .filter { $0.0 > 0 }
    let interval =
      units.count == 1
      ? Self.every(units[0].0, units[0].1) : "every " + Self.list(units.map { Self.units(Int64($0.0), $0.1) })
    let time = Clock.text(spec.hour * 3_600 + spec.minute * 60 + spec.second)
    let start = spec.start.map { ", from \(CivilText.date($0))" } ?? ", from the day on which the job is added"
    let end = spec.end.map { " through \(CivilText.date($0))" } ?? ""
    let (day, missing) =
      switch spec.recurringDay {
      case .none: ("", "")
      case .ofWeek(let weekday?): (" on \(Self.weekday(weekday))", "")
      case .ofWeek(nil): (" on the same weekday", "")
      case .ofMonth(let day?):
        (" on day \(day) of the month", day > 28 ? ", months without a day \(day) left out" : "")
      case .ofMonth(nil): (" on the same day of the month", ", months without that day left out")
      case .ofYear(let date?):
        (
          " on \(date.day) \(Self.month(date.month))",
          date.month == 2 && date.day == 29 ? ", years without that day left out" : ""
        )
      case .ofYear(nil): (" on the same date", ", years without that date left out")
      }
    return "\(interval)\(day) at \(time)\(start)\(end)\(missing)"
  }

  func recurrence(_ rule: RecurrenceRule, start: CivilSeconds) -> String { EnglishRecurrence(rule, start: start).text }

  func exceptions(excluded: [String], included: [String]) -> String {
    (excluded.isEmpty ? "" : ", except at \(times(excluded))")
      + (included.isEmpty ? "" : ", and also at \(times(included))")
  }

  private static let mostListed = 3

  private func times(_ times: [String]) -> String {
    times.count <= Self.mostListed ? Self.list(times) : "\(times.count) times given one by one"
  }

  func fractions(_ expression: String) -> String { ", at the fractions of a second of \"\(expression)\"" }

  // MARK: - Around

  func inZone(_ zone: String) -> String { zone == "UTC" ? ", UTC" : ", \(zone) time" }

  func policies(gap: GapPolicy?, fold: FoldPolicy?) -> String {
    let gapText: String? =
      switch gap {
      case nil, .auto: nil
      case .skip: "times that the clocks jump over are left out"
      case .atGapEnd: "times that the clocks jump over fire once when the jump is over"
      case .shift: "times that the clocks jump over fire later by the length of the jump"
      }
    let foldText: String? =
      switch fold {
      case nil, .auto: nil
      case .first: "times that the clocks show twice fire the first time only"
      case .last: "times that the clocks show twice fire the second time only"
      case .both: "times that the clocks show twice fire both times"
      }
    let texts = [gapText, foldText].compactMap(\.self)
    return texts.map { "; " + $0 }.joined()
  }

  func bounds(start: StampedInstant?, end: StampedInstant?) -> String {
    (start.map { ", not before \(stamp($0))" } ?? "") + (end.map { ", not after \(stamp($0))" } ?? "")
  }

  func filtered(only: Bool, _ calendar: DayCalendar) -> String {
    EnglishCalendar().filtered(only: only, calendar)
  }

  func shifted(_ shift: DayShift, _ calendar: DayCalendar) -> String { EnglishCalendar().shifted(shift, calendar) }

  func combination(_ parts: [String], all: Bool) -> String {
    (all ? "whenever all of these fire at once: " : "whenever any of these fires: ")
      + Self.list(parts.map { "(\($0))" }, all ? "and" : "or")
  }

  func limited(to count: Int, anchor: IntervalAnchor?) -> String {
    let text = count == 1 ? ", only the first time" : ", only the first \(count) times"
    return switch anchor {
    case nil, .chosen: text
    case .whenAdded: text + " after the job is added"
    case .added(let instant): text + " after \(stamp(instant)), when the job was added"
    }
  }

  func other(kind: String, summary: String, zones: [String]) -> String {
    let isNamed = zones.allSatisfy(summary.contains)
    return "by a rule of the kind \(kind): \(summary)" + (isNamed ? "" : ", times of \(Self.list(zones))")
  }

  func unreadable(_ reason: String) -> String { "never, because the trigger cannot be read: \(reason)" }

  func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.last == "." ? "" : ".")
  }
}

/// A length of elapsed time in the units that people use.
struct DurationParts {
  enum Unit: String {
    case day, hour, minute, second, millisecond, microsecond
  }

  /// The largest unit first, none of them 0.
  let parts: [(count: Int64, unit: Unit)]

  init(_ microseconds: Int64) {
    let units: [(Unit, Int64)] = [
      (.day, 86_400_000_000), (.hour, 3_600_000_000), (.minute, 60_000_000), (.second, 1_000_000),
      (.millisecond, 1_000), (.microsecond, 1),
    ]
    var rest = max(0, microseconds)
    var parts: [(count: Int64, unit: Unit)] = []
    for (unit, length) in units where rest >= length {
      parts.append((rest / length, unit))
      rest %= length
    }
    self.parts = parts
  }
}
