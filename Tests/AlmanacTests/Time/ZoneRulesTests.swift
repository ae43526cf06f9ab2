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

  @Test("where table and rule meet, both give the same segments")
  func ruleContinuesTable() throws {
    for name in ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago"] {
      let rules = try PinnedZones.zone(name)
      // 400 years are a whole number of weeks: the calendar and so the rule repeat themselves.
      let cycle: Int64 = 146_097 * 86_400
      for day in stride(from: Int64(0), to: 3_000, by: 13) {
        let inTable = rules.segment(containing: 2_600_000_000 + day * 86_400)
        let computed = rules.segment(containing: 2_600_000_000 + day * 86_400 + cycle)
        #expect(computed.start - cycle == inTable.start && computed.end - cycle == inTable.end)
        #expect(computed.offset == inTable.offset)
      }
    }
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
