import Foundation
import Testing

@testable import Almanac

@Suite("Whatever is given as a calendar is read or refused", .aside)
struct CalendarFuzzTests {
  private static let file = """
    BEGIN:VCALENDAR
    VERSION:2.0
    X-WR-CALNAME:Team\\, all
    BEGIN:VTIMEZONE
    TZID:Europe/Paris
    END:VTIMEZONE
    BEGIN:VEVENT
    UID:1@example.org
    DTSTART;TZID=Europe/Paris:20260105T220000
    DTEND;TZID="Europe/Paris":20260106T020000
    RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;UNTIL=20260326T210000Z
    EXDATE;TZID=Europe/Paris:20260112T220000,20260113
     T220000
    RDATE:20260107T220000
    END:VEVENT
    BEGIN:VEVENT
    UID:1@example.org
    RECURRENCE-ID;TZID=Europe/Paris:20260119T220000
    DTSTART:20260120T100000Z
    DURATION:P1DT1H30M
    BEGIN:VALARM
    TRIGGER:-PT15M
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    DTSTART;VALUE=DATE:20260401
    RRULE:FREQ=YEARLY;COUNT=20
    STATUS:CONFIRMED
    END:VEVENT
    END:VCALENDAR
    """

  private static let json = #"""
    {"kind":"intersection","name":"x","calendars":[{"kind":"union","calendars":[{"kind":"days","days":["2026-01-01",
    "2026-02-15/2026-02-23"]},{"kind":"yearly","days":["12-25","02-29"]},{"kind":"weekdays","weekdays":["mon","sun"]}]},
    {"kind":"complement","calendar":{"kind":"times","times":["00:00:00/06:00:00","22:00:00/24:00:00"]}},{"kind":"events",
    "once":["2026-01-31T09:00:00/2026-01-31T10:30:00"],"series":[{"start":"2026-01-05T22:00:00","seconds":14400,
    "rule":"FREQ=WEEKLY;UNTIL=20260126T210000Z","until":"2026-01-26T22:00:00","except":["2026-01-12T22:00:00"],"also":[]}]}]}
    """#

  /// The bytes with some of them changed, left out, doubled, or exchanged for parts of elsewhere.
  private func mutated(_ bytes: [UInt8], _ samples: inout TriggerSamples) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &samples.generator) where !bytes.isEmpty {
      let position = Int.random(in: bytes.indices, using: &samples.generator)
      let length = min(Int.random(in: 1...30, using: &samples.generator), bytes.count - position)
      switch Int.random(in: 0..<6, using: &samples.generator) {
      case 0: bytes[position] = UInt8.random(in: 0...255, using: &samples.generator)
      case 1: bytes[position] = samples.pick(Array("0123456789-/:;,=TZP\n\r \"\\{}[]".utf8))
      case 2: bytes.removeSubrange(position..<position + length)
      case 3: bytes.insert(contentsOf: bytes[position..<position + length], at: position)
      case 4:
        let other = Int.random(in: bytes.indices, using: &samples.generator)
        bytes.swapAt(position, other)
      default:
        bytes.insert(
          contentsOf: Array(samples.pick(["9999999999", "99991231", "-1", "\u{301}", "\u{2028}"]).utf8), at: position)
      }
    }
    return bytes
  }

  /// The bytes with other digits in some places: what is still well formed, but says something else.
  private func redated(_ bytes: [UInt8], _ samples: inout TriggerSamples) -> [UInt8] {
    var bytes = bytes
    let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
    for _ in 0..<Int.random(in: 1...3, using: &samples.generator) {
      bytes[samples.pick(digits)] = UInt8.random(in: 0x30...0x39, using: &samples.generator)
    }
    return bytes
  }

  /// Asks a calendar all that is asked of one.
  private func exercise(_ calendar: DayCalendar) throws {
    #expect(try DayCalendar(json: calendar.json) == calendar)
    let trigger = try Trigger.cron("17 5 * * *", in: "Europe/Paris")
    let start = Instant(secondsSinceEpoch: 1_767_225_600)
    let triggers = [
      try trigger.excluding(calendar), try trigger.only(on: calendar),
      try trigger.shifted(to: .nextBusinessDay, by: calendar),
    ]
    for trigger in triggers {
      #expect(Trigger(json: trigger.json) == trigger)
      guard let next = trigger.next(after: start) else { continue }
      #expect(next > start)
      #expect(trigger.last(onOrBefore: next) == next)
      _ = trigger.explanation(in: .english) + trigger.explanation(in: .chinese)
    }
  }

  @Test("files of events", arguments: UInt64(1)...4)
  func files(seed: UInt64) throws {
    var samples = TriggerSamples(seed: 500 + seed)
    let bytes = Array(Self.file.utf8)
    var read = 0
    for _ in 0..<250 {
      let text = String(decoding: mutated(bytes, &samples), as: UTF8.self)
      do {
        try exercise(try DayCalendar.events(iCalendar: text, in: "Europe/Paris"))
        read += 1
      } catch let error as ICalendarError {
        #expect(error.line >= 1 && !error.problem.isEmpty && !error.problem.hasSuffix("."), "\(error)")
      }
    }
    #expect(read > 10)
  }

  @Test("calendars in JSON", arguments: UInt64(1)...4)
  func encoded(seed: UInt64) throws {
    var samples = TriggerSamples(seed: 600 + seed)
    let bytes = Array(Self.json.utf8)
    var read = 0
    for round in 0..<250 {
      let changed = round.isMultiple(of: 2) ? mutated(bytes, &samples) : redated(bytes, &samples)
      guard let json = try? JSONDecoder().decode(JSONValue.self, from: Data(changed)) else { continue }
      do {
        try exercise(try DayCalendar(json: json))
        read += 1
      } catch let error as TriggerError {
        #expect(!error.description.isEmpty)
      } catch let error as TriggerParseError {
        #expect(!error.problem.isEmpty)
      }
    }
    #expect(read > 10)
  }

  @Test("tables of holidays in JSON")
  func tables() throws {
    var samples = TriggerSamples(seed: 700)
    let text = #"{"name": "x", "holidays": ["2025-01-01", "2025-01-28/2025-02-04"], "workdays": ["2025-01-26"]}"#
    for _ in 0..<400 {
      let bytes = mutated(Array(text.utf8), &samples)
      guard let json = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { continue }
      do {
        try exercise(try DayCalendar.businessDays(json: json))
      } catch let error as TriggerError {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
