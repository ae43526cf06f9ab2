import Almanac
import CMeasure
import Foundation

extension NextScenario {
  static func recurrence(_ rule: String, except excluded: [String] = [], also included: [String] = []) throws
    -> Trigger
  {
    try .recurrence(
      rule, from: "2026-01-01T09:00:00", in: "America/New_York", except: excluded, also: included)
  }

  static func mixedSteps() throws -> Trigger {
    try .calendarInterval(months: 1, days: 1, from: "2026-01-31", in: "America/New_York")
  }

  /// A trigger of each kind, dialect and way of search, beside those with a goal.
  static func everyKind() throws -> [(String, Trigger)] {
    let zone = "America/New_York"
    let crons: [(CronDialect, String)] = [
      (.ocps, "0 30 9 L * FRI#L"), (.quartz, "0 0 9 ? * 6L"), (.quartz, "0 0 9 15W * ?"),
      (.apscheduler, "0 9 * * mon-fri"),
    ]
    var kinds = try crons.map { dialect, expression in
      ("\(dialect.rawValue) \(expression)", try Trigger.cron(expression, dialect: dialect, in: zone))
    }
    let weekdays = try Trigger.cron("0 9 * * MON-FRI", in: zone)
    let hourly = try Trigger.every(.seconds(3_600), startingAt: Date(timeIntervalSince1970: 0))
    kinds += [
      ("hash H H(2-5) * * *", try .cron("H H(2-5) * * *", in: zone, hash: "job")),
      ("fields of APScheduler", try TriggerQuestion.trigger(dialect: "aps-cron", spec: ["week": "*/2"], zone: zone)),
      ("interval", hourly), ("interval without a start", try .every(.seconds(7))),
      ("calendar interval, months", try .calendarInterval(months: 1, from: "2026-01-31", in: zone)),
      ("calendar interval, days", try .calendarInterval(days: 3, hour: 9, from: "2026-01-31", in: zone)),
      ("calendar interval without a start", try .calendarInterval(months: 1, days: 1, in: zone)),
      ("on calendar Mon..Fri *-*-* 09:00", try .onCalendar("Mon..Fri *-*-* 09:00", in: zone)),
      ("on calendar *:*:0/0.25", try .onCalendar("*:*:0/0.25", in: zone)),
      ("any of three", try .anyOf([weekdays, .cron("30 9 * * *", in: zone), hourly])),
      ("all of two", try .allOf([weekdays, hourly])),
      ("limited", try hourly.limited(to: 1_000_000)),
      ("with bounds", weekdays.starting(at: Instant(microsecondsSinceEpoch: 0)).ending(at: Instant.distantFuture)),
    ]
    let rules = [
      "FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=1,100,-1",
      "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
      "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "FREQ=DAILY;BYHOUR=9,12,18;BYSETPOS=-1", "FREQ=HOURLY;INTERVAL=6",
      "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11", "FREQ=SECONDLY;INTERVAL=90;BYDAY=MO",
      "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1;COUNT=10000", "FREQ=DAILY;INTERVAL=10;UNTIL=99991231T000000Z",
    ]
    kinds += try rules.map { ("\($0)  New York", try recurrence($0)) }
    kinds.append(
      (
        "FREQ=DAILY with dates out and in  New York",
        try recurrence("FREQ=DAILY", except: ["2026-01-02T09:00:00"], also: ["2026-01-02T10:00:00"])
      ))
    return kinds
  }

  /// Recurrences that never fire, one for each way in which that is seen only after a long search.
  static let neverFiring = [
    "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=" + (32...335).map(String.init).joined(separator: ","),
    "FREQ=MONTHLY;BYDAY=" + (6...53).map { "\($0)MO,-\($0)SU" }.joined(separator: ","),
    "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2", "FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=31;BYDAY=6MO",
    "FREQ=YEARLY;INTERVAL=100;BYYEARDAY=366;BYMONTH=11", "FREQ=YEARLY;BYWEEKNO=53;BYMONTHDAY=10",
    "FREQ=YEARLY;BYDAY=MO;BYMONTH=2;BYSETPOS=6", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
    "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=3", "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=1000000000;BYMONTH=2",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=10", "FREQ=HOURLY;INTERVAL=24;BYHOUR=10;BYYEARDAY=1,-1",
    "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=9;BYMINUTE=1", "FREQ=SECONDLY;INTERVAL=3600;BYSECOND=1",
    "FREQ=SECONDLY;INTERVAL=7;BYMONTHDAY=30;BYMONTH=2", "FREQ=SECONDLY;INTERVAL=86400;BYMINUTE=1",
  ]

  /// The time from the text to the answer that it never fires, the best of three.
  static func measureRefusal(of rule: String) {
    var best = Int64.max
    var isRefused = true
    for _ in 0..<3 {
      let begin = measure_monotonic_ns()
      isRefused = (try? recurrence(rule)) == nil && isRefused
      best = min(best, measure_monotonic_ns() - begin)
    }
    let answer = isRefused ? "never" : "fires"
    Report.line("next", String(rule.prefix(58)), "\(answer), \(Report.count(Double(best) / 1e3)) µs")
  }
}
