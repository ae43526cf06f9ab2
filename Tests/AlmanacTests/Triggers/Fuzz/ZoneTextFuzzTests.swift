import Testing

@testable import Almanac

@Suite("Zone texts, zone names and timestamps that nobody would write", .aside)
struct ZoneTextFuzzTests {
  @Test("POSIX rules are refused with a place, or answer for every second there is", arguments: PropertySeeds.all)
  func posixRules(seed: UInt64) {
    var texts = FuzzTexts(seed: seed)
    let valid = [
      "EST5EDT,M3.2.0,M11.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1", "<+0330>-3:30", "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
      "AAA0BBB,M1.1.1/167,M12.5.0/-167", "EST3EDT4,0/0,J365/23", "AAA1BBB,J60/0,J61/0",
      "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    ]
    var accepted = 0
    for _ in 0..<3_000 {
      let text = texts.mutation(of: valid)
      do {
        let rule = try PosixZoneRule(parsing: Array(text.utf8)[...])
        accepted += 1
        let zone = ZoneRules(identifier: "X", initialOffset: 0, transitions: [], rule: rule)
        for second in [Int64.min, -62_135_596_800, 0, 1_780_000_000, 4_200_000_000, 253_402_300_799, .max] {
          let segment = zone.segment(containing: second)
          #expect(segment.start < segment.end && abs(segment.offset) < 26 * 3_600, "\(text)")
          _ = zone.resolve(second)
        }
      } catch {
        #expect(error.offset >= 0 && error.offset <= text.utf8.count && !error.expected.isEmpty, "\(text)")
      }
    }
    #expect(accepted > 100)
  }

  @Test("zone names are found or refused, and never lead out of the directory", arguments: PropertySeeds.all)
  func zoneNames(seed: UInt64) {
    var texts = FuzzTexts(seed: seed)
    for _ in 0..<150 {
      let name = texts.mutation(of: [
        "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "../../etc/passwd",
      ])
      do throws(ZoneError) {
        #expect(try PinnedZones.zone(name).identifier == name)
      } catch {
        #expect(error.identifier == name && error.description.utf8.count < 1_000)
      }
    }
  }

  @Test("timestamps are refused, or are written as they were read", arguments: PropertySeeds.all)
  func timestamps(seed: UInt64) {
    var texts = FuzzTexts(seed: seed)
    let valid = ["2026-01-31T09:30:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31t23:59:60.999999999-23:59"]
    for _ in 0..<3_000 {
      let text = texts.mutation(of: valid)
      guard let instant = Instant(rfc3339: text) else { continue }
      let json = InstantText.json(instant)
      #expect(InstantText.instant(json) == instant, "\(text)")
    }
  }
}
