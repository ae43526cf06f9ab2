import Testing

@testable import Almanac

@Suite("Calendar intervals")
struct CalendarIntervalTests {
  private func fires(_ trigger: Trigger, after start: String, count: Int) throws -> [String] {
    var instant = try #require(Instant(rfc3339: start))
    var fires: [String] = []
    while fires.count < count, let fire = trigger.next(after: instant) {
      fires.append(fire.rfc3339())
      instant = fire
    }
    return fires
  }

  @Test("months that lack the day are passed over")
  func monthEnds() throws {
    let trigger = try Trigger.calendarInterval(months: 1, from: "2026-01-31")
    #expect(
      try fires(trigger, after: "2026-01-01T00:00:00Z", count: 4) == [
        "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z",
      ])
    let leap = try Trigger.calendarInterval(years: 1, from: "2096-02-29")
    #expect(try fires(leap, after: "2096-03-01T00:00:00Z", count: 1) == ["2104-02-29T00:00:00Z"])
  }

  @Test("random access agrees with stepping from the first day")
  func agreesWithSteps() throws {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<150 {
      let months = Int.random(in: 0...30, using: &generator)
      let days = Int.random(in: months == 0 ? 1...60 : 0...40, using: &generator)
      let start = CivilDate(daysSinceEpoch: Int.random(in: 0...20_000, using: &generator))
      let steps = CalendarSteps(start: start, end: nil, months: months, days: days, secondOfDay: 3_600)
      var expected: [Int64] = []
      var date = start
      while expected.count < 150 {
        expected.append(CivilTime.seconds(of: date, hour: 1))
        var total = months
        var moved = date
        while months > 0 {
          if let found = date.adding(months: total) {
            moved = found
            break
          }
          total += months
        }
        date = CivilDate(daysSinceEpoch: moved.daysSinceEpoch + days)
      }
      var local = Int64.min
      for value in expected {
        #expect(steps.first(atOrAfter: local) == value)
        #expect(steps.last(atOrBefore: value) == value)
        local = value + 1
      }
      let probe = Int.random(in: 1..<150, using: &generator)
      #expect(steps.first(atOrAfter: expected[probe]) == expected[probe])
      #expect(steps.last(atOrBefore: expected[probe] - 1) == expected[probe - 1])
    }
  }

  @Test("the laws of triggers hold in hard zones")
  func laws() throws {
    var samples = TriggerSamples(seed: 10)
    var violations: [String] = []
    for _ in 0..<300 {
      let zone = samples.zone()
      var spec = CalendarIntervalRule.Spec(
        months: samples.pick([0, 0, 1, 5, 12]), days: samples.pick([1, 2, 17]), hour: samples.pick([0, 1, 2, 3, 23]),
        minute: samples.pick([0, 15, 30]))
      spec.start = CivilDate(text: samples.pick(["1999-12-31", "1970-01-01", "2011-12-29"]))
      spec.end = samples.pick([nil, CivilDate(year: 2_030, month: 6, day: 30)])
      (spec.gap, spec.fold) = (samples.pick(GapPolicy.allCases), samples.pick(FoldPolicy.allCases))
      let trigger = try Pinned.calendarInterval(spec, in: zone)
      let start = try samples.instant(in: zone)
      if let violation = TriggerLawTests.violation(of: trigger, from: start) {
        violations.append("\(trigger): \(violation)")
      }
    }
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }

  @Test("without a first day, the day on which the job is added is the first")
  func implicitStart() throws {
    let trigger = try Trigger.calendarInterval(days: 3, hour: 9, in: "Asia/Tokyo")
    let now = try #require(Instant(rfc3339: "2026-01-01T20:00:00Z"))
    let stored = trigger.anchored(at: now)
    #expect(stored.next(after: now)?.rfc3339() == "2026-01-02T00:00:00Z")
    #expect(trigger.next(after: now) == stored.next(after: now))
    #expect(stored.hasSameRule(as: trigger))
    #expect(stored.hasSameRule(as: trigger.anchored(at: now + .seconds(1_000_000))))
    #expect(!stored.hasSameRule(as: try .calendarInterval(days: 4, hour: 9, in: "Asia/Tokyo")))
    #expect(stored.anchored(at: now + .seconds(1_000_000)) == stored)
    #expect(Trigger(json: stored.json) == stored)
  }

  @Test("values out of range are refused")
  func refusals() {
    #expect(throws: TriggerError.self) { try Trigger.calendarInterval() }
    #expect(throws: TriggerError.self) { try Trigger.calendarInterval(days: -1) }
    #expect(throws: TriggerError.self) { try Trigger.calendarInterval(days: .max) }
    #expect(throws: TriggerError.self) { try Trigger.calendarInterval(days: 1, hour: 24) }
    #expect(throws: TriggerError.self) { try Trigger.calendarInterval(days: 1, from: "2026-02-30") }
    #expect(throws: TriggerError.self) {
      try Trigger.calendarInterval(days: 1, from: "2026-02-02", through: "2026-02-01")
    }
    #expect(throws: ZoneError.self) { try Trigger.calendarInterval(days: 1, in: "Mars/Base") }
  }

  @Test("huge steps end the sequence")
  func hugeSteps() throws {
    for trigger in [
      try Trigger.calendarInterval(years: 1_000_000, from: "2026-01-01"),
      try Trigger.calendarInterval(years: 300, months: 11, days: 1_000_000, from: "2024-02-29"),
    ] {
      #expect(try fires(trigger, after: "2020-01-01T00:00:00Z", count: 100).count < 30)
      #expect(trigger.last(onOrBefore: .distantFuture) != nil)
    }
  }
}
