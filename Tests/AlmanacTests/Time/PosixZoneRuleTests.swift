import Testing

@testable import Almanac

@Suite("POSIX zone rules")
struct PosixZoneRuleTests {
  private func rule(_ text: String) throws -> PosixZoneRule { try PosixZoneRule(parsing: Array(text.utf8)[...]) }

  private func changes(_ text: String, _ year: Int) throws -> [String] {
    try rule(text).transitions(inYears: year...year).map {
      "\(Instant(secondsSinceEpoch: $0.at).rfc3339()) \($0.offset)"
    }
  }

  @Test("the forms of days")
  func forms() throws {
    #expect(
      try changes("EST5EDT,M3.2.0,M11.1.0", 2_026) == ["2026-03-08T07:00:00Z -14400", "2026-11-01T06:00:00Z -18000"])
    #expect(try changes("EST5EDT", 2_026) == ["2026-03-08T07:00:00Z -14400", "2026-11-01T06:00:00Z -18000"])
    // Daylight time behind standard time, in winter.
    #expect(
      try changes("IST-1GMT0,M10.5.0,M3.5.0/1", 2_026) == ["2026-03-29T01:00:00Z 3600", "2026-10-25T01:00:00Z 0"])
    // Jn never counts 29 February, n does.
    #expect(try changes("AAA1BBB,J60/0,J61/0", 2_024) == ["2024-03-01T01:00:00Z 0", "2024-03-02T00:00:00Z -3600"])
    #expect(try changes("AAA1BBB,59/0,60/0", 2_024) == ["2024-02-29T01:00:00Z 0", "2024-03-01T00:00:00Z -3600"])
    #expect(try changes("AAA1BBB,J59/0,J60/0", 2_023) == ["2023-02-28T01:00:00Z 0", "2023-03-01T00:00:00Z -3600"])
    // Hours outside the day: Nuuk's rule falls on Saturday, Troll's name has no letters.
    #expect(
      try changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2_026) == [
        "2026-03-29T01:00:00Z -3600", "2026-10-25T01:00:00Z -7200",
      ])
    #expect(
      try changes("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", 2_026) == ["2026-03-29T01:00:00Z 7200", "2026-10-25T01:00:00Z 0"])
    #expect(try changes("AAA0BBB,M1.1.1/167,M12.5.0/-167", 2_026).count == 2)
    #expect(try rule("<+0530>-5:30").standard == 19_800)
    #expect(try rule("LMT-0:09:21").standard == 561)
  }

  @Test("daylight time all the year has one segment")
  func allYear() throws {
    let rules = ZoneRules(
      identifier: "Test/Always", initialOffset: 0, transitions: [], rule: try rule("EST3EDT4,0/0,J365/23"))
    for second in [Int64(2_000_000_000), 20_000_000_000, 200_000_000_000] {
      let segment = rules.segment(containing: second)
      #expect(segment.offset == -14_400)
      #expect(segment.end == .max && segment.offsetAfter == -14_400)
    }
  }

  @Test(
    "texts that are no rules are refused at the right place",
    arguments: [
      ("", 0), ("E", 1), ("EST", 3), ("EST25", 5), ("EST5EDT,", 8), ("EST5EDT,M3.2.0", 14),
      ("EST5EDT,M13.1.0,M1.1.1", 11),
      ("EST5EDT,M3.6.0,M11.1.0", 12), ("EST5EDT,M3.2.7,M11.1.0", 14), ("EST5EDT,J0,J1", 10), ("EST5EDT,J366,J1", 12),
      ("EST5EDT,M3.2.0/168,M11.1.0", 18), ("EST5EDT,M3.2.0,M11.1.0x", 22), ("<EST5", 5), ("EST99999999999999999999", 5),
    ])
  func refusals(text: String, offset: Int) throws {
    do {
      _ = try rule(text)
      Issue.record("accepted \(text)")
    } catch let error as PosixZoneRule.ParseFailure {
      #expect(abs(error.offset - offset) <= 1, "\(text): \(error)")
    }
  }
}
