/// A cron expression in parts that the compiler checks, for programs that would otherwise paste one together.
///
/// ```swift
/// var fields = CronFields(minutes: [0, 30], hours: .range(9...17), weekdays: .range(.monday, .friday))
/// fields.days = .last
/// print(fields.expression)                                 // 0,30 9-17 L * +1-5
/// let trigger = try Trigger.cron(fields, in: "Europe/Paris")
/// ```
public struct CronFields: Hashable, Sendable {
  /// How days of the month and weekdays go together, where both are restricted.
  public enum DayCombination: Hashable, Sendable {
    /// A day has to be both: Friday the 13th.
    case both
    /// A day may be either, as in the classical crontab: every Friday, and every 13th.
    case either
  }

  public var seconds: CronPart<CronSecond>
  public var minutes: CronPart<CronMinute>
  public var hours: CronPart<CronHour>
  public var days: CronPart<CronDay>
  public var months: CronPart<CronMonth>
  public var weekdays: CronPart<CronWeekday>
  public var years: CronPart<CronYear>
  public var dayCombination: DayCombination

  public init(
    seconds: CronPart<CronSecond> = 0, minutes: CronPart<CronMinute> = .every, hours: CronPart<CronHour> = .every,
    days: CronPart<CronDay> = .every, months: CronPart<CronMonth> = .every, weekdays: CronPart<CronWeekday> = .every,
    years: CronPart<CronYear> = .every, dayCombination: DayCombination = .both
  ) {
    (self.seconds, self.minutes, self.hours, self.days) = (seconds, minutes, hours, days)
    (self.months, self.weekdays, self.years, self.dayCombination) = (months, weekdays, years, dayCombination)
  }

  /// The equivalent expression in the dialect ``CronDialect/ocps``, as short as that dialect allows.
  public var expression: String {
    let needsPlus = dayCombination == .both && days != .every && weekdays != .every
    var fields = [minutes.text, hours.text, days.text, months.text, (needsPlus ? "+" : "") + weekdays.text]
    if seconds != 0 || years != .every { fields.insert(seconds.text, at: 0) }
    if years != .every { fields.append(years.text) }
    return fields.joined(separator: " ")
  }
}

/// The values of one field of ``CronFields``.
public struct CronPart<Unit>: Hashable, Sendable {
  /// The text of the field in an expression.
  public let text: String

  init(_ text: String) { self.text = text }

  /// Every value.
  public static var every: CronPart { CronPart("*") }

  /// The first value of the field and every `step`-th after it.
  public static func every(_ step: Int) -> CronPart { CronPart("*/\(step)") }

  /// The values of a range, or every `step`-th of them from its first.
  public static func range(_ range: ClosedRange<Int>, by step: Int = 1) -> CronPart {
    CronPart("\(range.lowerBound)-\(range.upperBound)" + (step == 1 ? "" : "/\(step)"))
  }

  /// The values of all the parts.
  public static func any(of parts: CronPart...) -> CronPart { CronPart(parts.map(\.text).joined(separator: ",")) }
}

extension CronPart: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral value: Int) { self.init(String(value)) }
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// These values.
  public init(_ values: some Sequence<Int>) { self.init(values.map(String.init).joined(separator: ",")) }
}

/// The unit of ``CronFields/seconds``, 0 to 59.
public enum CronSecond {}
/// The unit of ``CronFields/minutes``, 0 to 59.
public enum CronMinute {}
/// The unit of ``CronFields/hours``, 0 to 23.
public enum CronHour {}
/// The unit of ``CronFields/days``, 1 to 31.
public enum CronDay {}
/// The unit of ``CronFields/months``, 1 to 12.
public enum CronMonth {}
/// The unit of ``CronFields/years``, 1 to 9999.
public enum CronYear {}

/// A day of the week, the unit of ``CronFields/weekdays``.
public enum CronWeekday: Int, Hashable, Sendable, Codable, CaseIterable {
  case sunday, monday, tuesday, wednesday, thursday, friday, saturday
}

extension CronPart where Unit == CronDay {
  /// The last day of the month.
  public static var last: CronPart { CronPart("L") }
  /// The last day Monday to Friday of the month.
  public static var lastWorkday: CronPart { CronPart("LW") }
  /// The day Monday to Friday that is nearest to a day, within the month.
  public static func workday(nearest day: Int) -> CronPart { CronPart("\(day)W") }
}

extension CronPart where Unit == CronWeekday {
  /// These weekdays.
  public static func on(_ weekdays: CronWeekday...) -> CronPart { CronPart(weekdays.map(\.rawValue)) }
  /// The weekdays from one to another; to Sunday, or over it to the next week.
  public static func range(_ first: CronWeekday, _ last: CronWeekday) -> CronPart {
    guard first.rawValue > last.rawValue else { return .range(first.rawValue...last.rawValue) }
    return last == .sunday
      ? .range(first.rawValue...7) : .any(of: .range(first.rawValue...6), .range(0...last.rawValue))
  }
  /// The n-th such weekday of the month, n from 1 to 5.
  public static func nth(_ number: Int, _ weekday: CronWeekday) -> CronPart {
    CronPart("\(weekday.rawValue)#\(number)")
  }
  /// The last such weekday of the month.
  public static func last(_ weekday: CronWeekday) -> CronPart { CronPart("\(weekday.rawValue)#L") }
}

extension Trigger {
  /// Fires at the wall-clock times of a zone that the fields describe; the same trigger as ``CronFields/expression``
  /// makes in the dialect ``CronDialect/ocps``.
  ///
  /// - Throws: ``TriggerParseError`` where a value is out of range or no time ever matches, ``ZoneError`` where the zone
  ///   is not known.
  public static func cron(
    _ fields: CronFields, in zone: String = "UTC", gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    try .cron(fields.expression, dialect: .ocps, in: zone, gap: gap, fold: fold)
  }
}
