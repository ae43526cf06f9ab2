import Testing

@testable import Almanac

@Suite("Laws of triggers", .aside)
struct TriggerLawTests {
  /// Holds a trigger against everything that has to be true of any trigger; returns what is not.
  static func violation(of trigger: Trigger, from start: Instant) -> String? {
    var instant = start
    var fires: [Instant] = []
    while fires.count < 12, let fire = trigger.next(after: instant) {
      guard fire > instant else { return "next(\(instant)) is \(fire)" }
      guard trigger.last(onOrBefore: fire) == fire else {
        return "last(\(fire)) is \(String(describing: trigger.last(onOrBefore: fire)))"
      }
      let between = Instant(microsecondsSinceEpoch: fire.microsecondsSinceEpoch - 1)
      guard trigger.next(after: between) == fire else { return "next just before \(fire) is another" }
      if let previous = fires.last, trigger.last(onOrBefore: between) != previous {
        return "last just before \(fire) is \(String(describing: trigger.last(onOrBefore: between))), not \(previous)"
      }
      fires.append(fire)
      instant = fire
    }
    guard let last = fires.last else { return nil }
    guard trigger.count(after: start, through: last, limit: 100) == .exactly(fires.count) else {
      return "count up to \(last) is not \(fires.count)"
    }
    if let before = trigger.last(onOrBefore: start), trigger.next(after: before) != fires[0] {
      return "between last and next lies another fire time"
    }
    return nil
  }

  @Test("next and last agree, strictly increase and miss nothing, for random expressions in hard zones")
  func cronLaws() throws {
    var samples = TriggerSamples(seed: 5)
    var violations: [String] = []
    for _ in 0..<3_000 {
      let zone = samples.zone()
      let start = try samples.instant(in: zone)
      guard let (trigger, text) = try samples.cron(in: zone) else { continue }
      if let violation = Self.violation(of: trigger, from: start) {
        violations.append("\(text) from \(start): \(violation)")
      }
    }
    #expect(violations.isEmpty, "\(violations.prefix(5))")
  }

  @Test("a walk second by second over changes of the clocks finds the same fire times")
  func agreesWithSecondBySecondWalk() throws {
    var samples = TriggerSamples(seed: 6)
    var wrong: [String] = []
    for _ in 0..<60 {
      let zone = samples.pick(TriggerSamples.hardZones.filter { $0 != "UTC" })
      let rules = try PinnedZones.zone(zone)
      let end = rules.segment(containing: Int64.random(in: 0...2_500_000_000, using: &samples.generator)).end
      guard end != .max else { continue }
      let expression = samples.pick(["*/7 * * * *", "0,30 0-3 * * *", "15 */2 * * *", "0 0 * * *", "30 1-2 * * *"])
      let gap = samples.pick([GapPolicy.skip, .atGapEnd, .shift])
      let fold = samples.pick([FoldPolicy.first, .last, .both])
      let trigger = try Pinned.cron(expression, dialect: .crontab, in: zone, gap: gap, fold: fold)
      let pattern = try CronDialect.crontab.parse(expression).pattern
      let expected = try naiveFires(of: pattern, in: rules, gap: gap, fold: fold, around: end)
      var found: [Int64] = []
      var instant = Instant(secondsSinceEpoch: end - 20_000 - 1)
      while let fire = trigger.next(after: instant), fire.secondsSinceEpoch < end + 20_000 {
        found.append(fire.secondsSinceEpoch)
        instant = fire
      }
      if found != expected { wrong.append("\(expression) \(zone) \(gap) \(fold) at \(end): \(found) \(expected)") }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(3))")
  }

  /// The definition of the policies, applied to every wall-clock reading of two days, one by one.
  private func naiveFires(
    of pattern: CivilPattern, in rules: ZoneRules, gap: GapPolicy, fold: FoldPolicy, around: Int64
  ) throws -> [Int64] {
    var fires: Set<Int64> = []
    let step: Int64 = 60
    // Offsets of past decades may have odd seconds, but readings that match are whole minutes.
    let middle = (around + rules.offset(atSecond: around)) / 60 * 60
    for local in stride(from: middle - 200_000 / 60 * 60, to: middle + 200_000, by: Int(step)) {
      guard pattern.first(atOrAfter: local) == local else { continue }
      switch rules.resolve(local) {
      case .unique(let offset): fires.insert(local - Int64(offset))
      case .gap(let before, _, let transition):
        if gap == .atGapEnd { fires.insert(transition) }
        if gap == .shift { fires.insert(local - Int64(before)) }
      case .fold(let before, let after, _):
        if fold != .last { fires.insert(local - Int64(before)) }
        if fold != .first { fires.insert(local - Int64(after)) }
      }
    }
    return fires.filter { $0 >= around - 20_000 && $0 < around + 20_000 }.sorted()
  }

  @Test("the ends of time are answered, not trapped on")
  func extremes() throws {
    var samples = TriggerSamples(seed: 7)
    for _ in 0..<100 {
      let zone = samples.zone()
      guard let (trigger, _) = try samples.cron(in: zone) else { continue }
      #expect(trigger.next(after: .distantFuture) == nil)
      #expect(trigger.last(onOrBefore: .distantPast) == nil)
      _ = trigger.next(after: .distantPast)
      _ = trigger.last(onOrBefore: .distantFuture)
    }
    #expect(try Trigger.cron("* * * * *").last(onOrBefore: .distantFuture)?.rfc3339() == "9999-12-31T23:59:00Z")
    #expect(try Trigger.cron("* * * * *").next(after: .distantPast)?.rfc3339() == "0001-01-01T00:00:00Z")
  }

  @Test("a time that lies in a gap every year ends the search")
  func alwaysInGap() throws {
    let trigger = try Pinned.cron("30 2 8-14 3 +SUN", in: "America/New_York", gap: .skip)
    let start = try #require(Instant(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(trigger.next(after: start) == nil)
    let shifted = try Pinned.cron("30 2 8-14 3 +SUN", in: "America/New_York")
    #expect(shifted.next(after: start)?.rfc3339() == "2026-03-08T07:30:00Z")
  }

  @Test("far years are found at once")
  func farYears() throws {
    let trigger = try Pinned.cron("0 0 0 29 2 * 5200-9200/400", in: "America/New_York")
    #expect(trigger.next(after: .distantPast)?.rfc3339() == "5200-02-29T05:00:00Z")
    #expect(trigger.last(onOrBefore: .distantFuture)?.rfc3339() == "9200-02-29T05:00:00Z")
    let sparse = try Pinned.cron("0 0 0 29 2 +MON", in: "Europe/Paris")
    let start = try #require(Instant(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(sparse.next(after: start)?.rfc3339() == "2044-02-28T23:00:00Z")
  }
}
