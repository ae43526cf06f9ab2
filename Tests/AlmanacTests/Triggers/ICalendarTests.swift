import Testing

@testable import Almanac

@Suite("Calendar files (iCalendar)")
struct ICalendarTests {
  private func file(_ events: [String], end: String = "\r\n") -> String {
    var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Team"]
    for event in events {
      lines.append("BEGIN:VEVENT")
      lines += event.split(separator: "\n").map(String.init)
      lines.append("END:VEVENT")
    }
    lines += ["END:VCALENDAR", ""]
    return lines.joined(separator: end)
  }

  private func holds(_ calendar: DayCalendar, _ text: String) throws -> Bool {
    calendar.contains(try #require(CivilStamp(local: text)).seconds)
  }

  @Test("events of whole days and of times, in the zone asked for", arguments: ["\r\n", "\n"])
  func events(end: String) throws {
    let events = [
      "DTSTART;VALUE=DATE:20260101", "DTSTART;VALUE=DATE:20260215\nDTEND;VALUE=DATE:20260224",
      "DTSTART;TZID=Europe/Paris:20260302T090000\nDURATION:PT1H30M", "DTSTART:20260303T080000Z\nDTEND:20260303T090000Z",
      "DTSTART;TZID=\"America/New_York\":20260304T090000\nDTEND;TZID=America/New_York:20260304T100000",
      "DTSTART:20260305T0900\n 00\nSUMM\n\tARY:x\nDTEND:20260305T100000",
    ]
    let calendar = try DayCalendar.events(iCalendar: file(events, end: end), in: "Europe/Paris")
    #expect(calendar.name == "Team")
    let moments: [(String, Bool)] = [
      ("2026-01-01T23:59:59", true), ("2026-01-02", false), ("2026-02-15", true), ("2026-02-23T12:00:00", true),
      ("2026-02-24", false), ("2026-03-02T08:59:59", false), ("2026-03-02T09:00:00", true),
      ("2026-03-02T10:29:59", true), ("2026-03-02T10:30:00", false), ("2026-03-03T09:30:00", true),
      ("2026-03-03T08:30:00", false), ("2026-03-04T15:30:00", true), ("2026-03-05T09:30:00", true),
    ]
    for (moment, expected) in moments { #expect(try holds(calendar, moment) == expected, "\(moment)") }
    #expect(try DayCalendar(json: calendar.json) == calendar)
  }

  @Test("repetitions, exceptions, additions and replaced occurrences")
  func repetitions() throws {
    let events = [
      """
      UID:1
      DTSTART;TZID=Europe/Paris:20260105T220000
      DURATION:PT4H
      RRULE:FREQ=WEEKLY;UNTIL=20260126T210000Z
      EXDATE;TZID=Europe/Paris:20260112T220000
      RDATE;TZID=Europe/Paris:20260107T220000
      """,
      "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20260119T220000\nDTSTART;TZID=Europe/Paris:20260120T100000\nDURATION:PT1H",
      "DTSTART;VALUE=DATE:20260401\nRRULE:FREQ=YEARLY;COUNT=2", "STATUS:CANCELLED\nDTSTART;VALUE=DATE:20260501",
    ]
    let calendar = try DayCalendar.events(iCalendar: file(events), in: "Europe/Paris")
    let moments: [(String, Bool)] = [
      ("2026-01-05T22:00:00", true), ("2026-01-06T01:59:59", true), ("2026-01-06T02:00:00", false),
      ("2026-01-12T23:00:00", false), ("2026-01-07T23:00:00", true), ("2026-01-19T23:00:00", false),
      ("2026-01-20T10:30:00", true), ("2026-01-26T22:00:00", true), ("2026-02-02T22:00:00", false),
      ("2026-04-01", true), ("2027-04-01", true), ("2028-04-01", false), ("2026-05-01", false),
    ]
    for (moment, expected) in moments { #expect(try holds(calendar, moment) == expected, "\(moment)") }
    #expect(try DayCalendar(json: calendar.json) == calendar)
    #expect(try holds(DayCalendar(json: calendar.json), "2026-01-06T01:59:59"))
  }

  /// A file that cannot be read, the line at fault, and a word of what is said.
  struct Fault: Sendable {
    let line: Int
    let word: String
    let text: String

    init(_ line: Int, _ word: String, _ lines: String...) {
      (self.line, self.word) = (line, word)
      text = lines.joined(separator: "\n")
    }

    static func event(_ line: Int, _ word: String, _ lines: String...) -> Fault {
      let lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT"] + lines + ["END:VEVENT", "END:VCALENDAR"]
      return Fault(line, word, lines.joined(separator: "\n"))
    }
  }

  static let faults: [Fault] = [
    Fault(1, "VCALENDAR", ""),
    Fault(1, "no property", "hello"),
    Fault(1, "outside", "BEGIN:VEVENT"),
    Fault(1, "continuation", " x"),
    Fault(2, "ends within", "BEGIN:VCALENDAR", "BEGIN:VEVENT"),
    Fault(2, "without", "BEGIN:VCALENDAR", "END:VEVENT"),
    Fault(3, "within an event", "BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VEVENT"),
    .event(2, "DTSTART"),
    .event(3, "20260131", "DTSTART:2026-01-01"),
    .event(3, "20260131", "DTSTART:20260230"),
    .event(3, "Mars/Base", "DTSTART;TZID=Mars/Base:20260101T000000"),
    .event(3, "no value", "DTSTART;TZID:20260101"),
    .event(4, "DAYLY", "DTSTART:20260101", "RRULE:FREQ=DAYLY"),
    .event(4, "hourly", "DTSTART:20260101", "RRULE:FREQ=MINUTELY"),
    .event(4, "10000", "DTSTART:20260101", "RRULE:FREQ=DAILY;COUNT=90000"),
    .event(5, "second RRULE", "DTSTART:20260101", "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"),
    .event(4, "EXDATE", "DTSTART:20260101", "EXRULE:FREQ=DAILY"),
    .event(4, "periods", "DTSTART:20260101", "RDATE;VALUE=PERIOD:20260101T000000/PT1H"),
    .event(4, "RANGE", "DTSTART:20260101", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101"),
    .event(3, "P1D", "DURATION:1D"),
    .event(3, "P1D", "DURATION:PT"),
    .event(3, "P1D", "DURATION:P1DT"),
    .event(3, "P1D", "DURATION:-PT1H"),
    .event(4, "before", "DTSTART:20260102", "DTEND:20260101"),
    .event(5, "beside", "DTSTART:20260102", "DTEND:20260103", "DURATION:P1D"),
    .event(5, "zone", "DTSTART:20260102T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"),
    .event(5, "366 days", "DTSTART:20260102T000000", "DURATION:P400D", "RRULE:FREQ=DAILY"),
  ]

  @Test("what cannot be read is said with its line", arguments: faults)
  func failures(fault: Fault) throws {
    let error = #expect(throws: ICalendarError.self, "\(fault.text)") {
      try DayCalendar.events(iCalendar: fault.text, in: "Europe/Paris")
    }
    #expect(error?.line == fault.line, "\(String(describing: error))")
    #expect(error?.description.contains(fault.word) == true, "\(String(describing: error))")
  }

  @Test("a zone that the file describes itself is that of the zone database; one of the same clocks is no other")
  func zones() throws {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VTIMEZONE
      TZID:Asia/Calcutta
      BEGIN:STANDARD
      DTSTART:19700101T000000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0100
      END:STANDARD
      END:VTIMEZONE
      BEGIN:VEVENT
      DTSTART;TZID=Asia/Calcutta:20260105T220000
      DURATION:PT1H
      RRULE:FREQ=DAILY;COUNT=2
      BEGIN:VALARM
      DURATION:PT15M
      END:VALARM
      END:VEVENT
      END:VCALENDAR
      """
    let calendar = try DayCalendar.events(iCalendar: text, in: "Asia/Kolkata")
    #expect(try holds(calendar, "2026-01-06T22:30:00"))
    #expect(try !holds(calendar, "2026-01-07T22:30:00"))
    #expect(throws: ICalendarError.self) { try DayCalendar.events(iCalendar: text, in: "UTC") }
    #expect(throws: ZoneError.self) { try DayCalendar.events(iCalendar: text, in: "Mars/Base") }
  }

  @Test("an event during which the clocks go back is as long as it lasts")
  func fold() throws {
    // Paris shows 02:30 at 00:30Z, and 02:15 once more at 01:15Z.
    let calendar = try DayCalendar.events(
      iCalendar: file(["DTSTART:20261025T003000Z\nDTEND:20261025T011500Z"]), in: "Europe/Paris")
    #expect(try holds(calendar, "2026-10-25T02:30:00"))
    #expect(try holds(calendar, "2026-10-25T03:14:59"))
    #expect(try !holds(calendar, "2026-10-25T03:15:00"))
  }

  @Test("lines are told apart by line feeds alone, and folds by bytes")
  func lines() throws {
    let text =
      "\u{FEFF}BEGIN:VCALENDAR\r\nX-WR-CALNAME:Caf\r\n \u{E9}\\, bar\u{2028}x\r\nBEGIN:VEVENT\r\n"
      + "SUMMARY:one\u{85}two\r\n \u{301}\r\nDTSTART:20260101\r\nEND:VEVENT\r\nEND:VCALENDAR"
    let calendar = try DayCalendar.events(iCalendar: text, in: "UTC")
    #expect(calendar.name == "Caf\u{E9}, bar\u{2028}x")
    #expect(try holds(calendar, "2026-01-01T12:00:00"))
  }

  @Test("limits are told, and what is within them is answered at once")
  func limits() throws {
    let many = file(Array(repeating: "DTSTART:20260101\nRRULE:FREQ=DAILY", count: EventSet.mostSeries + 1))
    #expect(throws: ICalendarError.self) { try DayCalendar.events(iCalendar: many, in: "UTC") }
    let dates = (0..<EventSet.mostEvents).map { CivilDate(daysSinceEpoch: 20_000 + 2 * $0) }
    let days = dates.map { "DTSTART:" + CivilText.date($0).filter { $0 != "-" } }
    let full = try DayCalendar.events(iCalendar: file(days), in: "UTC")
    #expect(full.times(on: 20_000).isWholeDay)
    #expect(full.times(on: 20_001).isEmpty)
    #expect(throws: ICalendarError.self) {
      try DayCalendar.events(iCalendar: file(days + ["DTSTART:20260101"]), in: "UTC")
    }
    // Occurrences that no year has, and one that begins in the last of all years.
    let never = try DayCalendar.events(
      iCalendar: file(["DTSTART:20260102\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "DTSTART:99991231"]), in: "UTC")
    #expect(try holds(never, "2026-01-02"))
    #expect(try !holds(never, "2027-01-02"))
    #expect(try holds(never, "9999-12-31"))
    #expect(try DayCalendar(json: never.json) == never)
  }
}
