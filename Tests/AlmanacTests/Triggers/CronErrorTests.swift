import Testing

@testable import Almanac

@Suite("Errors in cron expressions")
struct CronErrorTests {
  private func failure(_ expression: String, _ dialect: CronDialect) throws -> TriggerParseError {
    do {
      _ = try dialect.parse(expression)
    } catch {
      return error
    }
    throw TriggerError("accepted \(expression)")
  }

  @Test(
    "messages say what is wrong, where, and what would be right",
    arguments: [
      (.crontab, "60 * * * *", 1, "minute 60 is out of range; expected 0 to 59. Did you mean \"0\"?"),
      (.crontab, "0 24 * * *", 3, "hour 24 is out of range; expected 0 to 23. Did you mean \"0\"?"),
      (
        .crontab, "0 0 * * MONN", 9,
        "unknown weekday \"MONN\"; expected a number 0 to 7 or a name SUN to SAT. Did you mean \"MON\"?"
      ),
      (
        .crontab, "0 0 * february *", 7,
        "unknown month \"february\"; expected a number 1 to 12 or a name JAN to DEC. Did you mean \"FEB\"?"
      ),
      (
        .crontab, "0 5 * *", 8,
        "crontab has 5 fields, here are 4; expected minute, hour, day of month, month, weekday. Did you mean \"0 5 * * *\"?"
      ),
      (
        .crontab, "0 0 5 * * *", 11,
        "crontab has 5 fields, here are 6; expected minute, hour, day of month, month, weekday; the dialect ocps has seconds and years as well. Did you mean \"0 5 * * *\"?"
      ),
      (
        .crontab, "0 0 L * *", 5,
        "crontab knows no \"L\"; expected a day 1 to 31 or *; the dialect ocps has more."
      ),
      (
        .crontab, "50-10 * * * *", 1,
        "the range 50-10 runs backwards; expected the smaller value first. Did you mean \"50-59,0-10\"?"
      ),
      (
        .crontab, "@dayly", 1,
        "unknown nickname @dayly; expected one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly. Did you mean \"@daily\"?"
      ),
      (
        .ocps, "5/10 * * * *", 2,
        "a step needs a range or *; expected \"*/n\" or \"a-b/n\". Did you mean \"5-59/10\"?"
      ),
      (
        .ocps, "0 0 * * 1#6", 11,
        "no month has a weekday number 6; expected 1 to 5, or L for the last. Did you mean \"5\"?"
      ),
      (.ocps, "*/0 * * * *", 3, "a step of 0 never moves on; expected a step of 1 or more. Did you mean \"1\"?"),
      (.ocps, "? * * * *", 1, "? belongs into the day fields only; expected * for every minute. Did you mean \"*\"?"),
      (.ocps, "0 0 1, * *", 7, "the day of month ends too early; expected a number 1 to 31."),
      (.ocps, "0 0 🕐 * *", 5, "unexpected \"🕐\" in the day of month; expected a number 1 to 31."),
      (.ocps, "", 1, "the expression is empty; expected fields such as \"0 9 * * *\"."),
      (.ocps, "0 0 0 1 1 * 10000", 13, "year 10000 is out of range; expected 1 to 9999. Did you mean \"9999\"?"),
      (
        .quartz, "0 0 0 * * *", 11,
        "day of month and weekday cannot both be given; expected ? in exactly one of them. Did you mean \"?\"?"
      ),
      (.quartz, "0 0 0 ? * 0", 11, "weekday 0 is out of range; expected 1 to 7. Did you mean \"1\"?"),
      (
        .quartz, "0 0 0 15W,3 * ?", 10,
        "unexpected \",\" in the day of month; expected the end of the field; L and W stand alone."
      ),
      (.apscheduler, "* * * * 7", 9, "day_of_week 7 is out of range; expected 0 to 6. Did you mean \"0\"?"),
      (
        .apscheduler, "*/60 * * * *", 2,
        "the step 60 is larger than its range; expected at most 59. Did you mean \"/59\"?"
      ),
      (
        .apscheduler, "0 0 1st * *", 5,
        "a weekday must follow 1st; expected a name MON to SUN. Did you mean \"1st mon\"?"
      ),
    ] as [(CronDialect, String, Int, String)])
  func golden(dialect: CronDialect, expression: String, column: Int, message: String) throws {
    let error = try failure(expression, dialect)
    #expect(error.summary == message)
    #expect(error.column == column)
    #expect(error.reason == .malformed)
    #expect(error.expression == expression)
  }

  @Test("the text is shown with a mark below the fault")
  func caret() throws {
    #expect(
      try failure("0 0 * * MONN", .ocps).description == """
        unknown weekday "MONN"; expected a number 0 to 7 or a name SUN to SAT. Did you mean "MON"? (column 9)
          0 0 * * MONN
                  ^~~~
        """)
    let long = String(repeating: "1,", count: 200) + "60 * * * *"
    let lines = try failure(long, .ocps).description.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].count < 90)
    let mark = lines[2].prefix { $0 != "^" }.count
    #expect(lines[1].dropFirst(mark).hasPrefix("60 * * * *"))
  }

  @Test("days that no month has are refused, with a reason of their own")
  func neverFires() throws {
    for expression in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"] {
      for dialect in [CronDialect.crontab, .ocps, .apscheduler] {
        #expect(try failure(expression, dialect).reason == .neverFires)
      }
    }
    #expect(try failure("0 0 0 29 2 * 2025-2027", .ocps).reason == .neverFires)
    #expect(try failure("0 0 31W 2 *", .ocps).reason == .neverFires)
    #expect(try failure("0 0 0 30 2 ?", .quartz).reason == .neverFires)
    // Never in a rare year is not never.
    _ = try CronDialect.ocps.parse("0 0 29 2 +MON")
  }

  @Test("@reboot is no time")
  func reboot() throws {
    #expect(try failure("@reboot", .crontab).reason == .notATime)
  }

  @Test("no text traps, and each refusal names a column within the text or just behind it")
  func anyText() {
    var generator = SeededGenerator(seed: 8)
    let alphabet = Array("0123456789*/-,LWlw#+?@ \tJANFEBMONSUN٢é🕐\u{0}\u{200B}x")
    for _ in 0..<4_000 {
      let length = Int.random(in: 0...24, using: &generator)
      var text = ""
      for _ in 0..<length { text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)]) }
      for dialect in CronDialect.allCases {
        do {
          _ = try dialect.parse(text)
        } catch {
          #expect(error.column >= 1 && error.column <= text.count + 1, "\(text)")
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test("huge texts and numbers are refused at once")
  func huge() throws {
    for dialect in CronDialect.allCases {
      #expect(try failure(String(repeating: "*", count: 1_000_000), dialect).column == CronText.longest + 1)
      #expect(try failure(String(repeating: " ", count: 1_000_000), dialect).problem.contains("too long"))
      #expect(try failure(String(repeating: "1,", count: 2_000) + "* * *", dialect).description.count < 400)
      #expect(throws: TriggerParseError.self) { try dialect.parse("\(String(repeating: "9", count: 4_000)) * * * *") }
    }
  }
}
