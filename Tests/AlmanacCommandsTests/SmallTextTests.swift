#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("Durations, sizes and names are read as people write them")
struct SmallTextTests {
  @Test(
    "a duration is whole numbers with units, the larger first",
    arguments: [
      ("90s", 90_000_000), ("5m", 300_000_000), ("1h30m", 5_400_000_000), ("2d", 172_800_000_000), ("0s", 0),
      ("1w2d3h4m5s6ms7us", 788_645_006_007), ("250ms", 250_000),
    ])
  func durations(_ text: String, _ microseconds: Int64) throws {
    #expect(try DurationText.parse(text) == .microseconds(microseconds))
    #expect(try DurationText.parse(DurationText.exact(.microseconds(microseconds))) == .microseconds(microseconds))
  }

  @Test(
    "what is no duration is told with its column",
    arguments: [
      ("", 1, "a duration is missing; expected one such as 90s, 5m or 1h30m"),
      ("90", 3, "the unit is missing; expected w, d, h, m, s, ms or us, such as 90s for seconds"),
      ("1.5h", 2, "\".\" is no unit; expected w, d, h, m, s, ms or us; write 1h30m for an hour and a half"),
      ("5 m", 2, "\" \" is no unit; expected w, d, h, m, s, ms or us"),
      ("10min", 3, "\"min\" is no unit; expected w, d, h, m, s, ms or us; did you mean 10m?"),
      ("30m1h", 5, "units go from the larger to the smaller, each once"),
      ("-5s", 1, "\"-\" is no number; a duration is written such as 90s, 5m or 1h30m"),
      ("99999999999999999999s", 1, "the number is too large"), ("9999999999999d", 1, "the duration is too long"),
      ("٣s", 1, "\"٣\" is no number; a duration is written such as 90s, 5m or 1h30m"),
    ])
  func badDurations(_ text: String, _ column: Int, _ message: String) {
    #expect(throws: SyntaxProblem(column: column, message: message)) { try DurationText.parse(text) }
  }

  @Test(
    "a duration is rounded to what matters",
    arguments: [
      (0, "0 ms"), (999, "<1 ms"), (12_345, "12 ms"), (1_234_567, "1.23 s"), (59_999_999, "59.99 s"),
      (125_000_000, "2m 05s"), (11_220_000_000, "3h 07m"), (187_200_000_000, "2d 04h"), (-1_500_000, "-1.50 s"),
      (Int64.min, "-106751991d 04h"),
    ])
  func rounded(_ microseconds: Int64, _ text: String) {
    #expect(DurationText.rounded(.microseconds(microseconds)) == text)
  }

  @Test("a size has a unit", arguments: [("64KiB", 65_536), ("1MB", 1_000_000), ("12", 12), ("3 kib", 3_072)])
  func sizes(_ text: String, _ bytes: Int) throws {
    #expect(try SizeText.parse(text) == bytes)
  }

  @Test("what is no size is refused", arguments: ["", "KiB", "1XB", "99999999999999999999", "9999999999999GiB", "-1"])
  func badSizes(_ text: String) {
    #expect(throws: SyntaxProblem.self) { try SizeText.parse(text) }
  }

  @Test("the nearest name is offered, and none where nothing resembles it")
  func nearest() {
    let names = ["command", "cron", "catchUp", "misfireGrace"]
    #expect(NearestName.nearest(to: "comand", among: names) == "command")
    #expect(NearestName.nearest(to: "corn", among: names) == "cron")
    #expect(NearestName.nearest(to: "catch_up", among: names) == "catchUp")
    #expect(NearestName.nearest(to: "misfire-grace", among: names) == "misfireGrace")
    #expect(NearestName.nearest(to: "zebra", among: names) == nil)
    #expect(NearestName.nearest(to: "", among: names) == nil)
  }

  @Test("a time is RFC 3339, or local in a zone; one that the clocks jump over is refused")
  func times() throws {
    let berlin = try ZoneDatabase.system.zone("Europe/Berlin")
    #expect(try ConfigTime.parse("2026-01-31T09:30:00Z", in: berlin) == instant("2026-01-31T09:30:00Z"))
    #expect(try ConfigTime.parse("2026-01-31 09:30", in: berlin) == instant("2026-01-31T08:30:00Z"))
    #expect(try ConfigTime.parse("2026-07-31", in: berlin) == instant("2026-07-30T22:00:00Z"))
    #expect(try ConfigTime.parse("2026-10-25 02:30", in: berlin) == instant("2026-10-25T00:30:00Z"))
    #expect(throws: SyntaxProblem.self) { try ConfigTime.parse("2026-03-29 02:30", in: berlin) }
    #expect(throws: SyntaxProblem.self) { try ConfigTime.parse("2026-02-30", in: berlin) }
    #expect(throws: SyntaxProblem.self) { try ConfigTime.parse("tomorrow", in: berlin) }
  }

  @Test("a store has an address, seen from the directory of its file")
  func stores() throws {
    #expect(try StoreAddress("sqlite:a/b.sqlite").resolved(in: "/srv").description == "sqlite:/srv/a/b.sqlite")
    #expect(try StoreAddress("sqlite:/a.sqlite").resolved(in: "/srv").description == "sqlite:/a.sqlite")
    #expect(try StoreAddress("sqlite:///a.sqlite").description == "sqlite:/a.sqlite")
    for server in ["postgresql", "mysql", "mariadb"] {
      let shown = try StoreAddress("\(server)://me:secret@db.example.com/app").description
      #expect(!shown.contains("secret") && shown.hasPrefix(server == "mariadb" ? "mysql:" : server + ":"))
    }
    #expect(try StoreAddress("memory:").kind == .memory)
    for bad in ["", "sqlite", "sqlite:", "memory:x", "redis://x", "a\u{0}b:"] {
      #expect(throws: SyntaxProblem.self) { try StoreAddress(bad) }
    }
  }
}
#endif
