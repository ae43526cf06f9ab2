import Foundation
import Testing

@testable import Almanac

@Suite("Calendars of days and times", .aside)
struct DayCalendarTests {
  private func holds(_ calendar: DayCalendar, _ text: String) throws -> Bool {
    calendar.contains(try #require(CivilStamp(local: text)).seconds)
  }

  private func expect(_ calendar: DayCalendar, holds held: [String], andNot others: [String]) throws {
    for text in held { #expect(try holds(calendar, text), "\(calendar) at \(text)") }
    for text in others { #expect(try !holds(calendar, text), "\(calendar) at \(text)") }
  }

  @Test("each kind holds what it says")
  func kinds() throws {
    try expect(
      .days(["2026-01-01", "2026-02-15/2026-02-23", "2026-02-24"]),
      holds: ["2026-01-01", "2026-02-15", "2026-02-24T23:59:59"],
      andNot: ["2025-12-31T23:59:59", "2026-01-02", "2026-02-14T23:59:59", "2026-02-25"])
    try expect(.days(from: "2026-07-01", through: "2026-08-31"), holds: ["2026-08-31"], andNot: ["2026-09-01"])
    try expect(.weekend, holds: ["2026-01-31", "2026-02-01T23:59:59"], andNot: ["2026-02-02"])
    try expect(
      .yearly(["02-29", "12-25"]), holds: ["2028-02-29T12:00:00", "1999-12-25"], andNot: ["2027-03-01", "2028-12-24"])
    try expect(
      .times(from: "22:00", to: "06:00"), holds: ["2026-01-01T22:00:00", "2026-01-01T00:00:00"],
      andNot: ["2026-01-01T21:59:59", "2026-01-01T06:00:00"])
    try expect(.times(from: "12:00", to: "24:00"), holds: ["2026-01-01T23:59:59"], andNot: ["2026-01-01T11:59:59"])
  }

  @Test("set algebra is that of sets, for every reading of some days")
  func algebra() throws {
    let calendars: [DayCalendar] = [
      try .days(["2026-01-02/2026-01-04"]), .weekend, try .times(from: "09:00", to: "17:00"),
      try .times(from: "22:30", to: "01:15"), try .yearly(["01-03"]),
    ]
    #expect(DayCalendar.union(of: [.weekend]) == .weekend)
    #expect(try DayCalendar.union(of: []) == .days([]))
    let start = try #require(CivilStamp(local: "2026-01-01")).seconds
    for left in calendars {
      for right in calendars {
        for local in stride(from: start, to: start + 5 * 86_400, by: 900) {
          let (a, b) = (left.contains(local), right.contains(local))
          #expect(left.union(right).contains(local) == (a || b))
          #expect(DayCalendar.union(of: [left, right]).contains(local) == (a || b))
          #expect(left.intersection(right).contains(local) == (a && b))
          #expect(left.subtracting(right).contains(local) == (a && !b))
          #expect(left.complement.contains(local) == !a)
          #expect(left.complement.complement.contains(local) == a)
        }
      }
    }
  }

  /// A calendar of everything, drawn from a seed, about the year 2026.
  static func draw(_ samples: inout TriggerSamples, depth: Int = 3) throws -> DayCalendar {
    func day(_ samples: inout TriggerSamples) -> String {
      CivilText.date(CivilDate(daysSinceEpoch: Int.random(in: 20_454...20_820, using: &samples.generator)))
    }
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &samples.generator) {
    case 0: return try .days((0..<Int.random(in: 0...6, using: &samples.generator)).map { _ in day(&samples) })
    case 1: return samples.pick([.weekend, .mondayToFriday, .weekdays(.wednesday), .weekdays()])
    case 2: return try .yearly(samples.pick([["01-01"], ["02-29"], ["03-31", "04-01", "12-25"], []]))
    case 3:
      return try .times(
        from: samples.pick(["00:00", "08:30", "22:00"]), to: samples.pick(["06:15:30", "17:00", "24:00"]))
    case 4:
      let start = CivilTime.seconds(of: CivilDate(daysSinceEpoch: 20_500)) + 7_200
      return DayCalendar(
        .events(try EventSet(once: [start..<start + 300_000, start + 900_000..<start + 900_060], series: [])))
    case 5:
      let rule = samples.pick([
        "FREQ=WEEKLY;BYDAY=TU,SA", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY", "FREQ=DAILY;COUNT=9",
      ])
      let start = CivilTime.seconds(of: CivilDate(daysSinceEpoch: 20_480)) + 79_200
      let spec = EventSeries.Spec(
        start: start, length: samples.pick([60, 86_400, 399_990]), rule: rule,
        until: samples.pick([nil, start + 9_000_000]),
        excluded: [start], included: [start + 5_000_010])
      return DayCalendar(.events(try EventSet(once: [], series: [EventSeries(spec)])))
    case 6: return try draw(&samples, depth: depth - 1).union(draw(&samples, depth: depth - 1))
    case 7: return try draw(&samples, depth: depth - 1).intersection(draw(&samples, depth: depth - 1))
    default: return try draw(&samples, depth: depth - 1).complement
    }
  }

  @Test("a stretch says of no day what is not so, in either direction", arguments: UInt64(1)...6)
  func stretches(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    for _ in 0..<40 {
      let calendar = try Self.draw(&samples)
      for day in stride(from: 20_430, through: 20_850, by: 7) {
        for direction in [DayStretch.Direction.forward, .backward] {
          let stretch = calendar.stretch(on: day, direction)
          #expect(stretch.times == calendar.times(on: day))
          // Held against the definition, a few days from the beginning and the last ones.
          let length = min(abs(stretch.through.subtractingReportingOverflow(day).partialValue), 500)
          for distance in [1, 2, 5, length / 2, length - 1, length] where distance > 0 && distance <= length {
            let other = day + direction.step * distance
            #expect(calendar.times(on: other) == stretch.times, "\(calendar.json) on \(day) through \(stretch.through)")
          }
        }
      }
    }
  }

  @Test("a search finds what a look at each minute finds", arguments: UInt64(11)...14)
  func search(seed: UInt64) throws {
    var samples = TriggerSamples(seed: seed)
    for _ in 0..<12 {
      let calendar = try Self.draw(&samples)
      let start = CivilTime.seconds(of: CivilDate(daysSinceEpoch: 20_490))
      let inside = Bool.random(using: &samples.generator)
      // Windows and events begin and end on whole half minutes.
      let end = start + 15 * 86_400
      let readings = stride(from: start, to: end, by: 30)
      let wanted = readings.filter { calendar.contains($0) == inside }
      for _ in 0..<20 {
        let from = start + Int64.random(in: 0..<15 * 2_880, using: &samples.generator) * 30
        var (steps, more) = (calendar.mostSteps, calendar.mostSteps)
        let first = calendar.first(atOrAfter: from, inside: inside, steps: &steps).flatMap { $0 < end ? $0 : nil }
        #expect(first == wanted.first { $0 >= from }, "\(calendar.json) from \(from)")
        let last = calendar.last(atOrBefore: from, inside: inside, steps: &more).flatMap { $0 >= start ? $0 : nil }
        // The last second of a stretch lies 29 seconds after its last reading here.
        #expect(
          last.map { ($0 - start) / 30 } == wanted.last { $0 <= from }.map { ($0 - start) / 30 }, "\(calendar.json)")
      }
    }
  }

  @Test("far days are found at once, and days that never come are not looked for for ever")
  func farDays() throws {
    var steps = 100
    let day = try DayCalendar.days(["2026-01-01"]).intersection(.weekdays(.thursday))
    let newYear: Int64 = 20_454 * 86_400
    let first = day.first(atOrAfter: CivilTime.first, inside: true, steps: &steps)
    let last = day.last(atOrBefore: CivilTime.last, inside: true, steps: &steps)
    #expect(first == newYear)
    #expect(last == newYear + 86_399)
    #expect(steps > 90)
    let never = DayCalendar.weekend.intersection(.mondayToFriday)
    steps = never.mostSteps
    let found = never.first(atOrAfter: 0, inside: true, steps: &steps)
    #expect(found == nil)
    #expect(steps == 0)
  }

  @Test("moved working days: a weekend day on which is worked, a weekday on which is not")
  func moved() throws {
    let calendar = try DayCalendar.businessDays(json: [
      "holidays": ["2026-02-15/2026-02-23"], "workdays": ["2026-02-14", "2026-02-28"], "name": "Spring Festival",
      "source": "an example",
    ])
    try expect(
      calendar, holds: ["2026-02-13", "2026-02-14", "2026-02-24", "2026-02-28", "2026-03-02"],
      andNot: ["2026-02-16", "2026-02-23", "2026-03-01"])
    #expect(calendar.name == "Spring Festival")
  }

  @Test(
    "what is wrong with a table of holidays is told with its place",
    arguments: [
      (#"{"holiday": []}"#, #"Did you mean "holidays"?"#), (#"{"holidays": [1]}"#, "holidays[0] must be a text"),
      (#"{"holidays": ["2025-01-01", "2025-02-30"]}"#, #"holidays[1]: "2025-02-30" is no day"#), ("[]", "object"),
      (#"{"holidays": [], "workdays": ["2025-02-02/2025-02-01"]}"#, "workdays[0]: The range"),
      (#"{"holidays": ["2025-01-01/2025-01-03"], "workdays": ["2025-01-03"]}"#, "2025-01-03 is among the holidays"),
      (#"{"holidays": "2025-01-01"}"#, #""holidays" must be a list"#), ("{}", #"must have the list "holidays""#),
      (#"{"holidays": [], "name": 3}"#, #""name" must be a text"#),
    ])
  func faultyTables(text: String, problem: String) throws {
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    let error = #expect(throws: TriggerError.self) { try DayCalendar.businessDays(json: json) }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
  }

  @Test("the table of holidays among the examples is that of China in 2025")
  func china() throws {
    let url = TidyTests.root.appending(path: "Examples/holidays-cn-2025.json")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: url))
    let calendar = try DayCalendar.businessDays(json: json)
    let year = CivilDate(year: 2025, month: 1, day: 1).daysSinceEpoch
    let (free, worked) = (0..<365).reduce(into: (0, 0)) { counts, day in
      let isWorked = !calendar.times(on: year + day).isEmpty
      let isWeekend = DayCalendar.weekend.times(on: year + day).isWholeDay
      if !isWorked { counts.0 += 1 }
      if isWorked && isWeekend { counts.1 += 1 }
    }
    #expect(worked == 5)
    // 104 days of weekends, less the five, and 18 holidays that fall on weekdays.
    #expect(free == 104 - 5 + 18)
    try expect(calendar, holds: ["2025-01-26", "2025-10-11"], andNot: ["2025-01-28", "2025-10-08", "2025-06-02"])
  }

  @Test(
    "texts that are no days or times are refused",
    arguments: [
      "", "2026-02-29", "2026-1-1", "2026-01-01/", "2026-01-02/2026-01-01", "2026-01-01/2026-01-02/2026-01-03",
    ])
  func refusals(text: String) {
    #expect(throws: TriggerError.self) { try DayCalendar.days([text]) }
    #expect(throws: TriggerError.self) { try DayCalendar.yearly([text]) }
    #expect(throws: TriggerError.self) { try DayCalendar.times(from: text, to: "12:00") }
    #expect(throws: TriggerError.self) { try DayCalendar.times(from: "12:00", to: "12:00") }
  }

  @Test("the encoded form says the same, keeps unknown members, and refuses unknown kinds")
  func coding() throws {
    var named = try DayCalendar.businessDays(holidays: ["2026-01-01"], workdays: ["2026-01-03"])
    named.name = "ours"
    var samples = TriggerSamples(seed: 21)
    for calendar in try [named] + (0..<200).map({ _ in try Self.draw(&samples) }) {
      let decoded = try JSONDecoder().decode(DayCalendar.self, from: JSONEncoder().encode(calendar))
      #expect(decoded == calendar)
      #expect(decoded.json == calendar.json)
    }
    let json: JSONValue = ["kind": "weekdays", "weekdays": ["mon"], "colour": "red"]
    #expect(try DayCalendar(json: json).json == json)
    let error = #expect(throws: TriggerError.self) { try DayCalendar(json: ["kind": "weekday"]) }
    #expect(error?.description.contains(#"Did you mean "weekdays"?"#) == true)
  }

  @Test("calendars that lie too deep or have too many parts are refused where they would be asked")
  func limits() throws {
    var deep = DayCalendar.weekend
    for _ in 0..<40 { deep = deep.union(.mondayToFriday).complement }
    #expect(throws: TriggerError.self) { try DayCalendar(json: deep.json) }
    #expect(throws: TriggerError.self) { try Trigger.cron("* * * * *").excluding(deep) }
    var flat = DayCalendar.weekend
    for _ in 0..<100 { flat = flat.union(.mondayToFriday) }
    #expect(flat == .union(of: [.weekend] + Array(repeating: .mondayToFriday, count: 100)))
    #expect(flat.depth == 2)
    _ = try Trigger.cron("* * * * *").excluding(flat)
    let heavy = DayCalendar(.union(Array(repeating: .weekend, count: DayCalendar.heaviest)))
    #expect(throws: TriggerError.self) { try Trigger.cron("* * * * *").only(on: heavy) }
  }
}
