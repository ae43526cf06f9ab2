import Testing

@testable import Almanac

@Suite("systemd calendar expressions")
struct OnCalendarTests {
  private func failure(_ expression: String) throws -> TriggerParseError {
    do {
      _ = try OnCalendarGrammar.parse(expression)
    } catch {
      return error
    }
    throw TriggerError("accepted \(expression)")
  }

  @Test(
    "errors name the place",
    arguments: [
      (
        "dailyy", 1,
        "unknown weekday \"dailyy\"; expected Mon to Sun, in full or with three letters, or a shorthand such as daily. Did you mean \"daily\"?"
      ),
      (
        "*-*-5..1", 5,
        "a range or repetition of the day leads nowhere; expected the smaller value first, and a step that stays within the field."
      ),
      ("12:60", 4, "minute 60 is out of range; expected 0 to 59. Did you mean \"59\"?"),
      (
        "12:00 Mars/Base", 7,
        "unknown time zone \"Mars/Base\"; expected a zone that this machine knows, such as Europe/Paris."
      ),
      ("*:0/0", 5, "a repetition of 0 never moves on; expected more than 0. Did you mean \"1\"?"),
    ])
  func golden(expression: String, column: Int, message: String) throws {
    let error = try failure(expression)
    #expect(error.summary == message)
    #expect(error.column == column)
  }

  @Test("days that never come are refused with a reason of their own")
  func neverFires() throws {
    #expect(try failure("*-02-30").reason == .neverFires)
    #expect(try failure("*-04-31 12:00").reason == .neverFires)
  }

  @Test("the laws of triggers hold, with fractions of a second too")
  func laws() throws {
    var samples = TriggerSamples(seed: 12)
    let expressions = [
      "*:*:0/0.7", "Mon..Fri *:0/15:00.1/20.3", "*-*~1 02:30:00.5,59.999999", "Sun *-10,3-25..31 2,1:30", "hourly",
      "*-*-* *:*:59.5/0.25", "2016..2030/3-*-1/9 23:59:58.000001", "@1395716396", "*-*~07/2 00/3:10",
      "minutely Asia/Tokyo",
    ]
    var violations: [String] = []
    for _ in 0..<400 {
      let zone = samples.zone()
      let trigger = try Pinned.onCalendar(
        samples.pick(expressions), in: zone, gap: samples.pick(GapPolicy.allCases),
        fold: samples.pick(FoldPolicy.allCases))
      let start = try samples.instant(in: zone)
      if let violation = TriggerLawTests.violation(of: trigger, from: start) {
        violations.append("\(trigger) \(trigger.json) \(zone) from \(start): \(violation)")
      }
      #expect(Trigger(json: trigger.json) == trigger)
    }
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }

  @Test("no text traps")
  func anyText() {
    var generator = SeededGenerator(seed: 13)
    let alphabet = Array("0123456789*/-,.:~@ MonTueweekly UTC٣🕐\u{0}")
    for _ in 0..<4_000 {
      var text = ""
      for _ in 0..<Int.random(in: 0...20, using: &generator) {
        text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
      }
      do {
        _ = try OnCalendarGrammar.parse(text)
      } catch {
        #expect(error.column >= 1 && error.column <= text.count + 1, "\(text)")
      }
    }
  }

  @Test("huge texts and numbers are refused at once")
  func huge() throws {
    for text in [
      String(repeating: "1,", count: 1_000_000), String(repeating: "9", count: 4_000) + ":00", "*:*:0/0.00000001",
      "*-*-1/99999999999999999999", "@99999999999999999999",
    ] {
      #expect(try failure(text).description.count < 400)
    }
  }
}
