import Foundation
import Testing

@testable import Almanac

@Suite("Instants")
struct InstantTests {
  @Test("arithmetic saturates and never traps")
  func saturation() {
    let ends: [Instant] = [.distantPast, .distantFuture, Instant(microsecondsSinceEpoch: 0)]
    let durations: [Duration] = [
      .zero, .microseconds(1), .microseconds(-1), .seconds(Int64.max), .seconds(Int64.min), .nanoseconds(999),
    ]
    for end in ends {
      for duration in durations {
        #expect(duration < .microseconds(1) || end + duration > end || end == .distantFuture)
        #expect(duration > .microseconds(-1) || end + duration < end || end == .distantPast)
        #expect(duration < .microseconds(1) || end - duration < end || end == .distantPast)
      }
    }
    #expect(Instant.distantFuture + .seconds(Int64.max) == .distantFuture)
    #expect(Instant.distantPast - .seconds(Int64.max) == .distantPast)
    #expect(Instant.distantFuture - .distantPast == .microseconds(Int64.max) - .microseconds(Int64.min))
  }

  @Test("a microsecond survives the way through Date")
  func dates() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1_000 {
      let instant = Instant(microsecondsSinceEpoch: .random(in: 0...4_102_444_800_000_000, using: &generator))
      #expect(Instant(instant.date) == instant)
    }
    #expect(Instant(Date(timeIntervalSince1970: 0.000_001)).microsecondsSinceEpoch == 1)
    #expect(Instant(Date(timeIntervalSince1970: -0.000_001)).microsecondsSinceEpoch == -1)
  }

  @Test("dates that no instant reaches are clamped")
  func strangeDates() {
    #expect(Instant(Date(timeIntervalSince1970: .infinity)) == .distantFuture)
    #expect(Instant(Date(timeIntervalSince1970: -.infinity)) == .distantPast)
    #expect(Instant(Date(timeIntervalSince1970: .nan)) == .distantFuture)
    #expect(Instant(Date(timeIntervalSince1970: 1e300)) == .distantFuture)
    #expect(Instant(Date.distantPast) < Instant(Date.distantFuture))
  }

  @Test("instants are encoded as bare integers")
  func coding() throws {
    let instants = [Instant(microsecondsSinceEpoch: 9_007_199_254_740_993), .distantPast, .distantFuture]
    let data = try JSONEncoder().encode(instants)
    #expect(String(decoding: data, as: UTF8.self) == "[9007199254740993,-9223372036854775808,9223372036854775807]")
    #expect(try JSONDecoder().decode([Instant].self, from: data) == instants)
  }

  @Test(
    "RFC 3339 text is read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00.5z", 500_000), ("1970-01-01 01:00:00+01:00", 0),
      ("1969-12-31T23:59:59.999999999Z", -1), ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("2026-03-29T02:30:00-23:59", 1_774_837_740_000_000),
    ] as [(String, Int64)])
  func reading(text: String, microseconds: Int64) {
    #expect(Instant(rfc3339: text)?.microsecondsSinceEpoch == microseconds)
  }

  @Test(
    "other text is refused",
    arguments: [
      "", "2026", "2026-01-01", "2026-01-01T00:00Z", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Z ", "٢٠٢٦-01-01T00:00:00Z", "-026-01-01T00:00:00Z",
      "2026-01-01T00:00:00+24:00",
    ])
  func refusing(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test("RFC 3339 text is written as it is read")
  func writing() throws {
    #expect(Instant(microsecondsSinceEpoch: 0).rfc3339() == "1970-01-01T00:00:00Z")
    #expect(Instant(microsecondsSinceEpoch: 1).rfc3339() == "1970-01-01T00:00:00.000001Z")
    #expect(Instant(microsecondsSinceEpoch: -1_000).rfc3339() == "1969-12-31T23:59:59.999Z")
    #expect(Instant.distantFuture.rfc3339() == "+294247-01-10T04:00:54.775807Z")
    let paris = try PinnedZones.zone("Europe/Paris")
    #expect(Instant(microsecondsSinceEpoch: 0).rfc3339(in: paris) == "1970-01-01T01:00:00+01:00")
    // Local mean time, 9 minutes 21 seconds east, has no RFC 3339 form.
    #expect(Instant(rfc3339: "1880-01-01T00:00:00Z")?.rfc3339(in: paris) == "1880-01-01T00:00:00+00:00")
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let instant = Instant(
        microsecondsSinceEpoch: .random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
      #expect(Instant(rfc3339: instant.rfc3339()) == instant)
      #expect(Instant(rfc3339: instant.rfc3339(in: paris)) == instant)
    }
  }
}
