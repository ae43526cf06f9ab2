import Testing

@testable import Almanac

@Suite("Every trigger can be told in every language", .aside)
struct ExplanationLawTests {
  /// A sentence: something before its stop, on one line, nothing of Swift's own spelling of absent values.
  private func check(_ trigger: Trigger, _ comment: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let (english, chinese) = (trigger.explanation(in: .english), trigger.explanation(in: .chinese))
    for text in [english, chinese] {
      #expect(text.count > 1 && !text.contains("\n"), "\(comment): \(text)", sourceLocation: sourceLocation)
      #expect(
        !text.contains("Optional(") && !text.contains("  "), "\(comment): \(text)", sourceLocation: sourceLocation)
    }
    #expect(english.hasSuffix("."), "\(comment): \(english)", sourceLocation: sourceLocation)
    #expect(chinese.hasSuffix("。"), "\(comment): \(chinese)", sourceLocation: sourceLocation)
    // The zone is named, whatever else is said.
    if trigger.isReadable, let zone = trigger.zones.first {
      #expect(english.contains(zone) && chinese.contains(zone), "\(comment)", sourceLocation: sourceLocation)
    }
  }

  @Test("cron expressions in every dialect, drawn from seeds", arguments: UInt64(1)...8)
  func crons(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    for _ in 0..<100 {
      guard let (trigger, text) = try samples.cron(in: samples.zone()) else { continue }
      check(trigger, text)
      let bounded = trigger.starting(at: try samples.instant(in: "UTC")).ending(at: try samples.instant(in: "UTC"))
      check(bounded, "bounded \(text)")
    }
  }

  @Test("APScheduler's fields, drawn from seeds", arguments: UInt64(1)...4)
  func apsFields(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    let choices: [(String, [String])] = [
      ("year", ["*", "2026-2030", "*/4", "2027"]), ("month", ["*", "1-3", "jan,jun", "*/2"]),
      ("day", ["*", "last", "2nd fri", "last sun, 3", "*/5"]), ("week", ["*", "1,20-22", "53"]),
      ("day_of_week", ["*", "mon-fri", "6", "tue,sat"]), ("hour", ["*", "9-17", "*/6"]),
      ("minute", ["*", "*/7", "5,6"]),
      ("second", ["*", "0", "*/15", "3"]),
    ]
    for _ in 0..<100 {
      var fields: [String: JSONValue] = [:]
      for (name, values) in choices where Bool.random(using: &samples.generator) {
        fields[name] = .string(samples.pick(values))
      }
      do {
        check(
          try TriggerQuestion.trigger(dialect: "aps-cron", spec: .object(fields), zone: samples.zone()), "\(fields)")
      } catch let error as TriggerParseError where error.reason == .neverFires {}
    }
  }

  @Test("recurrences, drawn from seeds", arguments: UInt64(1)...8)
  func recurrences(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    let parts = [
      "BYMONTH=1,2,3", "BYMONTH=11", "BYMONTHDAY=1,-1", "BYMONTHDAY=13", "BYDAY=MO", "BYDAY=SA,SU", "BYHOUR=9,10,17",
      "BYMINUTE=0,30", "BYSECOND=0,15", "BYSETPOS=-1,2", "WKST=SU", "COUNT=3", "UNTIL=20301231T000000Z",
      "BYYEARDAY=1,-1", "BYWEEKNO=1,20,-1", "BYDAY=-1FR,2MO",
    ]
    var told = 0
    for _ in 0..<200 {
      let frequency = samples.pick(RecurrenceRule.Frequency.allCases).rawValue
      let chosen = parts.filter { _ in Int.random(in: 0..<5, using: &samples.generator) == 0 }
      let interval = Int.random(in: 1...4, using: &samples.generator)
      let rule = (["FREQ=\(frequency)", "INTERVAL=\(interval)"] + chosen).joined(separator: ";")
      // Some draws are no rules, or never fire; that is others' to test.
      guard
        let trigger = try? Trigger.recurrence(
          rule, from: samples.pick(["2026-01-31T09:00:00", "2024-02-29T23:59:59"]), in: samples.zone(),
          except: samples.pick([[], ["2026-02-01T09:00:00"]]), also: samples.pick([[], ["2026-03-01T09:00:00"]]))
      else { continue }
      told += 1
      check(trigger, rule)
    }
    #expect(told > 20)
  }

  @Test("intervals, calendar intervals, single times and combinations, drawn from seeds", arguments: UInt64(1)...4)
  func others(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    for _ in 0..<100 {
      let zone = samples.zone()
      let length = Duration.microseconds(
        Int64.random(in: 1...samples.pick([1_000, 100_000_000, .max]), using: &samples.generator))
      let interval = try Trigger.every(length)
      let anchored = interval.anchored(at: try samples.instant(in: zone))
      let calendar = try Trigger.calendarInterval(
        years: samples.pick([0, 1, 2]), months: samples.pick([0, 1, 5]), days: samples.pick([1, 3]),
        hour: samples.pick([0, 2, 9]), minute: samples.pick([0, 30]), from: samples.pick([nil, "2026-01-31"]),
        through: samples.pick([nil, "2036-01-31"]), in: zone)
      let single = Trigger.at(try samples.instant(in: zone))
      for trigger in [interval, anchored, calendar, single] { check(trigger, "\(trigger)") }
      check(try .anyOf([interval, calendar, single]), "any")
      check(try .allOf([calendar, .anyOf([single, anchored])]).ending(at: try samples.instant(in: zone)), "all")
    }
  }

  @Test("what no year can show, and what cannot be read")
  func edges() throws {
    check(.at(.distantPast), "distant past")
    check(.at(.distantFuture), "distant future")
    check(Trigger.at(.distantPast).starting(at: .distantPast).ending(at: .distantFuture), "bounds")
    check(try Trigger.every(.seconds(1)).anchored(at: .distantPast), "anchor")
    check(.unreadable(raw: ["kind": "moon"], reason: "the kind \"moon\"\nis not known"), "unreadable")
    for expression in ["@1767225600", "*-*-* *:*:0.25/0.5", "Mon *-02..04-01/2 0/3:5 Europe/Paris", "2199-12-31"] {
      check(try .onCalendar(expression, in: "America/New_York"), expression)
    }
  }

  @Test("a kind without words of its own is told by its summary, with its zones")
  func fallback() {
    final class Tide: TriggerRule {
      func next(after instant: Instant) -> Instant? { nil }
      func last(onOrBefore instant: Instant) -> Instant? { nil }
      var form: TriggerForm { TriggerForm(kind: "tide", members: [:]) }
      var summary: String { "at high tide" }
      var zones: [String] { ["Europe/London"] }
    }
    let trigger = Trigger(Tide())
    #expect(trigger.explanation() == "By a rule of the kind tide: at high tide, times of Europe/London.")
    #expect(trigger.explanation(in: .chinese) == "按 tide 类规则触发：at high tide（Europe/London 时间）。")
  }

  @Test("policies are told only where the trigger can meet a gap or a fold")
  func policies() throws {
    // The clocks of New York change on Sundays at 02:00.
    let monday = try Trigger.cron("30 2 * * MON", dialect: .crontab, in: "America/New_York")
    let sunday = try Trigger.cron("30 2 * * SUN", dialect: .crontab, in: "America/New_York")
    let early = try Trigger.cron("30 1 * * *", dialect: .crontab, in: "America/New_York")
    #expect(!monday.explanation().contains("clocks"))
    #expect(sunday.explanation().contains("jump over") && !sunday.explanation().contains("show twice"))
    #expect(early.explanation().contains("show twice") && !early.explanation().contains("jump over"))
    for zone in ["UTC", "Asia/Shanghai"] {
      #expect(!(try Trigger.cron("30 2 * * *", in: zone).explanation().contains("clocks")), "\(zone)")
    }
    let told = try GapPolicy.allCases.map {
      try Trigger.cron("30 2 * * *", in: "Europe/Berlin", gap: $0, fold: .both).explanation(in: .chinese)
    }
    #expect(Set(told).count == GapPolicy.allCases.count - 1, "auto is shift here")
    #expect(told.allSatisfy { $0.contains("两次都触发") })
  }
}
