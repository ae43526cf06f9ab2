import Testing

@testable import Almanac

@Suite("Zone rules")
struct ZoneRulesTests {
  private func second(_ text: String) throws -> Int64 {
    try #require(Instant(rfc3339: text)).secondsSinceEpoch
  }

  @Test(
    "offsets of zones that are hard to get right",
    arguments: [
      ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600), ("Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37_800),
      ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000), ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
      ("Africa/Casablanca", "2026-01-01T00:00:00Z", 3_600), ("Africa/Casablanca", "2026-03-01T00:00:00Z", 0),
      ("Europe/Dublin", "2026-01-01T00:00:00Z", 0), ("Europe/Dublin", "2026-07-01T00:00:00Z", 3_600),
      ("Europe/Dublin", "2090-07-01T00:00:00Z", 3_600), ("Europe/Dublin", "2290-12-01T00:00:00Z", 0),
      ("Antarctica/Troll", "2026-07-01T00:00:00Z", 7_200), ("Pacific/Chatham", "2026-01-01T00:00:00Z", 49_500),
      ("America/St_Johns", "2026-07-01T00:00:00Z", -9_000), ("America/St_Johns", "1988-07-01T00:00:00Z", -5_400),
      ("Asia/Tehran", "2022-07-01T00:00:00Z", 16_200), ("Asia/Tehran", "2023-07-01T00:00:00Z", 12_600),
      ("America/Sao_Paulo", "2018-12-01T00:00:00Z", -7_200), ("America/Sao_Paulo", "2030-12-01T00:00:00Z", -10_800),
      ("America/New_York", "1800-01-01T00:00:00Z", -17_762), ("America/New_York", "1943-01-01T00:00:00Z", -14_400),
      ("America/New_York", "2500-07-01T00:00:00Z", -14_400), ("America/New_York", "9999-12-31T00:00:00Z", -18_000),
      ("America/Havana", "2026-07-01T00:00:00Z", -14_400), ("Asia/Kathmandu", "2100-01-01T00:00:00Z", 20_700),
    ])
  func offsets(zone: String, instant: String, offset: Int) throws {
    let rules = try PinnedZones.zone(zone)
    #expect(rules.offset(at: try #require(Instant(rfc3339: instant))) == offset)
  }

  @Test("a gap, a fold and what lies beside them")
  func resolution() throws {
    let rules = try PinnedZones.zone("Europe/Berlin")
    let forward = try second("2026-03-29T01:00:00Z")
    let back = try second("2026-10-25T01:00:00Z")
    #expect(rules.resolve(forward + 3_600 - 1) == .unique(offset: 3_600))
    #expect(rules.resolve(forward + 3_600) == .gap(offsetBefore: 3_600, offsetAfter: 7_200, transition: forward))
    #expect(rules.resolve(forward + 7_199) == .gap(offsetBefore: 3_600, offsetAfter: 7_200, transition: forward))
    #expect(rules.resolve(forward + 7_200) == .unique(offset: 7_200))
    #expect(rules.resolve(back + 3_599) == .unique(offset: 7_200))
    #expect(rules.resolve(back + 3_600) == .fold(offsetBefore: 7_200, offsetAfter: 3_600, transition: back))
    #expect(rules.resolve(back + 7_199) == .fold(offsetBefore: 7_200, offsetAfter: 3_600, transition: back))
    #expect(rules.resolve(back + 7_200) == .unique(offset: 3_600))
  }

  @Test("the day that Samoa skipped is a gap of 24 hours")
  func apia() throws {
    let rules = try PinnedZones.zone("Pacific/Apia")
    let noon = CivilTime.seconds(of: CivilDate(year: 2_011, month: 12, day: 30), hour: 12)
    let transition = try second("2011-12-30T10:00:00Z")
    #expect(rules.resolve(noon) == .gap(offsetBefore: -36_000, offsetAfter: 50_400, transition: transition))
  }

  private static let allZones = ZoneDatabase.system.identifiers

  @Test("segments of every zone join without holes, each naming its neighbours' offsets")
  func segmentsJoin() throws {
    #expect(Self.allZones.count > 300)
    var wrong: [String] = []
    for name in Self.allZones {
      let rules = try ZoneDatabase.system.zone(name)
      var segment = rules.segment(containing: -10_000_000_000)
      var count = 0
      while segment.end < 6_000_000_000 {
        let next = rules.segment(containing: segment.end)
        let last = rules.segment(containing: segment.end - 1)
        if next.start != segment.end || next.offsetBefore != segment.offset || segment.offsetAfter != next.offset
          || next.offset == segment.offset || last != segment
        {
          wrong.append("\(name) \(segment) \(next)")
        }
        segment = next
        count += 1
      }
      if count > 700 { wrong.append(name) }
    }
    #expect(wrong.isEmpty)
  }

  @Test("in any century, the changes are those that the rule says, one after the other")
  func ruleOfAnyCentury() throws {
    let texts = [
      "EST5EDT,M3.2.0,M11.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "AAA1BBB,J60/0,J61/0",
      "AAA1BBB,59/0,60/0", "AAA0BBB,M1.1.1/-167,M12.5.0/167", "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
    ]
    for text in texts {
      let rule = try PosixZoneRule(parsing: Array(text.utf8)[...])
      let rules = ZoneRules(identifier: "Test/Rule", initialOffset: 0, transitions: [], rule: rule)
      for year in [1_950, 2_026, 2_290, 2_299, 2_300, 2_301, 2_302, 2_303, 2_310, 2_701, 2_702, 2_703, 5_500, 9_990] {
        let expected = rule.transitions(inYears: year...year + 2)
        let begin = try #require(expected.first).at
        var found: [Int64] = [rules.segment(containing: begin).start]
        while found.count < expected.count { found.append(rules.segment(containing: found[found.count - 1]).end) }
        // Where one change is moved beyond the next, the two are one: the later of them.
        guard expected.map(\.at) == expected.map(\.at).sorted() else { continue }
        #expect(found == expected.map(\.at), "\(text) \(year)")
        for change in expected {
          #expect(rules.offset(atSecond: change.at) == Int64(change.offset), "\(text) \(year)")
        }
      }
    }
  }

  @Test("where the table's cycle ends, segments join as everywhere")
  func cycleEndJoins() throws {
    var wrong: [String] = []
    for name in Self.allZones {
      let rules = try ZoneDatabase.system.zone(name)
      var segment = rules.segment(containing: 13_000_000_000)
      while segment.end < 17_000_000_000 {
        let next = rules.segment(containing: segment.end)
        if next.start != segment.end || next.offsetBefore != segment.offset || segment.offsetAfter != next.offset
          || rules.segment(containing: segment.end - 1) != segment
        {
          wrong.append("\(name) \(segment) \(next)")
        }
        segment = next
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test("lookups at the ends of time are answered")
  func extremes() throws {
    for name in ["UTC", "America/New_York", "Asia/Tokyo", "Europe/Dublin"] {
      let rules = try PinnedZones.zone(name)
      for second in [Int64.min, .max, .min + 1, -400_000_000_000, 400_000_000_000] {
        #expect(abs(rules.segment(containing: second).offset) < 86_400)
      }
    }
  }
}
