import Testing

@testable import Almanac

@Suite("Triggers with calendars are told as people tell them")
struct CalendarExplanationTests {
  private func check(_ trigger: Trigger, _ english: String, _ chinese: String) {
    #expect(trigger.explanation(in: .english) == english)
    #expect(trigger.explanation(in: .chinese) == chinese)
  }

  @Test("what is left out, and what alone is kept")
  func filtered() throws {
    let daily = try Trigger.cron("0 9 * * *", in: "Asia/Shanghai")
    check(
      try daily.excluding(.weekend), "At 09:00 every day, Asia/Shanghai time, except on Saturday and Sunday.",
      "每天 09:00（Asia/Shanghai 时间），不含周六、周日。")
    check(
      try daily.only(on: .mondayToFriday), "At 09:00 every day, Asia/Shanghai time, only on Monday to Friday.",
      "每天 09:00（Asia/Shanghai 时间），仅限周一至周五。")
    check(
      try daily.only(on: .days(["2026-01-01", "2026-02-15/2026-02-23"]).complement),
      "At 09:00 every day, Asia/Shanghai time, except on 2026-01-01 and 2026-02-15 to 2026-02-23.",
      "每天 09:00（Asia/Shanghai 时间），不含 2026 年 1 月 1 日、2026 年 2 月 15 日至 2026 年 2 月 23 日。")
    var named = try DayCalendar.businessDays(holidays: ["2026-01-01"])
    named.name = "China 2026"
    check(
      try daily.only(on: named), "At 09:00 every day, Asia/Shanghai time, only during \"China 2026\".",
      "每天 09:00（Asia/Shanghai 时间），仅限“China 2026”期间。")
  }

  @Test("the zone of a calendar is named where it is another")
  func zones() throws {
    check(
      try Trigger.cron("*/10 * * * *", in: "UTC").excluding(.times(from: "22:00", to: "06:00"), in: "Asia/Tokyo"),
      "Every 10 minutes, UTC, except from 22:00 to 06:00, Asia/Tokyo time.",
      "每 10 分钟（UTC），不含 22:00 至 06:00（Asia/Tokyo 时间）。")
  }

  @Test("what is moved")
  func shifted() throws {
    let monthly = try Trigger.cron("30 9 15 * *", in: "Europe/Paris")
    check(
      try monthly.shifted(to: .nextBusinessDay, by: .mondayToFriday),
      "At 09:30 on day 15 of the month, Europe/Paris time; what falls on no business day (on Monday to Friday) moves to the next one.",
      "每月 15 日 09:30（Europe/Paris 时间）；不在工作日（周一至周五）的，顺延到下一个工作日。")
    check(
      try monthly.shifted(to: .previousBusinessDay, by: .weekend.complement.subtracting(.yearly(["12-25"]))),
      "At 09:30 on day 15 of the month, Europe/Paris time; what falls on no business day (not on Saturday and Sunday and not on 25 December of every year) moves to the previous one.",
      "每月 15 日 09:30（Europe/Paris 时间）；不在工作日（非周六、周日且非每年 12 月 25 日）的，提前到上一个工作日。")
  }

  @Test("any calendar can be told, in one line, with nothing of Swift's own spelling", arguments: UInt64(1)...4)
  func laws(seed: UInt64) throws {
    var samples = TriggerSamples(seed: 80 + seed)
    for _ in 0..<100 {
      let calendar = try DayCalendarTests.draw(&samples)
      let zone = samples.zone()
      let base = try Trigger.cron("0 9 * * *", in: zone)
      for trigger in [
        try base.excluding(calendar, in: "Asia/Tokyo"), try base.shifted(to: .nextBusinessDay, by: calendar),
      ] {
        for text in [trigger.explanation(in: .english), trigger.explanation(in: .chinese)] {
          #expect(trigger.zones.allSatisfy(text.contains), "\(text)")
          #expect(!text.contains("\n") && !text.contains("  ") && !text.contains("Optional("), "\(text)")
        }
      }
    }
  }
}
