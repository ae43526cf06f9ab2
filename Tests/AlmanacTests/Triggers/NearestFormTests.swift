import Testing

@testable import Almanac

@Suite("What people write by mistake gets its place, what belongs there, and what they meant")
struct NearestFormTests {
  /// The dialect, what was written, the column, and the nearest valid form; the last is nil where nothing near is valid.
  typealias Mistake = (dialect: String, text: String, column: Int, nearest: String?)

  static let mistakes: [Mistake] = [
    ("crontab", "0 0 * * MONN", 9, "MON"), ("crontab", "60 * * * *", 1, "0"), ("crontab", "* 24 * * *", 3, "0"),
    ("crontab", "0 0 32 * *", 5, "31"), ("crontab", "0 0 0 * *", 5, "1"), ("crontab", "0 0 * 13 *", 7, "12"),
    ("crontab", "0 0 * * MON-FIR", 13, "FRI"), ("crontab", "*/0 * * * *", 3, "1"),
    ("crontab", "0 5 * *", 8, "0 5 * * *"), ("crontab", "0 0 5 * * *", 11, "0 5 * * *"),
    ("crontab", "@dayly", 1, "@daily"), ("crontab", "@weely", 1, "@weekly"), ("crontab", "daily", 6, "@daily"),
    ("crontab", "Hourly", 7, "@hourly"), ("crontab", "@daily x", 8, nil), ("crontab", "@every 5m", 1, nil),
    ("crontab", "0 0 * JANUARY *", 7, "JAN"), ("crontab", "0 0 * SEPT *", 7, "SEP"),
    ("crontab", "0 0 * * monday", 9, "MON"), ("crontab", "0 0 * * Mon,Tues", 13, "TUE"),
    ("crontab", "10-5 * * * *", 1, "10-59,0-5"), ("crontab", "0 22-4 * * *", 3, "22-23,0-4"),
    ("crontab", "0 0 * * FRI-MON", 9, "FRI-SAT,SUN-MON"), ("crontab", "0 0 ? * *", 5, "*"),
    ("crontab", "0 0 L * *", 5, nil), ("crontab", "5- * * * *", 3, nil), ("crontab", "0,,5 * * * *", 3, nil),
    ("crontab", "0 9am * * *", 4, nil), ("crontab", "０ 0 * * *", 1, nil), ("crontab", "0 0 30 2 *", 1, nil),
    ("ocps", "60 * * * * *", 1, "0"), ("ocps", "5/10 * * * *", 2, "5-59/10"), ("ocps", "? * * * *", 1, "*"),
    ("ocps", "0 0 * * MON#6", 13, "5"), ("ocps", "0 0 32W * *", 5, "31"), ("ocps", "@weekley", 1, "@weekly"),
    ("ocps", "0 0 5-1 * *", 5, "5-31,1"), ("ocps", "monthly", 8, "@monthly"), ("ocps", "0 0 * *", 8, "0 0 * * *"),
    ("ocps", "0 0 * * * * * *", 15, nil),
    ("quartz", "0 9 * * *", 10, "0 0 9 * * ?"), ("quartz", "0 9 * * MON-FRI", 16, "0 0 9 ? * MON-FRI"),
    ("quartz", "0 9 * * 1", 10, nil), ("quartz", "0 0 12 * * *", 12, "?"), ("quartz", "0 0 12 ? * ?", 12, "*"),
    ("quartz", "0 0 12 ? * 0", 12, "1"), ("quartz", "0 0 12 ? * 8", 12, "7"), ("quartz", "0 0 12 ? * MONN", 12, "MON"),
    ("quartz", "0 0 24 * * ?", 5, "0"), ("quartz", "0 0 12 ? * 6#6", 14, "5"), ("quartz", "*/60 * * * * ?", 1, "*/59"),
    ("quartz", "0 0 12 * * ? 1969", 14, "1970"),
    ("aps-cron", "* * * * 7", 9, "0"), ("aps-cron", "* * * * moon", 9, "MON"), ("aps-cron", "0 9 * *", 8, "0 9 * * *"),
    ("aps-cron", "0 0 9 * * *", 11, "0 9 * * *"), ("aps-cron", "*/70 * * * *", 2, "/59"),
    ("aps-cron", "0 0 1st * *", 5, "1st mon"),
    ("oncalendar", "Mon..Fri *-*-* 25:00", 16, "23"), ("oncalendar", "12:60", 4, "59"),
    ("oncalendar", "dailly", 1, "daily"),
    ("oncalendar", "Mon..Fir", 6, "Fri"), ("oncalendar", "Tues 10:00", 1, "Tue"),
    ("oncalendar", "Fri..Mon 10:00", 1, "Fri..Sun,Mon"), ("oncalendar", "Sat..Wed", 1, "Sat..Sun,Mon..Wed"),
    ("oncalendar", "*-13-*", 3, "12"), ("oncalendar", "*-*-32", 5, "31"), ("oncalendar", "*:0/0", 5, "1"),
    ("oncalendar", "00:00 Europe/Berln", 7, "Europe/Berlin"), ("oncalendar", "*/2:00", 2, nil),
    ("oncalendar", "1969-01-01", 1, "1970"), ("oncalendar", "9", 2, nil),
    ("rrule", "FREQ=MONTHY", 6, "MONTHLY"), ("rrule", "FREQ=DAYLY", 6, "DAILY"), ("rrule", "FREQ=WEEK", 6, "WEEKLY"),
    ("rrule", "FREQ=DAILY,INTERVAL=2", 6, "DAILY"), ("rrule", "FREQ=WEEKLY;BYDAY=MOO", 19, "MO"),
    ("rrule", "FREQ=WEEKLY;BYDAY=TUESDAY", 19, "TU"), ("rrule", "FREQ=MONTHLY;BYDAY=1MON", 21, "MO"),
    ("rrule", "FREQ=WEEKLY;WKST=MON", 18, "MO"), ("rrule", "FREQ=DAILY;BYHOURS=1", 12, "BYHOUR"),
    ("rrule", "FREQ=DAILY;BYHOUR=24", 19, "23"), ("rrule", "FREQ=DAILY;INTERVAL=0", 21, "1"),
    ("rrule", "FREQ=DAILY;UNTIL=2026-12-31", 18, "20261231"),
    ("rrule", "FREQ=DAILY;UNTIL=2026-12-31T10:00:00Z", 18, "20261231T100000Z"), ("rrule", "BYDAY=MO", 1, nil),
    ("rrule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 1, nil),
  ]

  @Test("the column, the expectation and the nearest form", arguments: mistakes.indices)
  func mistake(number: Int) throws {
    let (dialect, text, column, nearest) = Self.mistakes[number]
    let spec: JSONValue =
      dialect == "rrule" ? ["dtstart": "2026-01-01T00:00:00", "rrule": .string(text)] : .string(text)
    do {
      _ = try TriggerQuestion.trigger(dialect: dialect, spec: spec, zone: "UTC")
      Issue.record("accepted \(text)")
    } catch let error as TriggerParseError {
      #expect(error.column == column, "\(text): \(error)")
      #expect(error.suggestion == nearest, "\(text): \(error)")
      #expect(error.expected?.isEmpty == false, "\(text): \(error)")
      #expect(error.description.contains("^"))
    }
  }

  @Test("the mark stands under the character at fault, also behind characters that are wide or combine")
  func mark() throws {
    func lines(_ text: String) -> [Substring] {
      do {
        _ = try CronDialect.ocps.parse(text)
        return []
      } catch {
        return error.description.split(separator: "\n")
      }
    }
    // Two columns each for the Chinese characters, one for the accented letter of two scalars.
    #expect(try CronDialect.ocps.parse("0 0 * * *").pattern.isPossible)
    #expect(lines("漢字 0 * * *").last == "  ^~")
    #expect(lines("0 0 e\u{301}x * *").last == "      ^")
    let wide = TriggerParseError(expression: "漢字 x", column: 4, problem: "wrong")
    #expect(wide.description.split(separator: "\n").last == "       ^")
    let accented = TriggerParseError("1\u{301}x 0 * * *", bytes: 1..<3, problem: "wrong")
    #expect(accented.column == 1)
    #expect(TriggerParseError(expression: "x", column: 0, problem: "wrong").description.hasSuffix("^"))
    #expect(TriggerParseError(expression: "x", column: 99, problem: "wrong").description.contains("column 99"))
  }

  @Test("H chooses Sunday also where its range writes it as 7")
  func sundayAsSeven() throws {
    let trigger = try Trigger.cron("0 0 * * H(7-7)", hash: "job")
    #expect(trigger.next(after: Instant(microsecondsSinceEpoch: 0))?.rfc3339() == "1970-01-04T00:00:00Z")
  }
}
