import Testing

@testable import Almanac

@Suite("Fire times are what the wall clock shows, in every zone of the system", .aside)
struct ZoneScanTests {
  /// The zones of the system without those that are another one's copy.
  static let zones: [ZoneRules] = {
    var kinds: Set<Int> = []
    return ZoneDatabase.system.identifiers.compactMap { name in
      guard let zone = try? ZoneDatabase.system.zone(name) else { return nil }
      var hasher = Hasher()
      hasher.combine(zone.initialOffset)
      hasher.combine(zone.transitions)
      hasher.combine(zone.segment(containing: 200_000_000_000))
      return kinds.insert(hasher.finalize()).inserted ? zone : nil
    }
  }()

  /// A change of the zone's clocks in each of three ages: before 1970, up to 2037, and after it.
  static func changes(of zone: ZoneRules, using generator: inout SeededGenerator) -> [Int64] {
    let ages: [ClosedRange<Int64>] = [
      -2_500_000_000 ... -1, 0...2_145_916_800, 2_145_916_801...9_000_000_000,
    ]
    return ages.compactMap { age in
      let end = zone.segment(containing: .random(in: age, using: &generator)).end
      return end <= age.upperBound ? end : nil
    }
  }

  @Test(
    "by a look at every minute about changes of the clocks, in both directions of search", arguments: PropertySeeds.all)
  func minuteByMinute(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var wrong: [String] = []
    var (windows, fires) = (0, 0)
    for zone in Self.zones {
      var moments = Self.changes(of: zone, using: &generator).shuffled(using: &generator).prefix(2)
      if moments.isEmpty { moments = [Int64.random(in: -2_000_000_000...6_000_000_000, using: &generator)] }
      for moment in moments {
        let scan = ClockScan(zone, around: moment)
        windows += 1
        for _ in 0..<3 {
          let kind = ScanCase.Kind.allCases.randomElement(using: &generator) ?? .ocps
          guard let sample = try ScanCase(kind, scan, using: &generator) else { continue }
          let expected = sample.expected.sorted()
          fires += expected.count
          let forward = Self.forward(sample.trigger, in: scan.compared)
          let backward = Self.backward(sample.trigger, in: scan.compared)
          if forward != expected { wrong.append(Self.difference(sample, scan, "next", forward, expected)) }
          if backward != expected { wrong.append(Self.difference(sample, scan, "last", backward, expected)) }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))\n\(PropertySeeds.again(seed, "ZoneScanTests"))")
    #expect(windows > Self.zones.count && fires > 10 * windows)
  }

  private static func forward(_ trigger: Trigger, in stretch: Range<Int64>) -> [Int64] {
    var found: [Int64] = []
    var instant = Instant(microsecondsSinceEpoch: stretch.lowerBound * 1_000_000 - 1)
    while let fire = trigger.next(after: instant), fire.secondsSinceEpoch < stretch.upperBound {
      found.append(fire.secondsSinceEpoch)
      instant = fire
    }
    return found
  }

  private static func backward(_ trigger: Trigger, in stretch: Range<Int64>) -> [Int64] {
    var found: [Int64] = []
    var instant = Instant(microsecondsSinceEpoch: stretch.upperBound * 1_000_000 - 1)
    while let fire = trigger.last(onOrBefore: instant), fire.secondsSinceEpoch >= stretch.lowerBound {
      found.append(fire.secondsSinceEpoch)
      instant = Instant(microsecondsSinceEpoch: fire.microsecondsSinceEpoch - 1)
    }
    return found.reversed()
  }

  private static func difference(
    _ sample: ScanCase, _ scan: ClockScan, _ direction: String, _ found: [Int64], _ expected: [Int64]
  ) -> String {
    func times(_ seconds: Set<Int64>) -> String {
      seconds.sorted().prefix(3).map { Instant(secondsSinceEpoch: $0).rfc3339(in: scan.zone) }.joined(separator: ", ")
    }
    let (has, should) = (Set(found), Set(expected))
    return
      "\(sample.label) in \(scan.zone) by \(direction): too many \(times(has.subtracting(should))), missing \(times(should.subtracting(has)))"
  }
}
