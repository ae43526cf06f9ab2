#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("explain says what an expression means")
struct ExplainCommandTests {
  @Test("text tells the sentence, the zone, the policies and the next fires")
  func text() async {
    let result = await CapturedConsole.run(
      "explain", "30 2 * * *", "--dialect", "crontab", "--tz", "Europe/Berlin", "--from", "2026-03-28T12:00:00Z",
      "--count", "2")
    #expect(result.status == 0)
    #expect(
      result.output == """
        At 02:30 every day, Europe/Berlin time; times that the clocks jump over fire once when the jump is over; times \
        that the clocks show twice fire the first time only.
          zone: Europe/Berlin
          gap: at-gap-end, fold: first
          2026-03-29 03:00:00 +02:00  Sun
          2026-03-30 02:30:00 +02:00  Mon

        """)
  }

  @Test("Chinese is told for --lang zh")
  func chinese() async {
    let result = await CapturedConsole.run(
      "explain", "0 9 * * MON-FRI", "--tz", "Asia/Shanghai", "--lang", "zh", "--from", "2026-01-01T00:00:00Z",
      "--count", "1")
    #expect(result.output.hasPrefix("每周一至周五 09:00（Asia/Shanghai 时间）。\n"))
    #expect(result.output.contains("2026-01-01 09:00:00 +08:00  Thu\n"))
  }

  @Test("json is one object on a line, with policies only where there is a wall clock")
  func json() async throws {
    let cron = await CapturedConsole.run(
      "explain", "0 0 1 1 *", "--from", "2026-03-27T12:00:00Z", "--count", "1", "--format", "json")
    let object = try JSONReader.value(in: Array(cron.output.utf8.dropLast()))
    #expect(object["explanation"]?.stringValue == "At 00:00 on 1 January, UTC.")
    #expect(object["fires"] == ["2027-01-01T00:00:00Z"])
    #expect(object["zones"] == ["UTC"])
    #expect(object["gap"]?.stringValue == "shift")
    #expect(object["exhausted"] == false)

    let single = await CapturedConsole.run(
      "explain", #"{"run_date": "2026-01-31 09:30:00"}"#, "--dialect", "aps-date", "--from", "2026-03-27T12:00:00Z",
      "--format", "json")
    let once = try JSONReader.value(in: Array(single.output.utf8.dropLast()))
    #expect(once["explanation"]?.stringValue == "Once, at 2026-01-31 09:30 UTC.")
    #expect(once["gap"] == nil)
    #expect(once["exhausted"] == true)
  }

  @Test(
    "a bad expression is status 65",
    arguments: [["0 25 * * *"], ["* * * * *", "--tz", "Nowhere"], ["{", "--dialect", "rrule"]])
  func badExpression(_ arguments: [String]) async { await self.check(arguments, 65) }

  @Test(
    "a wrong command line is status 64",
    arguments: [
      [], ["* * * * *", "--lang", "xx"], ["* * * * *", "--count", "-1"], ["* * * * *", "--from", "yesterday"],
    ])
  func usage(_ arguments: [String]) async { await self.check(arguments, 64) }

  private func check(_ arguments: [String], _ expected: Int32) async {
    let captured = CapturedConsole()
    let status = await Console.$current.withValue(captured.console()) {
      await AlmanacCommandLine.run(["explain"] + arguments)
    }
    #expect(status == expected)
    #expect(captured.output == "")
    #expect(!captured.error.isEmpty)
  }
}
#endif
