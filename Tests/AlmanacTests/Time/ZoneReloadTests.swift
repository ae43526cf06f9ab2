import Foundation
import Testing

@testable import Almanac

@Suite("New zone data in a running process")
struct ZoneReloadTests {
  private let winter = Instant(secondsSinceEpoch: 1_700_000_000)

  @Test("a reload takes up files of a newer version, and values that exist keep their rules")
  func newer() throws {
    let folder = try ZoneFolder("2025a", ["Test/Place": 9])
    let old = try folder.database.zone("Test/Place")
    #expect(old.offset(at: self.winter) == 9 * 3_600)
    try folder.install("2025b", ["Test/Place": 10, "Test/New": 1])
    #expect(try folder.database.zone("Test/Place") === old)
    #expect(folder.database.version == "2025a")
    #expect(folder.database.reload())
    #expect(folder.database.version == "2025b")
    #expect(folder.database.identifiers == ["Test/New", "Test/Place"])
    #expect(try folder.database.zone("Test/Place").offset(at: self.winter) == 10 * 3_600)
    #expect(old.offset(at: self.winter) == 9 * 3_600)
    #expect(!folder.database.reload())
  }

  @Test("older data is not taken up, nor is data that has gone", arguments: ["2024b", "2025a"])
  func older(version: String) throws {
    let folder = try ZoneFolder("2025b", ["Test/Place": 9])
    let old = try folder.database.zone("Test/Place")
    try folder.install(version, ["Test/Place": 10])
    #expect(!folder.database.reload())
    #expect(!folder.database.look() && !folder.database.look())
    try FileManager.default.removeItem(at: folder.url)
    #expect(!folder.database.reload())
    #expect(!folder.database.look() && !folder.database.look())
    #expect(folder.database.version == "2025b")
    #expect(try folder.database.zone("Test/Place") === old)
  }

  @Test("a look takes up what two of them found, so that files in the middle of an update are not")
  func settled() throws {
    let folder = try ZoneFolder("2025a", ["Test/Place": 9])
    #expect(folder.database.version == "2025a")
    #expect(!folder.database.look())
    try folder.install("2025b", ["Test/Place": 9])
    #expect(!folder.database.look())
    try folder.install("2025c", ["Test/Place": 10])
    #expect(!folder.database.look())
    #expect(folder.database.look())
    #expect(folder.database.version == "2025c")
    #expect(!folder.database.look())
  }

  @Test("data that does not name its version is newer where this process saw it come")
  func fingerprints() throws {
    let folder = try ZoneFolder(nil, ["Europe/London": 0])
    let first = folder.database.version
    try folder.install(nil, ["Europe/London": 1])
    #expect(folder.database.reload())
    let second = folder.database.version
    #expect(first != second)
    #expect(folder.database.release.isNewer(than: first))
    #expect(!ZoneRelease(version: second).isNewer(than: first))
    try folder.install(nil, ["Europe/London": 0])
    #expect(folder.database.reload())
    #expect(folder.database.version == first)
    #expect(folder.database.release.isNewer(than: second))
    #expect(!folder.database.release.isNewer(than: first))
  }

  @Test(
    "releases are ordered by year and letters; of other names nobody knows",
    arguments: [
      ("2025b", "2025c", true), ("2025z", "2025za", true), ("2025zz", "2026a", true), ("2025b", "2026a", true),
      ("2025b", "2025b", nil), ("2025b", "fnv1a-12", nil), ("2025", "2025b", nil), ("2025B", "2025c", nil),
      ("2025b-dirty", "2025c", nil), ("none", "2025a", nil), ("", "2025a", nil),
    ] as [(String, String, Bool?)])
  func order(left: String, right: String, expected: Bool?) {
    #expect(ZoneRelease.precedes(left, right) == expected)
    #expect(ZoneRelease.precedes(right, left) == expected.map { !$0 })
  }

  @Test("a trigger names the data that it was made with, and is refreshed to the data in use")
  func refreshed() throws {
    let folder = try ZoneFolder("2025a", ["Test/Place": 9])
    let noon = try folder.inPlace { try Trigger.cron("0 12 * * *", in: "Test/Place") }
    let combined = try Trigger.anyOf([noon.limited(to: 3), .every(.seconds(3))])
    try folder.install("2026a", ["Test/Place": 10])
    folder.database.reload()
    let late = try folder.inPlace { try Trigger.cron("30 12 * * *", in: "Test/Place") }
    #expect(noon.zoneDataVersion == "2025a" && combined.zoneDataVersion == "2025a")
    #expect(try Trigger.anyOf([late, noon]).zoneDataVersion == "2025a")
    let fresh = noon.refreshed(by: folder.database)
    #expect(fresh == noon && fresh.zoneDataVersion == "2026a")
    #expect(combined.refreshed(by: folder.database).zoneDataVersion == "2026a")
    let old = try #require(noon.next(after: self.winter))
    #expect(
      try fresh.next(after: #require(fresh.next(after: self.winter)) - .seconds(1)) == fresh.next(after: self.winter))
    #expect(fresh.last(onOrBefore: old) == old - .seconds(3_600))
    try folder.install("2026b", ["Test/Place": 10])
    try FileManager.default.removeItem(at: folder.url.appending(path: "Test/Place"))
    folder.database.reload()
    #expect(fresh.refreshed(by: folder.database).zoneDataVersion == "2026a")
  }

  @Test("a refreshed trigger says the same, and one without zones is itself")
  func same() throws {
    let trigger = try Trigger.cron("30 2 * * *", in: "Europe/Paris").limited(to: 3)
    let anchored = trigger.anchored(at: self.winter)
    for trigger in [trigger, anchored, try .every(.seconds(3)), .unreadable(raw: ["kind": "x"], reason: "no")] {
      #expect(trigger.refreshed() == trigger)
      #expect(trigger.refreshed().next(after: .distantPast) == trigger.next(after: .distantPast))
    }
    #expect(try Trigger.cron("0 9 * * *", in: "UTC").zoneDataVersion == nil)
  }
}
