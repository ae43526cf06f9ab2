import Testing

@testable import Almanac

@Suite("Recurrence rules")
struct RecurrenceTests {
  private func failure(_ rule: String) throws -> TriggerParseError {
    do {
      _ = try RecurrenceGrammar.parse(rule)
    } catch {
      return error
    }
    throw TriggerError("accepted \(rule)")
  }

  @Test(
    "errors name the place",
    arguments: [
      (
        "FREQ=DAYLY", 6,
        "unknown frequency \"DAYLY\"; expected one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY. Did you mean \"DAILY\"?"
      ),
      ("COUNT=3", 1, "the rule has no FREQ; expected FREQ=DAILY or another frequency."),
      ("FREQ=DAILY;BYHOUR=24", 19, "BYHOUR 24 is out of range; expected a number 0 to 23. Did you mean \"23\"?"),
      (
        "FREQ=MONTHLY;BYDAY=1MOX", 21,
        "unknown weekday \"MOX\"; expected one of SU, MO, TU, WE, TH, FR, SA. Did you mean \"MO\"?"
      ),
      ("FREQ=DAILY;INTERVAL=2;INTERVAL=3", 23, "INTERVAL stands twice; expected each part once."),
      ("FREQ=DAILY;COUNT=2;UNTIL=20260101T000000Z", 20, "COUNT and UNTIL exclude each other; expected one of them."),
      (
        "FREQ=WEEKLY;BYDAY=1MO", 1,
        "BYDAY counts weekdays only in months and years; expected FREQ=MONTHLY or FREQ=YEARLY with it."
      ),
      ("FREQ=MONTHLY;BYSETPOS=0", 23, "BYSETPOS 0 is out of range; expected a number 1 to 366. Did you mean \"1\"?"),
      (
        "FREQ=DAILY;BYHOURS=1", 12,
        "unknown part \"BYHOURS\"; expected one of FREQ, INTERVAL, COUNT, UNTIL, WKST, BYSECOND, BYMINUTE, BYHOUR, BYDAY, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS. Did you mean \"BYHOUR\"?"
      ),
    ])
  func golden(rule: String, column: Int, message: String) throws {
    let error = try failure(rule)
    #expect(error.summary == message)
    #expect(error.column == column)
  }

  private static let rules = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=17;BYHOUR=1,2,3", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU;WKST=WE",
    "FREQ=MONTHLY;BYDAY=-1FR,2TU", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;BYHOUR=0,2;BYMINUTE=30",
    "FREQ=YEARLY;BYDAY=20MO,-3SU", "FREQ=YEARLY;BYWEEKNO=1,-1,53;BYDAY=MO,SU",
    "FREQ=YEARLY;BYYEARDAY=1,-1,60;INTERVAL=3",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;BYHOUR=1,2", "FREQ=HOURLY;INTERVAL=5;BYDAY=SU",
    "FREQ=MINUTELY;INTERVAL=37;BYHOUR=1,2",
    "FREQ=SECONDLY;INTERVAL=1001;BYMINUTE=0,30", "FREQ=WEEKLY;BYDAY=TU,TH,SA;BYSETPOS=2;INTERVAL=2",
    "FREQ=DAILY;COUNT=400",
    "FREQ=DAILY;BYHOUR=1,2,3;BYSETPOS=-1;INTERVAL=2", "FREQ=HOURLY;BYMINUTE=0,15,30;BYSETPOS=2;INTERVAL=3",
    "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2", "FREQ=DAILY;UNTIL=20301231T120000Z",
    "FREQ=YEARLY;BYSETPOS=-1;BYDAY=FR,SU;INTERVAL=2",
  ]

  @Test("the laws of triggers hold for every frequency, in hard zones")
  func laws() throws {
    var samples = TriggerSamples(seed: 14)
    var violations: [String] = []
    for _ in 0..<500 {
      let zone = samples.zone()
      let start = samples.pick([
        "1999-12-31T02:30:00", "2010-10-31T01:15:00", "1970-01-01T00:00:00", "2024-02-29T23:59:59",
      ])
      let trigger = try Pinned.recurrence(
        samples.pick(Self.rules), from: start, in: zone,
        except: samples.pick([[], ["2030-06-30T02:30:00", "2026-10-25T02:30:00"]]),
        also: samples.pick([[], ["2026-03-29T02:30:00", "2011-12-30T12:00:00", "2020-01-01"]]),
        gap: samples.pick(GapPolicy.allCases), fold: samples.pick(FoldPolicy.allCases))
      let instant = try samples.instant(in: zone)
      if let violation = TriggerLawTests.violation(of: trigger, from: instant) {
        violations.append("\(trigger) \(trigger.json) from \(instant): \(violation)")
      }
      #expect(Trigger(json: trigger.json) == trigger)
    }
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }

  @Test("daily to yearly rules agree with a look at every day")
  func agreesWithEveryDay() throws {
    var generator = SeededGenerator(seed: 15)
    func some(_ values: [Int], _ count: Int) -> [Int] { Array(values.shuffled(using: &generator).prefix(count)) }
    for _ in 0..<150 {
      var rule = RecurrenceRule()
      let frequencies: [RecurrenceRule.Frequency] = [.yearly, .monthly, .weekly, .daily]
      rule.frequency = frequencies[Int.random(in: 0..<4, using: &generator)]
      rule.interval = Int.random(in: 1...4, using: &generator)
      rule.weekStart = Int.random(in: 0...6, using: &generator)
      if Bool.random(using: &generator) { rule.months = some(Array(1...12), 4) }
      if Bool.random(using: &generator) { rule.monthDays = some(Array(-31 ... -1) + Array(1...31), 8) }
      rule.weekdays = some(Array(0...6), 3).map { RecurrenceRule.Weekday(ordinal: 0, weekday: $0) }
      let startDay = Int.random(in: 0...15_000, using: &generator)
      let start = CivilDate(daysSinceEpoch: startDay)
      let times = RecurrenceTimes(rule, start: Int64(startDay) * 86_400 + 3_600)
      func weekStart(_ day: Int) -> Int {
        (0..<7).map { day - $0 }.first { CivilDate.weekday(daysSinceEpoch: $0) == rule.weekStart } ?? day
      }
      let expected = (startDay..<startDay + 1_500).filter { day in
        let date = CivilDate(daysSinceEpoch: day)
        let fromEnd = date.day - CivilDate.daysInMonth(year: date.year, month: date.month) - 1
        let inPeriod =
          switch rule.frequency {
          case .yearly: (date.year - start.year) % rule.interval == 0
          case .monthly: (date.year * 12 + date.month - start.year * 12 - start.month) % rule.interval == 0
          case .weekly: (weekStart(day) - weekStart(startDay)) / 7 % rule.interval == 0
          default: (day - startDay) % rule.interval == 0
          }
        return inPeriod && (rule.months.isEmpty || rule.months.contains(date.month))
          && (rule.monthDays.isEmpty || rule.monthDays.contains(date.day) || rule.monthDays.contains(fromEnd))
          && rule.weekdays.contains { $0.weekday == date.weekday }
      }
      var found: [Int] = []
      var local = Int64.min
      while let time = times.first(atOrAfter: local), time < Int64(startDay + 1_500) * 86_400 {
        found.append(Int(time / 86_400))
        local = time + 1
      }
      #expect(found == expected)
    }
  }

  @Test("days that are counted in months and years agree with a count of every day")
  func agreesWithCounting() throws {
    var generator = SeededGenerator(seed: 23)
    func signed(_ most: Int) -> Int {
      let number = Int.random(in: 1...most, using: &generator)
      return Bool.random(using: &generator) ? number : -number
    }
    for round in 0..<120 {
      var rule = RecurrenceRule()
      rule.frequency = Bool.random(using: &generator) ? .yearly : .monthly
      if Bool.random(using: &generator) { rule.months = [1, 2, 7, 12] }
      let countsInYear = rule.frequency == .yearly && rule.months.isEmpty
      if round % 3 != 0 {
        rule.weekdays = (0..<6).map { _ in
          RecurrenceRule.Weekday(
            ordinal: signed(countsInYear ? 53 : 6), weekday: Int.random(in: 0...6, using: &generator))
        }
        if round % 5 == 0 { rule.weekdays.append(RecurrenceRule.Weekday(ordinal: 0, weekday: 3)) }
      }
      if round % 3 != 1 { rule.yearDays = (0..<40).map { _ in signed(366) } + [366, -366, 60, -307] }
      let days = RecurrenceDays(rule, start: CivilDate(year: 1_999, month: 1, day: 1))
      for year in 1_999...2_008 {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        let yearLength = CivilDate.isLeapYear(year) ? 366 : 365
        for month in 1...12 {
          let length = CivilDate.daysInMonth(year: year, month: month)
          var expected: UInt32 = 0
          for day in 1...length where rule.months.isEmpty || rule.months.contains(month) {
            let date = CivilDate(year: year, month: month, day: day)
            let ofYear = date.daysSinceEpoch - newYear + 1
            let (place, count) = countsInYear ? (ofYear, yearLength) : (day, length)
            let isByWeekday = rule.weekdays.contains {
              $0.weekday == date.weekday
                && [0, (place - 1) / 7 + 1, -((count - place) / 7 + 1)].contains($0.ordinal)
            }
            let isByYearDay = rule.yearDays.contains { $0 == ofYear || $0 == ofYear - yearLength - 1 }
            if (rule.weekdays.isEmpty || isByWeekday) && (rule.yearDays.isEmpty || isByYearDay) {
              expected |= 1 << UInt32(day)
            }
          }
          #expect(days.mask(year: year, month: month) == expected, "\(year)-\(month) \(rule)")
        }
      }
    }
  }

  @Test("rules that never match are refused with a reason of their own, at once")
  func neverFires() throws {
    for rule in [
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "FREQ=DAILY;BYSECOND=60",
      "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=40", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
      "FREQ=MONTHLY;BYDAY=6MO,-6MO", "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=32,-1", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54",
      "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=3", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    ] {
      #expect(throws: TriggerParseError.self, "\(rule)") { try Trigger.recurrence(rule, from: "2026-01-01T00:00:00") }
    }
  }

  @Test("rules that match once in centuries are found")
  func rare() throws {
    for (rule, start, expected) in [
      // The only leap years that are multiples of 100 are those of 400.
      ("FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29", "2100-01-01", "2400-02-29"),
      ("FREQ=MONTHLY;INTERVAL=1200;BYMONTHDAY=29", "2100-02-01", "2400-02-29"),
    ] {
      guard let trigger = try? Trigger.recurrence(rule, from: start) else {
        Issue.record("\(rule) was taken for never firing")
        continue
      }
      let day = try #require(trigger.next(after: .distantPast)).rfc3339().prefix(10)
      #expect(day == expected, "\(rule)")
    }
  }

  @Test("dates that are put in fire also beyond the end of the rule, but not where they are taken out")
  func dates() throws {
    let trigger = try Pinned.recurrence(
      "FREQ=DAILY;COUNT=2", from: "2026-01-01T09:00:00", in: "Europe/Paris",
      except: ["2026-01-02T09:00:00", "2026-02-01"],
      also: ["2026-02-01", "2026-03-29T02:30:00"])
    var fires: [String] = []
    var instant = Instant.distantPast
    while let fire = trigger.next(after: instant) {
      fires.append(fire.rfc3339())
      instant = fire
    }
    #expect(fires == ["2026-01-01T08:00:00Z", "2026-03-29T01:30:00Z"])
  }

  @Test("no text traps")
  func anyText() {
    var generator = SeededGenerator(seed: 16)
    let pieces = [
      "FREQ=", "DAILY", "YEARLY", ";", ",", "=", "COUNT=", "BYDAY=", "-1MO", "+5FR", "BYSETPOS=", "-", "366", "0",
      "UNTIL=",
      "20260101", "T000000Z", "٣", "🕐", "INTERVAL=", "99999999999999999999", "RRULE:", " ",
    ]
    for _ in 0..<4_000 {
      let text = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        pieces[Int.random(in: pieces.indices, using: &generator)]
      }.joined()
      do {
        _ = try RecurrenceGrammar.parse(text)
      } catch {
        #expect(error.column >= 1 && error.column <= text.count + 1, "\(text)")
      }
    }
  }
}
