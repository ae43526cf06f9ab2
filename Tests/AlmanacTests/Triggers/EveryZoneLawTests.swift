import Foundation
import Testing

@testable import Almanac

@Suite("Laws of triggers of every kind, in every zone of the system", .aside)
struct EveryZoneLawTests {
  @Test(
    "next and last agree, strictly increase and miss nothing, also after a way through JSON text",
    arguments: PropertySeeds.all)
  func laws(seed: UInt64) throws {
    var random = RandomTriggers(seed: seed)
    var violations: [String] = []
    var kinds: [String: Int] = [:]
    for name in ZoneDatabase.system.identifiers {
      guard let (trigger, label) = try random.trigger(in: name) else { continue }
      let start = try random.samples.instant(in: name)
      kinds[trigger.kind ?? "", default: 0] += 1
      if let violation = TriggerLawTests.violation(of: trigger, from: start) {
        violations.append("\(label) in \(name) from \(start): \(violation)")
      }
      let read = try JSONDecoder().decode(Trigger.self, from: JSONEncoder().encode(trigger))
      if read != trigger || read.next(after: start) != trigger.next(after: start)
        || read.last(onOrBefore: start) != trigger.last(onOrBefore: start) || read.hashValue != trigger.hashValue
      {
        violations.append("\(label) in \(name) is another after the way through JSON: \(read)")
      }
      if trigger.next(after: .distantFuture) != nil || trigger.last(onOrBefore: .distantPast) != nil {
        violations.append("\(label) in \(name) fires beyond the ends of time")
      }
      _ = trigger.next(after: .distantPast)
      _ = trigger.last(onOrBefore: .distantFuture)
    }
    #expect(
      violations.isEmpty,
      "\(violations.count): \(violations.prefix(4))\n\(PropertySeeds.again(seed, "EveryZoneLawTests"))")
    // A draw that never came to some kind would prove nothing of it.
    let drawn = Set(kinds.keys)
    #expect(drawn.isSuperset(of: ["cron", "aps-cron", "on-calendar", "recurrence", "calendar-interval", "interval"]))
    #expect(drawn.isSuperset(of: ["any-of", "all-of", "limited"]))
  }
}
