@testable import Almanac

/// A recurring time as plain sets of values, and as the text of each dialect that can say it.
struct PlainTimes {
  var minutes: [Int]
  var hours: [Int]
  /// nil for all of them.
  var days: [Int]?
  var months: [Int]?
  /// 0 for Sunday.
  var weekdays: [Int]?

  static func random(using generator: inout SeededGenerator, on day: PlainDay) -> PlainTimes {
    func some(_ range: ClosedRange<Int>, _ most: Int) -> [Int] {
      Array(Array(range).shuffled(using: &generator).prefix(.random(in: 1...most, using: &generator))).sorted()
    }
    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }
    // Hours about midnight, where most gaps and folds are, are drawn more often.
    var hours = chance(4) ? Array(0...23) : Set(some(0...23, 3) + some(0...3, 2)).sorted()
    if chance(8) { hours = [0] }
    var times = PlainTimes(minutes: chance(3) ? [0] : some(0...59, 3), hours: hours)
    // Restrictions that keep the days about the moment of interest.
    if chance(4) { times.days = Set(some(1...31, 10) + [day.day]).sorted() }
    if chance(5) { times.months = Set(some(1...12, 6) + [day.month, day.month % 12 + 1]).sorted() }
    if chance(4) { times.weekdays = Set(some(0...6, 3) + [day.weekday]).sorted() }
    return times
  }

  /// Whether a wall-clock reading matches, where both restrictions of the day must hold or either one may.
  func matches(_ local: Int64, eitherDay: Bool = false, years: ClosedRange<Int> = 1...9_999) -> Bool {
    let (dayNumber, second) = local.flooredQuotientAndRemainder(dividingBy: 86_400)
    guard second % 60 == 0, minutes.contains(Int(second) / 60 % 60), hours.contains(Int(second) / 3_600) else {
      return false
    }
    let day = PlainDay(daysSinceEpoch: Int(dayNumber))
    guard years.contains(day.year), months?.contains(day.month) ?? true else { return false }
    if eitherDay, let days, let weekdays { return days.contains(day.day) || weekdays.contains(day.weekday) }
    return (days?.contains(day.day) ?? true) && (weekdays?.contains(day.weekday) ?? true)
  }

  private func text(_ values: [Int]?, all: Int, _ shown: (Int) -> String = { String($0) }) -> String {
    guard let values, values.count < all else { return "*" }
    return values.map(shown).joined(separator: ",")
  }

  private var time: String { "\(text(minutes, all: 60)) \(text(hours, all: 24))" }

  /// Whether neither minute nor hour begins with `*`.
  var isFixed: Bool { minutes.count < 60 && hours.count < 24 }

  var crontab: String {
    "\(time) \(text(days, all: 31)) \(text(months, all: 12)) \(text(weekdays, all: 7))"
  }

  /// With `+`, both restrictions of the day hold.
  func ocps(both: Bool) -> String {
    "0 \(time) \(text(days, all: 31)) \(text(months, all: 12)) \(both ? "+" : "")\(text(weekdays, all: 7))"
  }

  /// nil where both the day and the weekday are restricted, which Quartz cannot say.
  var quartz: String? {
    if let weekdays, weekdays.count < 7 {
      guard days == nil else { return nil }
      return "0 \(time) ? \(text(months, all: 12)) \(text(weekdays, all: 7) { String($0 + 1) })"
    }
    return "0 \(time) \(text(days, all: 31)) \(text(months, all: 12)) ?"
  }

  private var mondayFirst: [Int]? { weekdays.map { $0.map { ($0 + 6) % 7 }.sorted() } }

  var apscheduler: String {
    "\(time) \(text(days, all: 31)) \(text(months, all: 12)) \(text(mondayFirst, all: 7))"
  }

  var apsFields: [String: String] {
    var fields = ["minute": text(minutes, all: 60), "hour": text(hours, all: 24)]
    if days != nil { fields["day"] = text(days, all: 31) }
    if months != nil { fields["month"] = text(months, all: 12) }
    if weekdays != nil { fields["day_of_week"] = text(mondayFirst, all: 7) }
    return fields
  }

  var onCalendar: String {
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let weekday = weekdays.map { $0.map { names[$0] }.joined(separator: ",") + " " } ?? ""
    return
      "\(weekday)*-\(text(months, all: 12))-\(text(days, all: 31)) \(text(hours, all: 24)):\(text(minutes, all: 60))"
  }

  var recurrence: String {
    func list(_ values: [Int]) -> String { values.map(String.init).joined(separator: ",") }
    let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    var parts = ["FREQ=DAILY", "BYHOUR=\(list(hours))", "BYMINUTE=\(list(minutes))", "BYSECOND=0"]
    if let days { parts.append("BYMONTHDAY=\(list(days))") }
    if let months { parts.append("BYMONTH=\(list(months))") }
    if let weekdays { parts.append("BYDAY=" + weekdays.map { names[$0] }.joined(separator: ",")) }
    return parts.joined(separator: ";")
  }
}
