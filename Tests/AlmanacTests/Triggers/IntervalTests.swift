import Foundation
import Testing

@testable import Almanac

@Suite("Intervals, instants and bounds")
struct IntervalTests {
  private let epoch = Instant(microsecondsSinceEpoch: 0)
  private func at(_ microseconds: Int64) -> Instant { Instant(microsecondsSinceEpoch: microseconds) }

  @Test("the grid begins at its start and never drifts")
  func grid() throws {
    let trigger = try Trigger.every(.seconds(7), startingAt: Date(timeIntervalSince1970: 100))
    #expect(trigger.next(after: .distantPast) == at(100_000_000))
    #expect(trigger.next(after: at(100_000_000)) == at(107_000_000))
    #expect(trigger.next(after: at(106_999_999)) == at(107_000_000))
    #expect(trigger.last(onOrBefore: at(106_999_999)) == at(100_000_000))
    #expect(trigger.last(onOrBefore: at(99_999_999)) == nil)
    #expect(trigger.count(after: at(100_000_000), through: at(800_000_000), limit: 1) == .exactly(100))
    let late = at(31_536_000_000_000_000)
    let next = try #require(trigger.next(after: late))
    #expect((next.microsecondsSinceEpoch - 100_000_000) % 7_000_000 == 0)
  }

  @Test("without a start, the first fire is one interval after the job was added")
  func implicitAnchor() throws {
    let unanchored = try Trigger.every(.seconds(10))
    #expect(unanchored.next(after: at(5)) == at(10_000_005))
    #expect(unanchored.last(onOrBefore: at(5)) == nil)
    let stored = unanchored.anchored(at: at(5))
    #expect(stored.next(after: at(5)) == at(10_000_005))
    #expect(stored.next(after: .distantPast) == at(10_000_005))
    #expect(stored.last(onOrBefore: at(5)) == nil)
    #expect(stored.last(onOrBefore: at(20_000_005)) == at(20_000_005))
    #expect(stored.count(after: .distantPast, through: at(30_000_005), limit: 9) == .exactly(3))
    #expect(stored != unanchored)
    #expect(stored.hasSameRule(as: unanchored))
    #expect(unanchored.hasSameRule(as: stored))
    #expect(stored.hasSameRule(as: unanchored.anchored(at: at(99))))
    #expect(!stored.hasSameRule(as: try .every(.seconds(11))))
    #expect(!stored.hasSameRule(as: try .every(.seconds(10), startingAt: Date(timeIntervalSince1970: 0))))
    #expect(stored.anchored(at: at(77)) == stored)
    let bounded = unanchored.ending(at: at(25_000_000))
    #expect(bounded.anchored(at: at(0)).hasSameRule(as: bounded))
    #expect(bounded.anchored(at: at(0)).next(after: at(20_000_000)) == nil)
  }

  @Test("extreme intervals and anchors are safe")
  func extremes() throws {
    for interval in [Duration.microseconds(1), .seconds(Int64.max), .microseconds(Int64.max)] {
      for anchor in [Instant.distantPast, epoch, .distantFuture] {
        let trigger = Trigger(
          IntervalRule(microseconds: interval.saturatedMicroseconds, anchor: anchor, isImplicit: false))
        for instant in [Instant.distantPast, at(-1), epoch, at(1), .distantFuture] {
          if let next = trigger.next(after: instant) {
            #expect(next > instant)
            #expect(trigger.last(onOrBefore: next) == next)
          }
          if let last = trigger.last(onOrBefore: instant) { #expect(last <= instant) }
          _ = trigger.count(after: .distantPast, through: instant, limit: 3)
        }
      }
    }
    let finest = try Trigger.every(.microseconds(1), startingAt: Date(timeIntervalSince1970: 0))
    #expect(finest.next(after: .distantFuture) == nil)
    #expect(finest.count(after: epoch, through: .distantFuture, limit: 5) == .exactly(Int.max))
  }

  @Test("intervals below a microsecond are refused", arguments: [Duration.zero, .nanoseconds(999), .seconds(-1)])
  func tooShort(interval: Duration) {
    #expect(throws: TriggerError.self) { try Trigger.every(interval) }
  }

  @Test("bounds are inclusive and intersect")
  func bounds() throws {
    let base = try Trigger.cron("0 * * * *")
    let bounded = base.starting(at: at(3_600_000_000)).ending(at: at(10_800_000_000))
    #expect(bounded.next(after: .distantPast) == at(3_600_000_000))
    #expect(bounded.next(after: at(7_200_000_000)) == at(10_800_000_000))
    #expect(bounded.next(after: at(10_800_000_000)) == nil)
    #expect(bounded.last(onOrBefore: .distantFuture) == at(10_800_000_000))
    #expect(bounded.last(onOrBefore: at(3_599_999_999)) == nil)
    #expect(bounded.count(after: .distantPast, through: .distantFuture, limit: 10) == .exactly(3))
    let narrower = bounded.starting(at: at(0)).starting(at: at(3_600_000_001)).ending(at: at(7_200_000_000))
    #expect(narrower.next(after: .distantPast) == at(7_200_000_000))
    #expect(narrower.next(after: at(7_200_000_000)) == nil)
    #expect(bounded.count(after: .distantPast, through: .distantFuture, limit: 2) == .atLeast(2))
  }

  @Test("a single instant fires once")
  func once() {
    let trigger = Trigger.at(at(5))
    #expect(trigger.next(after: at(4)) == at(5))
    #expect(trigger.next(after: at(5)) == nil)
    #expect(trigger.last(onOrBefore: at(5)) == at(5))
    #expect(trigger.last(onOrBefore: at(4)) == nil)
    #expect(trigger.count(after: at(4), through: at(5), limit: 9) == .exactly(1))
    #expect(trigger.count(after: at(5), through: at(9), limit: 9) == .exactly(0))
    #expect(trigger.zones.isEmpty)
    #expect(MemoryLayout<Trigger>.size <= 17)
  }
}
