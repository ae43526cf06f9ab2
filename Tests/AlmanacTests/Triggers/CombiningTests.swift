import Foundation
import Testing

@testable import Almanac

@Suite("Unions and intersections")
struct CombiningTests {
  private func at(_ microseconds: Int64) -> Instant { Instant(microsecondsSinceEpoch: microseconds) }

  private func grid(_ interval: Int64, from anchor: Int64) -> Trigger {
    Trigger(IntervalRule(microseconds: interval, anchor: at(anchor), isImplicit: false))
  }

  @Test("intersections of intervals are exact, for all small intervals and anchors")
  func intervalIntersections() throws {
    for (first, second) in (1...9).flatMap({ first in (1...9).map { (Int64(first), Int64($0)) } }) {
      for (firstAnchor, secondAnchor) in [(0, 0), (0, 1), (3, 1), (-7, 12), (5, -2)] as [(Int64, Int64)] {
        let trigger = try Trigger.allOf([grid(first, from: firstAnchor), grid(second, from: secondAnchor)])
        let expected = (max(firstAnchor, secondAnchor)...200).filter {
          ($0 - firstAnchor) % first == 0 && ($0 - secondAnchor) % second == 0
        }
        var found: [Int64] = []
        var instant = at(-100)
        while let fire = trigger.next(after: instant), fire <= at(200) {
          found.append(fire.microsecondsSinceEpoch)
          instant = fire
        }
        #expect(found == expected)
        #expect(trigger.last(onOrBefore: at(200))?.microsecondsSinceEpoch == expected.last)
      }
    }
    let extreme = try Trigger.allOf([grid(.max, from: .min), grid(.max - 1, from: .min + 1)])
    _ = extreme.next(after: .distantPast)
    #expect(try Trigger.allOf([grid(.max, from: 0), grid(.max - 1, from: 0)]).next(after: at(-1)) == at(0))
  }

  @Test("intervals that meet again only after longer than 64 bits meet once, or twice, and never where only one fires")
  func longPeriods() throws {
    let (first, second) = (Int64(1) << 40, Int64(1) << 40 + 1)
    for anchor in [0, -1, -1_000_000_000, .min] as [Int64] {
      let once = try Trigger.allOf([grid(first, from: anchor), grid(second, from: anchor)])
      #expect(once.next(after: at(anchor)) == nil)
      #expect(once.last(onOrBefore: .distantFuture) == at(anchor))
      if anchor > .min { #expect(once.next(after: .distantPast) == at(anchor)) }
    }
    // 3 times 2^61 and 2^62 meet every 3 times 2^62, which lies between 2^63 and 2^64.
    let (long, longer) = (Int64(3) << 61, Int64(1) << 62)
    let early: Int64 = -6_000_000_000_000_000_000
    let late = Int64(Int128(early) + Int128(3) << 62)
    let twice = try Trigger.allOf([grid(long, from: early), grid(longer, from: early)])
    #expect(twice.next(after: .distantPast) == at(early))
    #expect(twice.next(after: at(early)) == at(late))
    #expect(twice.next(after: at(late)) == nil)
    #expect(twice.last(onOrBefore: .distantFuture) == at(late))
    #expect(twice.last(onOrBefore: at(late - 1)) == at(early))
    // A third interval takes one of the two, or none.
    let third = try Trigger.allOf([grid(long, from: early), grid(longer, from: early), grid(7, from: late)])
    #expect(third.next(after: .distantPast) == at(late))
    let none = try Trigger.allOf([grid(long, from: early), grid(longer, from: early), grid(2, from: early + 1)])
    #expect(none.next(after: .distantPast) == nil)
    #expect(none.last(onOrBefore: .distantFuture) == nil)
  }

  @Test("the laws of triggers hold for combinations")
  func laws() throws {
    var samples = TriggerSamples(seed: 11)
    var violations: [String] = []
    for _ in 0..<100 {
      let zone = samples.zone()
      var members: [Trigger] = []
      while members.count < 3 {
        if let trigger = try? Pinned.cron(samples.crontab(), dialect: .crontab, in: samples.zone()) {
          members.append(trigger)
        }
      }
      let start = try samples.instant(in: zone)
      let union = try Trigger.anyOf(members)
      let both = try Trigger.allOf([union, try Pinned.cron("* * * * *", in: zone, gap: .skip, fold: .both)])
      for trigger in [union, both] {
        if let violation = TriggerLawTests.violation(of: trigger, from: start) {
          violations.append("\(trigger): \(violation)")
        }
      }
    }
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }

  @Test("triggers that never meet end the search, also in each other")
  func neverMeeting() throws {
    let even = try Trigger.cron("*/2 * * * *")
    let odd = try Trigger.cron("1-59/2 * * * *")
    let never = try Trigger.allOf([even, odd])
    #expect(never.next(after: at(0)) == nil)
    #expect(never.last(onOrBefore: at(0)) == nil)
    let nested = try Trigger.allOf([odd, .anyOf([never, even])])
    #expect(nested.next(after: at(0)) == nil)
    #expect(nested.last(onOrBefore: at(0)) == nil)
    let deep = try Trigger.allOf([odd, .anyOf([nested, even])])
    #expect(deep.next(after: at(0)) == nil)
  }

  @Test("a daily time and an interval that shifts by a second a day meet after months")
  func rareMeeting() throws {
    let trigger = try Trigger.allOf([
      .every(.seconds(86_399), startingAt: Date(timeIntervalSince1970: 20_000)), .cron("0 0 * * *"),
    ])
    #expect(trigger.next(after: at(0)) == at(20_000 * 86_400_000_000))
  }

  @Test("empty, oversized, deep and unreadable combinations are refused")
  func refusals() throws {
    let minute = try Trigger.cron("* * * * *")
    #expect(throws: TriggerError.self) { try Trigger.anyOf([]) }
    #expect(throws: TriggerError.self) { try Trigger.allOf(Array(repeating: minute, count: 257)) }
    #expect(throws: TriggerError.self) { try Trigger.allOf([minute, .unreadable(raw: nil, reason: "no")]) }
    var deep = minute
    for _ in 0..<8 { deep = try .anyOf([deep]) }
    #expect(throws: TriggerError.self) { try Trigger.anyOf([deep]) }
  }

  @Test("members are encoded in full, and anchored")
  func coding() throws {
    let trigger = try Trigger.anyOf([.every(.seconds(60)), .cron("0 9 * * *", in: "Europe/Paris"), .at(at(1))])
    #expect(Trigger(json: trigger.json) == trigger)
    #expect(trigger.zones == ["Europe/Paris"])
    let stored = trigger.anchored(at: at(7))
    #expect(stored != trigger)
    #expect(stored.hasSameRule(as: trigger))
    #expect(stored.next(after: at(7)) == at(60_000_007))
    #expect(Trigger(json: ["kind": "all-of", "triggers": [["kind": "moon"]]]).isReadable == false)
  }
}
