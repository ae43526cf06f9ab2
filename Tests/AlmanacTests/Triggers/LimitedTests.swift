import Foundation
import Testing

@testable import Almanac

@Suite("Triggers limited to so many fire times")
struct LimitedTests {
  private func at(_ microseconds: Int64) -> Instant { Instant(microsecondsSinceEpoch: microseconds) }
  private let epoch = Instant(microsecondsSinceEpoch: 0)

  private func fires(_ trigger: Trigger, after start: Instant = .distantPast, most: Int = 50) -> [Instant] {
    var fires: [Instant] = []
    while fires.count < most, let fire = trigger.next(after: fires.last ?? start) { fires.append(fire) }
    return fires
  }

  @Test("an interval with a start fires so many times from it, computed and not counted")
  func interval() throws {
    let base = try Trigger.every(.seconds(1), startingAt: Date(timeIntervalSince1970: 10))
    let trigger = try base.limited(to: 3)
    #expect(fires(trigger) == [at(10_000_000), at(11_000_000), at(12_000_000)])
    #expect(trigger.last(onOrBefore: .distantFuture) == at(12_000_000))
    #expect(trigger.count(after: .distantPast, through: .distantFuture, limit: 9) == .exactly(3))
    let long = try base.limited(to: 4_000_000_000)
    #expect(long.last(onOrBefore: .distantFuture) == at(10_000_000) + .seconds(3_999_999_999))
    #expect(try base.limited(to: .max).next(after: at(10_000_000)) == at(11_000_000))
    let bounded = try base.ending(at: at(11_500_000)).limited(to: 3)
    #expect(fires(bounded).count == 2)
  }

  @Test("without a beginning, it counts from the moment of adding, and remembers it")
  func anchored() throws {
    let cron = try Trigger.cron("0 * * * *").limited(to: 2)
    #expect(cron.next(after: epoch) == at(3_600_000_000))
    #expect(cron.last(onOrBefore: epoch) == nil)
    let stored = cron.anchored(at: epoch)
    #expect(fires(stored) == [at(3_600_000_000), at(7_200_000_000)])
    #expect(stored.next(after: at(7_200_000_000)) == nil)
    #expect(stored.last(onOrBefore: epoch) == nil)
    #expect(stored.hasSameRule(as: cron))
    #expect(stored.hasSameRule(as: cron.anchored(at: at(99))))
    #expect(stored.anchored(at: at(77)) == stored)
    #expect(Trigger(json: stored.json) == stored)
    let every = try Trigger.every(.seconds(5)).limited(to: 2)
    #expect(fires(every.anchored(at: epoch)) == [at(5_000_000), at(10_000_000)])
    #expect(every.anchored(at: epoch).hasSameRule(as: every))
  }

  @Test("bounds before the limit shift the count, bounds after it take away")
  func bounds() throws {
    let hourly = try Trigger.cron("0 * * * *")
    let start = at(7_200_000_000)
    #expect(fires(try hourly.starting(at: start).limited(to: 2)) == [start, at(10_800_000_000)])
    let counted = try Trigger.every(.seconds(3_600), startingAt: Date(timeIntervalSince1970: 0)).limited(to: 3)
    #expect(fires(counted.starting(at: start)) == [start])
    #expect(fires(try Trigger.at(start).limited(to: 5)) == [start])
  }

  @Test("limits out of range, and unreadable triggers, are refused")
  func refusals() throws {
    let cron = try Trigger.cron("0 * * * *")
    #expect(throws: TriggerError.self) { try cron.limited(to: 0) }
    #expect(throws: TriggerError.self) { try cron.limited(to: 100_001) }
    #expect(throws: TriggerError.self) { try Trigger.allOf([cron, cron]).limited(to: 1_001) }
    #expect(throws: TriggerError.self) { try Trigger.unreadable(raw: nil, reason: "no").limited(to: 1) }
    #expect(!Trigger(json: ["kind": "limited", "limit": 3]).isReadable)
    #expect(!Trigger(json: ["kind": "limited", "limit": 3, "trigger": ["kind": "moon"]]).isReadable)
    var deep = cron
    for _ in 0..<7 { deep = try deep.limited(to: 9) }
    #expect(throws: TriggerError.self) { try deep.limited(to: 9).limited(to: 9) }
  }

  @Test("the laws of triggers hold, and the encoded form says the same")
  func laws() throws {
    var samples = TriggerSamples(seed: 21)
    var violations: [String] = []
    for _ in 0..<300 {
      let zone = samples.zone()
      let start = try samples.instant(in: zone)
      guard let (base, text) = try samples.cron(in: zone) else { continue }
      let limit = Int.random(in: 1...8, using: &samples.generator)
      let trigger = try base.limited(to: limit).anchored(at: start)
      for instant in [start, start - .seconds(100_000)] {
        if let violation = TriggerLawTests.violation(of: trigger, from: instant) {
          violations.append("\(text) \(limit) from \(instant): \(violation)")
        }
      }
      var expected: [Instant] = []
      while expected.count < limit, let fire = base.next(after: expected.last ?? start) { expected.append(fire) }
      if fires(trigger) != expected { violations.append("\(text): \(fires(trigger)) for \(expected)") }
      if Trigger(json: trigger.json) != trigger { violations.append("\(text) does not survive its encoded form") }
    }
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }
}
