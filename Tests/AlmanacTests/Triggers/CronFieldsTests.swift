import Testing

@testable import Almanac

@Suite("Cron expressions in typed parts")
struct CronFieldsTests {
  @Test("parts print the equivalent expression and make the same trigger")
  func expressions() throws {
    let cases: [(CronFields, String)] = [
      (CronFields(), "* * * * *"),
      (CronFields(minutes: 0), "0 * * * *"),
      (CronFields(minutes: [0, 30], hours: .range(9...17), weekdays: .range(.monday, .friday)), "0,30 9-17 * * 1-5"),
      (CronFields(minutes: .every(15), hours: .range(0...20, by: 4)), "*/15 0-20/4 * * *"),
      (CronFields(seconds: .every(10)), "*/10 * * * * *"),
      (CronFields(minutes: 0, hours: 9, days: .last), "0 9 L * *"),
      (CronFields(minutes: 0, hours: 9, days: .lastWorkday), "0 9 LW * *"),
      (CronFields(minutes: 0, hours: 9, days: .any(of: 1, .workday(nearest: 15))), "0 9 1,15W * *"),
      (CronFields(minutes: 0, hours: 9, weekdays: .nth(2, .tuesday)), "0 9 * * 2#2"),
      (CronFields(minutes: 0, hours: 9, weekdays: .last(.friday)), "0 9 * * 5#L"),
      (CronFields(minutes: 0, hours: 9, weekdays: .range(.friday, .monday)), "0 9 * * 5-6,0-1"),
      (CronFields(minutes: 0, hours: 9, weekdays: .range(.friday, .sunday)), "0 9 * * 5-7"),
      (CronFields(minutes: 0, hours: 9, weekdays: .on(.monday, .thursday)), "0 9 * * 1,4"),
      (CronFields(minutes: 0, hours: 0, days: 13, weekdays: .on(.friday)), "0 0 13 * +5"),
      (CronFields(minutes: 0, hours: 0, days: 13, weekdays: .on(.friday), dayCombination: .either), "0 0 13 * 5"),
      (
        CronFields(minutes: 0, hours: 0, days: 1, months: [1, 7], years: .range(2026...2030)),
        "0 0 0 1 1,7 * 2026-2030"
      ),
    ]
    for (fields, expression) in cases {
      #expect(fields.expression == expression)
      #expect(try Trigger.cron(fields, in: "Asia/Tokyo") == .cron(expression, in: "Asia/Tokyo"))
    }
  }

  @Test("values out of range, empty parts and impossible days are errors")
  func failures() {
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(minutes: 60)) }
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(minutes: [])) }
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(hours: -1)) }
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(minutes: .every(0))) }
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(days: 31, months: 2)) }
    #expect(throws: TriggerParseError.self) { try Trigger.cron(CronFields(weekdays: .nth(6, .monday))) }
    #expect(throws: ZoneError.self) { try Trigger.cron(CronFields(), in: "Mars/Olympus") }
  }

  @Test("Friday the 13th is both")
  func both() throws {
    let trigger = try Trigger.cron(CronFields(minutes: 0, hours: 0, days: 13, weekdays: .on(.friday)))
    let start = try #require(Instant(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(trigger.next(after: start)?.rfc3339() == "2026-02-13T00:00:00Z")
  }
}
