import Synchronization
import Testing

@testable import Almanac

@Suite("The latest missed fire time costs no more after ten years than after a minute")
struct BoundedSearchTests {
  /// A set of times that counts what it is asked.
  private final class Counter: Sendable {
    private let asked = Atomic<Int>(0)
    var count: Int { asked.load(ordering: .relaxed) }
    func add() { asked.add(1, ordering: .relaxed) }
  }

  private struct Counted<Base: CivilTimeSet>: CivilTimeSet {
    let base: Base
    let counter: Counter

    func first(atOrAfter local: CivilSeconds) -> CivilSeconds? {
      counter.add()
      return base.first(atOrAfter: local)
    }

    func last(atOrBefore local: CivilSeconds) -> CivilSeconds? {
      counter.add()
      return base.last(atOrBefore: local)
    }
  }

  /// How many questions a search puts to the set of times.
  private func questions<Base: CivilTimeSet>(
    _ base: Base, _ zone: ZoneRules, _ ask: (ZonedWalk<Counted<Base>>) -> Int64?
  ) -> (answer: Int64?, count: Int) {
    let counter = Counter()
    let walk = ZonedWalk(times: Counted(base: base, counter: counter), zone: zone, gap: .shift, fold: .first)
    let answer = ask(walk)
    return (answer, counter.count)
  }

  @Test("the walk through a zone asks for a few times, however far they are from the last one that ran")
  func walk() throws {
    let now: Int64 = 1_780_000_000
    let patterns = try ["* * * * *", "0 3 * * *", "30 2 * * SUN", "0 0 29 2 *", "15 4 L * *", "0 0 1 1 +MON"].map {
      try CronDialect.ocps.parse($0).pattern
    }
    for name in TriggerSamples.hardZones {
      let zone = try PinnedZones.zone(name)
      for pattern in patterns {
        for passed: Int64 in [60, 86_400, 366 * 86_400, 3_653 * 86_400] {
          let found = questions(pattern, zone) { $0.last(atOrBefore: now + passed) }
          #expect(found.answer != nil)
          // The present segment of the zone, and those beside the time that was found.
          #expect(found.count <= 8, "\(name) \(passed)")
          #expect(questions(pattern, zone) { $0.first(atOrAfter: now + passed) }.count <= 8)
        }
      }
    }
  }

  @Test("the latest fire time is the one that a walk from fire to fire ends with")
  func agreesWithWalking() throws {
    var random = RandomTriggers(seed: 31)
    var checked = 0
    for _ in 0..<150 {
      let zone = random.samples.zone()
      guard let (trigger, label) = try random.trigger(in: zone) else { continue }
      let start = try random.samples.instant(in: zone)
      var latest: Instant?
      var instant = start
      var steps = 0
      while steps < 40, let fire = trigger.next(after: instant) {
        (latest, instant) = (fire, fire)
        steps += 1
      }
      guard let latest else { continue }
      checked += 1
      #expect(trigger.last(onOrBefore: latest) == latest, "\(label) in \(zone)")
      // Just before the fire time after it, the latest one is still the same.
      if let next = trigger.next(after: latest) {
        let before = Instant(microsecondsSinceEpoch: next.microsecondsSinceEpoch - 1)
        #expect(trigger.last(onOrBefore: before) == latest, "\(label) in \(zone)")
      }
    }
    #expect(checked > 80)
  }

  @Test(
    "rules that no date matches are refused, without a look at every day there is",
    arguments: [
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=11",
      "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
      "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54",
      "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "FREQ=DAILY;BYHOUR=1,2;BYSETPOS=3",
      "FREQ=YEARLY;BYDAY=53MO;BYMONTHDAY=1;BYMONTH=6",
      "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12;BYMONTHDAY=28", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
      "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
      "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=7", "FREQ=SECONDLY;INTERVAL=86400;BYSECOND=30",
      "FREQ=DAILY;INTERVAL=7;BYDAY=SU",
      "FREQ=WEEKLY;INTERVAL=1000000000;BYDAY=MO;BYMONTH=7", "FREQ=SECONDLY;BYSETPOS=2",
      "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    ])
  func neverFires(rule: String) throws {
    // 1 January 2026 is a Thursday, no year from it in steps of four is a leap year.
    do {
      _ = try Trigger.recurrence(rule, from: "2026-01-01T00:00:00")
      Issue.record("accepted \(rule)")
    } catch let error as TriggerParseError {
      #expect(error.reason == .neverFires)
    }
  }

  @Test("months and days together are found in the far future without a walk through all the days before")
  func mixedStepsFarAway() throws {
    let trigger = try Trigger.calendarInterval(months: 1, days: 1, hour: 3, from: "2026-01-31")
    let end = try #require(trigger.last(onOrBefore: .distantFuture))
    // Walked step by step, each of these questions would take some hundred thousand steps.
    var instant = end
    for _ in 0..<2_000 {
      let earlier = try #require(
        trigger.last(onOrBefore: Instant(microsecondsSinceEpoch: instant.microsecondsSinceEpoch - 1)))
      #expect(trigger.next(after: earlier) == instant)
      instant = earlier
    }
    #expect(trigger.next(after: end) == nil)
  }

  @Test("numbers at the ends of their types are answered or refused")
  func extremes() throws {
    let intervals: [JSONValue] = [
      .integer(.min), .integer(.max), .integer(-1), 1e300, -1e300, .number(.infinity), .number(.nan),
    ]
    for seconds in intervals {
      for unit in ["weeks", "days", "hours", "minutes", "seconds"] {
        _ = try? TriggerQuestion.trigger(dialect: "aps-interval", spec: [unit: seconds], zone: "UTC")
      }
      for unit in ["years", "months", "weeks", "days", "hour"] {
        _ = try? TriggerQuestion.trigger(
          dialect: "aps-calendarinterval", spec: [unit: seconds, "start_date": "9999-12-31"], zone: "UTC")
      }
    }
    for count in [Int.min, -1, 0, Int.max] {
      #expect(throws: TriggerError.self) { try Trigger.cron("* * * * *").limited(to: count) }
    }
    let minutes = try Trigger.cron("* * * * *")
    #expect(minutes.count(after: .distantPast, through: .distantFuture, limit: 0) == .atLeast(0))
    #expect(minutes.count(after: .distantFuture, through: .distantPast, limit: .max) == .exactly(0))
    #expect(minutes.count(after: .distantPast, through: .distantFuture, limit: -5) == .atLeast(0))
  }
}
