import Almanac
import Testing

@testable import ExamReminder

@Suite("When people are reminded")
struct PlanTests {
  private func plan(_ local: String, _ zone: String, since: String, _ rules: String = "1d@20:00,2h") throws -> [String]
  {
    let time = ExamTime(
      local: try #require(LocalTime(local)), zone: zone, since: try #require(Instant(rfc3339: since)))
    let plan = try ReminderPlan(time, rules: try ReminderRule.list(rules))
    return plan.moments.map { "\($0.rule) \($0.instant)" } + ["begin \(plan.begin)"]
  }

  @Test(
    "at eight in the evening of the day before, and two hours before, at the exam's place",
    arguments: [
      ("Asia/Shanghai", "2026-06-13T09:00", "2026-06-12T12:00:00Z", "2026-06-12T23:00:00Z"),
      ("Europe/Berlin", "2026-06-13T09:00", "2026-06-12T18:00:00Z", "2026-06-13T05:00:00Z"),
      ("America/New_York", "2026-06-13T09:00", "2026-06-13T00:00:00Z", "2026-06-13T11:00:00Z"),
      ("Australia/Lord_Howe", "2026-06-13T09:00", "2026-06-12T09:30:00Z", "2026-06-12T20:30:00Z"),
    ])
  func zones(zone: String, exam: String, evening: String, morning: String) throws {
    let plan = try self.plan(exam, zone, since: "2026-06-01T00:00:00Z")
    #expect(plan.dropLast() == ["1d@20:00 \(evening)", "2h \(morning)"])
  }

  @Test("the clocks change in the night before: the evening is the evening, and two hours are two hours")
  func clocksChange() throws {
    // In Berlin 02:00 becomes 03:00 on 29 March, and 03:00 becomes 02:00 on 25 October.
    #expect(
      try self.plan("2026-03-29T04:00", "Europe/Berlin", since: "2026-01-01T00:00:00Z")
        == ["1d@20:00 2026-03-28T19:00:00Z", "2h 2026-03-29T00:00:00Z", "begin 2026-03-29T02:00:00Z"])
    #expect(
      try self.plan("2026-10-25T04:00", "Europe/Berlin", since: "2026-01-01T00:00:00Z")
        == ["1d@20:00 2026-10-24T18:00:00Z", "2h 2026-10-25T01:00:00Z", "begin 2026-10-25T03:00:00Z"])
  }

  @Test("who registers late is told at once, and once, whatever has been missed")
  func late() throws {
    #expect(
      try self.plan("2026-06-13T09:00", "Asia/Shanghai", since: "2026-06-12T13:00:00Z")
        == ["1d@20:00 2026-06-12T13:00:00Z", "2h 2026-06-12T23:00:00Z", "begin 2026-06-13T01:00:00Z"])
    #expect(
      try self.plan("2026-06-13T09:00", "Asia/Shanghai", since: "2026-06-13T00:30:00Z")
        == ["2h 2026-06-13T00:30:00Z", "begin 2026-06-13T01:00:00Z"])
  }

  @Test("rules of one moment are one reminder")
  func coinciding() throws {
    #expect(
      try self.plan("2026-06-13T20:00", "Asia/Shanghai", since: "2026-06-01T00:00:00Z", "1d@20:00,24h").count == 2)
  }

  @Test(
    "what is no rule is refused",
    arguments: ["", "1d", "1d@25:00", "0d@20:00", "2x", "h", "-2h", "2h,2h", "1d@20:00:30"])
  func noRules(text: String) {
    #expect(throws: ConfigurationError.self) { try ReminderRule.list(text) }
  }

  @Test("a text is cut to what WeChat takes, and a time is written as WeChat reads it")
  func texts() throws {
    #expect(MessageComposer.thing("大学英语六级") == "大学英语六级")
    #expect(MessageComposer.thing(String(repeating: "长", count: 30)) == String(repeating: "长", count: 19) + "…")
    #expect(MessageComposer.thing(String(repeating: "👩🏽‍🎓", count: 9)).utf16.count <= 20)
    #expect(MessageComposer.time(try #require(LocalTime("2026-06-03T09:05"))) == "2026年6月3日 09:05")
  }

  @Test(
    "what a code of WeChat means",
    arguments: [
      (0, ErrorCodeMeaning.sent), (40_001, .tokenIsStale), (40_014, .tokenIsStale), (42_001, .tokenIsStale),
      (43_101, .refused), (45_009, .limited), (-1, .busy), (47_003, .rejected), (40_037, .rejected),
      (12_345, .rejected),
    ])
  func codes(code: Int, meaning: ErrorCodeMeaning) {
    #expect(ErrorCodeMeaning(code) == meaning)
  }

  @Test("a secret is shown nowhere")
  func secrets() throws {
    let secret = Secret("topsecret")
    var dumped = ""
    dump(["secret": secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\(Optional(secret) as Any)"] {
      #expect(!text.contains("topsecret"))
    }
    let configuration = try Configuration(environment: [
      "WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "topsecret", "WECHAT_TEMPLATE_ID": "t",
    ])
    dump(configuration, to: &dumped)
    #expect(!dumped.contains("topsecret"))
    #expect(!"\(configuration)".contains("topsecret"))
  }

  @Test("every variable that is wrong is named at once")
  func environment() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(environment: [
        "PORT": "http", "REMINDER_RULES": "soon", "WECHAT_FIELDS": "a", "WECHAT_STATE": "x",
      ])
    }
    for name in [
      "PORT", "REMINDER_RULES", "WECHAT_FIELDS", "WECHAT_STATE", "WECHAT_APP_ID", "WECHAT_APP_SECRET",
      "WECHAT_TEMPLATE_ID",
    ] {
      #expect(error?.description.contains(name) == true, "\(name)")
    }
  }
}
