import Almanac
import CMeasure

/// Nanoseconds and allocations a fire time, walking forward from one to the next; then triggers of every kind, to see that
/// none allocates, and the rules that take longest to be found to never fire.
enum NextScenario {
  private static let crons: [(expression: String, zones: [String])] = [
    ("* * * * *", ["UTC", "America/New_York"]), ("0 9 * * MON-FRI", ["UTC", "America/New_York"]),
    ("0 0 29 2 *", ["UTC", "America/New_York"]), ("30 2 * * SUN", ["America/New_York"]),
    ("*/7 8-18 1-15 1,6 *", ["America/New_York"]),
  ]

  private static let recurrences = [
    "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
  ]

  @Sendable static func run() async throws {
    for (expression, zones) in crons {
      for zone in zones {
        measure("\(expression)  \(zone)", try .cron(expression, dialect: .crontab, in: zone))
      }
    }
    for rule in recurrences { measure("\(rule)  New York", try recurrence(rule)) }
    for (name, trigger) in try everyKind() { measure(name, trigger) }
    measure("calendar interval, months and days", try mixedSteps(), fires: fewFires)
    for rule in neverFiring { measureRefusal(of: rule) }
  }

  private static let passes = 5
  private static let fires = 400_000
  /// Of steps of months and days together those of three centuries: each depends on the one before, and only so many are
  /// kept to start from.
  static let fewFires = 3_000

  /// The median of five passes.
  private static func measure(_ name: String, _ trigger: Trigger, fires: Int = Self.fires) {
    guard let start = Instant(rfc3339: "2026-01-01T00:00:00Z") else { return }
    var figures: [Int64] = []
    var allocations: Int64 = 0
    for pass in 0...passes {
      var instant = start
      let before = measure_allocations()
      let begin = measure_monotonic_ns()
      for _ in 0..<fires { instant = trigger.next(after: instant) ?? start }
      let nanoseconds = measure_monotonic_ns() - begin
      // The first pass warms the caches, and makes what is made once.
      guard pass > 0 else { continue }
      allocations = max(allocations, measure_allocations() - before)
      figures.append(nanoseconds)
    }
    let nanoseconds = Double(Report.percentile(figures, 0.5)) / Double(fires)
    let perFire = Double(allocations) / Double(fires)
    Report.line(
      "next", name,
      "\(Report.count(nanoseconds)) ns, \(measure_allocations() < 0 ? "?" : allocations == 0 ? "0" : "\(perFire)") allocations"
    )
  }
}
