import Testing

@testable import Almanac

@Suite("Zone database")
struct ZoneDatabaseTests {
  private func failure(_ name: String, in database: ZoneDatabase = .system) throws -> ZoneError {
    do {
      _ = try database.zone(name)
    } catch {
      return error
    }
    throw TriggerError("\(name) was found")
  }

  @Test(
    "a misspelt name gets the nearest ones",
    arguments: [
      ("Asia/Shangai", "Asia/Shanghai"), ("europe/paris", "Europe/Paris"), ("Europe/Pairs", "Europe/Paris"),
      ("America/New York", "America/New_York"), ("Shanghai", "Asia/Shanghai"), ("utc", "UTC"),
    ])
  func suggestions(name: String, expected: String) throws {
    let error = try failure(name)
    #expect(error.suggestions.contains(expected), "\(error)")
    #expect(error.description.contains("Did you mean"))
  }

  @Test(
    "names that are no names never reach the file system",
    arguments: [
      "", "/etc/passwd", "../../etc/passwd", "Europe/../Asia/Tokyo", "Europe//Paris", "Europe/", ".hidden",
      "Europe/Paris\u{0}", "localtime", "posixrules", "right/Europe/Paris", "Zürich",
      String(repeating: "a", count: 200),
    ])
  func malformedNames(name: String) throws {
    #expect(try failure(name).reason == .malformedName)
  }

  @Test(
    "tables and directories beside the zones are no zones",
    arguments: ["zone.tab", "tzdata.zi", "Europe", "leapseconds"])
  func neighbours(name: String) throws {
    #expect([.unknown, .malformedName].contains(try failure(name).reason))
  }

  @Test("a zone is read once")
  func cached() throws {
    #expect(try ZoneDatabase.system.zone("Asia/Tokyo") === ZoneDatabase.system.zone("Asia/Tokyo"))
  }

  @Test("without data there is UTC, and a clear error for the rest")
  func noData() throws {
    let database = ZoneDatabase(directories: ["/nonexistent"])
    #expect(try database.zone("UTC").isUTC)
    #expect(try database.zone("Etc/UTC").isUTC)
    let error = try failure("Europe/Paris", in: database)
    #expect(error.reason == .noData(["/nonexistent"]))
    #expect(error.description.contains("TZDIR"))
    #expect(database.version == "none")
    #expect(database.identifiers.isEmpty)
  }

  @Test("the data says which release it is")
  func version() {
    #expect(ZoneDatabase.system.version.count >= 5)
    #expect(ZoneDatabase.system.version != "none")
  }

  @Test("every zone of the system can be read and resembles its name")
  func everyZone() throws {
    for name in ZoneDatabase.system.identifiers { #expect(try ZoneDatabase.system.zone(name).identifier == name) }
  }
}
