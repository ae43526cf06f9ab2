#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("Calendars of a configuration file")
struct ConfigCalendarTests {
  private func fires(_ job: JobDeclaration, after start: String, _ count: Int) -> [String] {
    var fires: [String] = []
    var from = instant(start)
    while fires.count < count, let fire = job.trigger.next(after: from) {
      fires.append(fire.rfc3339())
      from = fire
    }
    return fires
  }

  @Test("jobs leave out, keep to and move to days by the names of calendars")
  func uses() throws {
    let file = try read(
      """
      zone: Europe/Paris
      calendars:
        closed: {weekdays: [Sat, sunday], yearly: "12-25", days: [2026-12-28/2026-12-29]}
        business: {except: closed}
        morning: {times: 06:00-12:00, within: business}
      jobs:
        a: {shell: x, cron: "30 9 * * *", excluding: closed}
        b: {shell: x, cron: "0 9,15 * * *", only: [business, morning]}
        c: {shell: x, cron: "30 9 25 * *", shift: {to: next, by: business}, until: 2027-01-01}
        d: {shell: x, every: 24h, from: 2026-12-24 09:00, excluding: [closed]}
      """)
    let start = "2026-12-24T00:00:00Z"
    #expect(fires(file.jobs[0], after: start, 2) == ["2026-12-24T08:30:00Z", "2026-12-30T08:30:00Z"])
    #expect(fires(file.jobs[1], after: start, 2) == ["2026-12-24T08:00:00Z", "2026-12-30T08:00:00Z"])
    #expect(fires(file.jobs[2], after: start, 2) == ["2026-12-30T08:30:00Z"])
    #expect(fires(file.jobs[3], after: start, 2) == ["2026-12-24T08:00:00Z", "2026-12-30T08:00:00Z"])
    #expect(file.jobs[0].trigger.description.contains("except on \"closed\" in Europe/Paris"))
  }

  @Test("a calendar of very many days is one part, and holds each of them")
  func manyDays() throws {
    // Two of every three days of 82 years.
    let start = instant("1990-01-01T00:00:00Z")
    let days = (0..<30_000).filter { $0 % 3 != 2 }.map { number in
      "      - \((start + .seconds(number * 86_400)).rfc3339().prefix(10))\n"
    }
    let file = try read(
      "calendars:\n  big:\n    days:\n\(days.joined())jobs:\n  a: {shell: x, cron: \"0 0 * * *\", only: big}\n")
    let before = start - .seconds(1)
    let end = start + .seconds(30_000 * 86_400)
    #expect(file.jobs[0].trigger.count(after: before, through: end, limit: 100_000) == .exactly(20_000))
  }

  @Test("tables of holidays and calendar files are read from beside the file")
  func files() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.file("cn.json", #"{"holidays": ["2026-02-15/2026-02-23"], "workdays": ["2026-02-14"]}"#)
    _ = try directory.file("own.json", #"{"kind": "weekdays", "weekdays": ["sun"]}"#)
    _ = try directory.file(
      "team.ics",
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260301T120000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    let file = try ConfigReader.read(
      """
      zone: Asia/Shanghai
      calendars:
        china: {holidays: cn.json}
        sundays: {holidays: [own.json]}
        team: {ics: team.ics}
      jobs:
        a: {shell: x, cron: "0 9 * * *", only: china}
        b: {shell: x, cron: "0 9 * * *", only: sundays}
        c: {shell: x, cron: "0 20 * * *", only: team}
      """, path: "test.yaml", directory: directory.path)
    let start = "2026-02-13T10:00:00Z"
    #expect(fires(file.jobs[0], after: start, 2) == ["2026-02-14T01:00:00Z", "2026-02-24T01:00:00Z"])
    #expect(fires(file.jobs[1], after: start, 1) == ["2026-02-15T01:00:00Z"])
    #expect(fires(file.jobs[2], after: start, 2) == ["2026-03-01T12:00:00Z"])
  }

  /// A file whose calendars begin on line 2, with a job `a` after them.
  private func faults(_ calendars: String, job: String = "{shell: x, every: 1s}") -> [String] {
    problems("calendars:\n\(calendars)\njobs:\n  a: \(job)")
  }

  @Test("what is wrong with a calendar is told with its place")
  func faultyCalendars() {
    #expect(
      faults("  a: {day: 2026-01-01}").first == "2:7: unknown key \"day\" in the calendar \"a\"; did you mean \"days\"?"
    )
    #expect(
      faults("  a: {days: [2026-01-01, 2026-02-30]}").first?.hasPrefix("2:26: days: \"2026-02-30\" is no day") == true)
    #expect(faults("  a: {weekdays: mondy}") == ["2:17: weekdays: \"mondy\" is not known; did you mean \"monday\"?"])
    #expect(
      faults("  a: {times: 22-6}").first?.hasPrefix("2:14: times: \"22\" is no time of day such as \"09:30\"") == true)
    #expect(
      faults("  a: {times: noon}") == [
        "2:14: times: \"noon\" is no window of the day; expected one such as 22:00-06:00"
      ])
    #expect(faults("  a: {yearly: 25.12.}").first?.hasPrefix("2:15: yearly: \"25.12.\" is no day of a year") == true)
    #expect(faults("  a: {}").first?.hasPrefix("2:6: the calendar \"a\" holds nothing; expected days,") == true)
    #expect(faults("  a: {days: []}") == ["2:13: \"days\" is empty"])
    #expect(faults("  a: {days: {}}") == ["2:13: \"days\" must be a text or a list of texts, not a mapping"])
    #expect(
      faults("  a: {include: b}\n  b: {weekdays: mon}") == [
        "2:16: include: \"b\" stands below; a calendar may use those above it"
      ])
    #expect(faults("  a: {include: b}") == ["2:16: include: \"b\" is not known: no calendar of that name"])
    #expect(
      faults("  aa: {weekdays: mon}\n  b: {except: ab}") == ["3:15: except: \"ab\" is not known; did you mean \"aa\"?"])
    #expect(
      faults("  a: {weekdays: mon, zone: UTC}") == ["2:22: \"zone\" is for the times of an \"ics\" file"])
    #expect(
      problems("calendars: []\njobs: {}") == [
        "1:12: \"calendars\" must be a mapping of names to what each calendar is, not a list"
      ])
    // A calendar that is wrong is told once, however many use it.
    #expect(faults("  a: {days: x}\n  b: {include: a}", job: "{shell: x, every: 1s, only: a}").count == 1)
  }

  @Test("what is wrong with a file that a calendar names is told with its own line")
  func faultyFiles() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.file("bad.json", "{\n  \"holidays\": [x]\n}")
    _ = try directory.file("day.json", #"{"holidays": ["2026-02-30"]}"#)
    _ = try directory.file("bad.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR\n")
    let text = """
      calendars:
        a: {holidays: bad.json}
        b: {holidays: day.json}
        c: {ics: bad.ics}
        d: {ics: none.ics}
      jobs: {}
      """
    var messages: [String] = []
    do throws(ConfigError) {
      _ = try ConfigReader.read(text, path: "test.yaml", directory: directory.path)
    } catch {
      messages = error.problems.map { "\($0.line):\($0.column): \($0.message)" }
    }
    try #require(messages.count == 4)
    #expect(messages[0] == "2:17: holidays: bad.json:2:16: no JSON value begins like this")
    #expect(messages[1].hasPrefix("3:17: holidays: day.json: holidays[0]: \"2026-02-30\" is no day such as"))
    #expect(
      messages[2].hasPrefix("4:12: ics: bad.ics:3: DTSTART has no date or time, but \"x\"; expected a form such as"))
    #expect(messages[3].contains("none.ics: No such file or directory"))
  }

  @Test("what is wrong with its use is told with its place")
  func faultyUses() {
    let calendars = "  a: {weekdays: mon}"
    #expect(
      faults(calendars, job: "{shell: x, every: 1s, only: b}") == [
        "4:34: only: \"b\" is not known; did you mean \"a\"?"
      ])
    #expect(
      faults(calendars, job: "{shell: x, at: 2030-01-01, excluding: a}") == [
        "4:33: \"excluding\" is for jobs that repeat"
      ])
    #expect(
      faults(calendars, job: "{shell: x, atStart: true, shift: {to: next, by: a}}") == [
        "4:32: \"shift\" is for jobs that have a time"
      ])
    #expect(
      faults(calendars, job: "{shell: x, every: 1s, shift: {to: nxt, by: a}}") == [
        "4:40: to: \"nxt\" is not known; did you mean \"next\"?"
      ])
    #expect(
      faults(calendars, job: "{shell: x, every: 1s, shift: {to: next}}") == [
        "4:35: \"shift\" needs \"by\"; expected such as {to: next, by: CALENDAR}"
      ])
    #expect(
      problems("jobs:\n  a: {shell: x, every: 1s, only: b}") == [
        "2:34: only: \"b\" is not known: no calendar of that name"
      ])
  }
}
#endif
