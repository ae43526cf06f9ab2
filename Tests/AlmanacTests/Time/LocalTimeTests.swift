import Foundation
import Testing

@testable import Almanac

@Suite("Local times")
struct LocalTimeTests {
  @Test(
    "what is read is written",
    arguments: [
      ("2026-06-13T09:00", "2026-06-13T09:00"), ("2026-06-13 09:00", "2026-06-13T09:00"),
      ("2026-06-13T09:00:30", "2026-06-13T09:00:30"), ("2024-02-29t23:59:00", "2024-02-29T23:59"),
      ("0001-01-01T00:00", "0001-01-01T00:00"),
    ])
  func text(text: String, written: String) throws {
    let time = try #require(LocalTime(text))
    #expect(time.description == written)
    #expect(LocalTime(written) == time)
    #expect(try JSONDecoder().decode([LocalTime].self, from: JSONEncoder().encode([time])) == [time])
  }

  @Test(
    "what is no local time is none",
    arguments: [
      "", "2026-06-13", "2026-02-30T09:00", "2026-06-13T24:00", "2026-06-13T09:60", "2026-06-13T09:00Z",
      "2026-06-13T09:00+08:00", "2026-06-13T9:00", "2026-06-13T09:00:30.5", "0000-01-01T00:00", "2026-6-13T09:00",
    ])
  func noText(text: String) {
    #expect(LocalTime(text) == nil)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(LocalTime.self, from: JSONEncoder().encode(text)) }
  }

  @Test("its parts, and a day before and after")
  func parts() throws {
    let time = try #require(LocalTime(year: 2024, month: 3, day: 1, hour: 9, minute: 30, second: 7))
    #expect("\(time.year)-\(time.month)-\(time.day) \(time.hour):\(time.minute):\(time.second)" == "2024-3-1 9:30:7")
    #expect(time.onDay(-1, hour: 20)?.description == "2024-02-29T20:00")
    #expect(time.onDay(366, hour: 0, minute: 1)?.description == "2025-03-02T00:01")
    #expect(time.onDay(0, hour: 24) == nil)
    #expect(time.onDay(.max, hour: 0) == nil)
    #expect(time.onDay(-1_000_000, hour: 0) == nil)
    #expect(LocalTime(year: 2026, month: 4, day: 31) == nil)
  }

  @Test("a time that the clocks jump over is none, and means one that is later by the jump")
  func gap() throws {
    let zone = try PinnedZones.zone("Europe/Berlin")
    let local = try #require(LocalTime("2026-03-29T02:30"))
    #expect(zone.instants(showing: local).isEmpty)
    #expect(zone.instant(of: local).description == "2026-03-29T01:30:00Z")
    #expect(LocalTime(zone.instant(of: local), in: zone).description == "2026-03-29T03:30")
  }

  @Test("a time that the clocks show twice is two, and means the first")
  func fold() throws {
    let zone = try PinnedZones.zone("Europe/Berlin")
    let local = try #require(LocalTime("2026-10-25T02:30"))
    #expect(zone.instants(showing: local).map(\.description) == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
    #expect(zone.instant(of: local).description == "2026-10-25T00:30:00Z")
    #expect(zone.instants(showing: local).allSatisfy { LocalTime($0, in: zone) == local })
  }

  @Test("any other is one, before and after the clocks change")
  func unique() throws {
    let zone = try PinnedZones.zone("America/New_York")
    for (text, instant) in [("2026-03-07T20:00", "2026-03-08T01:00:00Z"), ("2026-03-08T20:00", "2026-03-09T00:00:00Z")]
    {
      let local = try #require(LocalTime(text))
      #expect(zone.instants(showing: local).map(\.description) == [instant])
      #expect(zone.instant(of: local).description == instant)
    }
  }
}
