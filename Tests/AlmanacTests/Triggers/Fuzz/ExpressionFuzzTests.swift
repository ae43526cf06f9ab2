import Testing

@testable import Almanac

@Suite("Expressions that nobody would write", .aside)
struct ExpressionFuzzTests {
  /// A language of expressions: some valid ones, the pieces that they are made of, and its reader.
  struct Language: CustomTestStringConvertible {
    var name: String
    var valid: [String]
    var pieces: [String]
    var read: @Sendable (String) throws -> Trigger

    var testDescription: String { name }
  }

  static let languages: [Language] = [
    Language(
      name: "crontab",
      valid: ["*/5 1-3,22 1,15 */2 MON-FRI", "@daily", "0 0 29 FEB *", "5/20 * * * 0,7", "59 23 31 12 6"],
      pieces: ["*", "/", "-", ",", " ", "5", "59", "MON", "feb", "@", "hourly", "31"],
      read: { try .cron($0, dialect: .crontab, in: "America/New_York") }),
    Language(
      name: "ocps",
      valid: [
        "0 */5 1-3,22 L,15W */2 +MON#2", "@monthly", "0 0 29 2 FRI#L", "*/10 * * LW * ? 2020-2090/4", "0 0 ? * 1L",
      ],
      pieces: ["*", "/", "-", ",", " ", "L", "W", "#", "+", "?", "5", "59", "SUN", "2026", "15"],
      read: { try .cron($0, in: "Africa/Casablanca") }),
    Language(
      name: "hash", valid: ["H H * * *", "H/15 H(1-3) H(1-28)/7 * H(5-7)", "H(0-29)/10 * * H *"],
      pieces: ["H", "(", ")", "-", "/", "1", "7", " ", "*", ","],
      read: { try .cron($0, in: "UTC", hash: "job") }),
    Language(
      name: "quartz",
      valid: ["0 0 12 ? * MON-FRI", "0/5 14,18 3-39/2 L-3W * ? 2026", "0 15 10 ? * 6#3", "0 0 22-3 15W 11-2 ?"],
      pieces: ["*", "/", "-", ",", " ", "L", "W", "#", "?", "0", "59", "FRI", "2026"],
      read: { try .cron($0, dialect: .quartz, in: "Europe/Dublin") }),
    Language(
      name: "aps-cron", valid: ["*/5 1-3 1,15 */2 mon-fri", "0 0 last * *", "30 2 * jan-mar sun,2"],
      pieces: ["*", "/", "-", ",", " ", "last", "1", "59", "sun", "jan", "2nd"],
      read: { try .cron($0, dialect: .apscheduler, in: "Asia/Tehran") }),
    Language(
      name: "aps day", valid: ["last", "2nd fri,15", "last sun", "1-15/2, 3rd tue", "*/3"],
      pieces: ["last", "1st", "5th", " ", "mon", "SUN", ",", "1-31", "/", "*", "7"],
      read: { try TriggerQuestion.trigger(dialect: "aps-cron", spec: ["day": .string($0), "hour": 3], zone: "UTC") }),
    Language(
      name: "aps-date", valid: ["2026-01-31", "2026-1-1 9:05:00.5+05:30", "0001-01-01", "9999-12-31 23:59:59.999999"],
      pieces: ["2026", "-", "12", "31", " ", "T", ":", "59", ".", "+", "Z", "0"],
      read: { try TriggerQuestion.trigger(dialect: "aps-date", spec: ["run_date": .string($0)], zone: "Pacific/Apia") }
    ),
    Language(
      name: "oncalendar",
      valid: [
        "Mon..Fri *-*-* 09:00:00", "2026-*-1/9 23:59:58.000001", "*-*~07/2 00/3:10", "weekly Asia/Tokyo", "@1395716396",
        "Sun *-10,3-25..31 2,1:30",
      ],
      pieces: ["Mon", "..", ",", "*", "-", "~", "/", ":", ".", "@", " ", "1", "59", "2026", "UTC", "daily"],
      read: { try .onCalendar($0, in: "Australia/Lord_Howe") }),
    Language(
      name: "rrule",
      valid: [
        "FREQ=MONTHLY;BYDAY=-1FR,2TU;BYSETPOS=1,-1", "RRULE:FREQ=YEARLY;BYWEEKNO=1,-1,53;BYDAY=MO;WKST=SU",
        "FREQ=DAILY;INTERVAL=17;COUNT=40;BYHOUR=1,2", "FREQ=HOURLY;UNTIL=20401231T000000Z;BYMINUTE=0,30",
        "FREQ=YEARLY;BYYEARDAY=1,-1,366", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=3",
      ],
      pieces: [
        "FREQ=", "YEARLY", "MONTHLY", "DAILY", "SECONDLY", ";", ",", "COUNT=", "INTERVAL=", "BYDAY=", "-1MO", "BYHOUR=",
        "23",
        "BYMONTH=", "2", "BYMONTHDAY=", "30", "BYSETPOS=", "366", "BYWEEKNO=", "53", "UNTIL=", "20261231",
      ],
      read: { try .recurrence($0, from: "2026-01-31T02:30:00", in: "America/Sao_Paulo") }),
    Language(
      name: "rrule dates", valid: ["2026-01-31T02:30:00", "20260131T023000", "2026-01-31", "0001-01-01", "9999-12-31"],
      pieces: ["2026", "-", "01", "31", "T", " ", ":", "Z", "+", "00", "60", "."],
      read: {
        try .recurrence("FREQ=DAILY;COUNT=3", from: $0, in: "America/Havana", except: [$0], also: [$0, "2030-01-01"])
      }),
  ]

  @Test(
    "are refused with a place within the text and what belongs there, or fire the same after a way through JSON",
    arguments: languages, PropertySeeds.all)
  func anyText(language: Language, seed: UInt64) {
    var texts = FuzzTexts(seed: seed)
    var wrong: [String] = []
    var accepted = 0
    for round in 0..<700 {
      let text =
        round < language.valid.count
        ? language.valid[round]
        : round % 4 == 0 ? texts.pieces(of: language.pieces) : texts.mutation(of: language.valid)
      do {
        let trigger = try language.read(text)
        accepted += 1
        if let problem = Self.problem(of: trigger) { wrong.append("\(text.debugDescription): \(problem)") }
      } catch let error as TriggerParseError {
        let limit = error.expression.count + 1
        if error.column < 1 || error.column > limit { wrong.append("\(text.debugDescription): column \(error.column)") }
        if error.expected?.isEmpty ?? true {
          wrong.append("\(text.debugDescription): no expectation, \(error.summary)")
        }
        if error.description.utf8.count > 2_000 { wrong.append("\(text.prefix(60).debugDescription): a huge message") }
        // A suggestion that is a whole expression must be one.
        if let nearest = error.suggestion, nearest.contains(" "), nearest.split(separator: " ").count > 3 {
          if (try? language.read(nearest)) == nil { wrong.append("\(text.debugDescription) suggests \(nearest)") }
        }
      } catch {
        if String(describing: error).isEmpty { wrong.append("\(text.debugDescription): an empty error") }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))\n\(PropertySeeds.again(seed, "ExpressionFuzzTests"))")
    #expect(accepted >= language.valid.count)
  }

  /// Asks a trigger about the present and the ends of time, and once more what became of it in JSON.
  static func problem(of trigger: Trigger) -> String? {
    let read = Trigger(json: trigger.json)
    guard read == trigger, read.isReadable else { return "is another after the way through JSON: \(read)" }
    if trigger.next(after: .distantFuture) != nil { return "fires after the end of time" }
    if trigger.last(onOrBefore: .distantPast) != nil { return "fires before the beginning of time" }
    _ = trigger.last(onOrBefore: .distantFuture)
    _ = trigger.count(after: .distantPast, through: .distantFuture, limit: 3)
    for second: Int64 in [-70_000_000_000, 1_780_000_000, 253_402_300_700] {
      let instant = Instant(secondsSinceEpoch: second)
      guard let fire = trigger.next(after: instant) else { continue }
      if fire <= instant { return "next(\(instant)) is \(fire)" }
      if read.next(after: instant) != fire { return "fires at other times after the way through JSON" }
      if trigger.last(onOrBefore: fire) != fire { return "last(\(fire)) is another" }
    }
    return trigger.description.isEmpty ? "has no description" : nil
  }
}
