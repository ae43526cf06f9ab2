import Foundation
import Testing

@testable import Almanac

@Suite("Triggers with calendars")
struct CalendarTriggerTests {
  private func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

  private func fires(_ trigger: Trigger, after start: Instant, _ count: Int) -> [String] {
    var instant = start
    var fires: [String] = []
    while fires.count < count, let fire = trigger.next(after: instant) {
      fires.append(fire.rfc3339())
      instant = fire
    }
    return fires
  }

  @Test("excluded days, and days that alone are wanted, by the zone's own days")
  func filtered() throws {
    let daily = try Trigger.cron("0 8 * * *", in: "Asia/Shanghai")
    let holidays = try DayCalendar.days(["2026-01-02"])
    let start = try at("2025-12-31T00:00:00Z")
    #expect(
      fires(try daily.excluding(holidays, in: "Asia/Shanghai"), after: start, 2)
        == ["2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"])
    // The same instants lie on the evening before in New York.
    #expect(
      fires(try daily.excluding(holidays, in: "America/New_York"), after: start, 3)
        == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z"])
    #expect(
      fires(try daily.only(on: holidays, in: "Asia/Shanghai"), after: start, 2) == ["2026-01-02T00:00:00Z"])
  }

  @Test("the examples of the guide")
  func guide() throws {
    let daily = try Trigger.cron("30 9 * * *", in: "Europe/Paris")
    let closed = try DayCalendar.yearly(["12-25"]).union(.weekend)
    let start = try at("2026-12-24T00:00:00Z")
    #expect(
      fires(try daily.excluding(closed), after: start, 2)
        == ["2026-12-24T08:30:00Z", "2026-12-28T08:30:00Z"])
    #expect(
      fires(try daily.only(on: closed), after: start, 3)
        == ["2026-12-25T08:30:00Z", "2026-12-26T08:30:00Z", "2026-12-27T08:30:00Z"])
    let payday = try Trigger.cron("30 9 15 * *", in: "Europe/Paris")
    let march = try at("2026-03-01T00:00:00Z")
    for (shift, expected) in [
      (DayShift.nextBusinessDay, "2026-03-16T08:30:00Z"), (.previousBusinessDay, "2026-03-13T08:30:00Z"),
    ] {
      let trigger = try payday.shifted(to: shift, by: .mondayToFriday)
      #expect(fires(trigger, after: march, 1) == [expected])
    }
  }

  @Test("a long exclusion is leapt over, and one without end ends the search")
  func leaps() throws {
    let seconds = try Trigger.every(.seconds(1), startingAt: Date(timeIntervalSince1970: 0))
    let years = try DayCalendar.days(from: "2026-01-01", through: "2045-12-31")
    let trigger = try seconds.excluding(years, in: "America/New_York")
    #expect(trigger.next(after: try at("2026-01-01T05:00:00Z")) == (try at("2046-01-01T05:00:00Z")))
    #expect(trigger.last(onOrBefore: try at("2040-01-01T00:00:00Z")) == (try at("2026-01-01T04:59:59Z")))
    let never = try seconds.excluding(DayCalendar.weekend.union(.mondayToFriday), in: "UTC")
    #expect(never.next(after: try at("2026-01-01T00:00:00Z")) == nil)
    #expect(never.last(onOrBefore: try at("2026-01-01T00:00:00Z")) == nil)
    let noon = try Trigger.cron("0 12 * * *").excluding(.times(from: "12:00", to: "13:00"), in: "UTC")
    #expect(noon.next(after: try at("2026-01-01T00:00:00Z")) == nil)
  }

  @Test("fire times on holidays move to the next or previous business day")
  func shifted() throws {
    let calendar = try DayCalendar.businessDays(holidays: ["2026-02-15/2026-02-23"], workdays: ["2026-02-14"])
    let monthly = try Trigger.cron("30 9 15,20 * *", in: "Asia/Shanghai")
    let start = try at("2026-02-01T00:00:00Z")
    #expect(
      fires(try monthly.shifted(to: .nextBusinessDay, by: calendar, in: "Asia/Shanghai"), after: start, 3)
        == ["2026-02-24T01:30:00Z", "2026-03-16T01:30:00Z", "2026-03-20T01:30:00Z"])
    #expect(
      fires(try monthly.shifted(to: .previousBusinessDay, by: calendar, in: "Asia/Shanghai"), after: start, 3)
        == ["2026-02-14T01:30:00Z", "2026-03-13T01:30:00Z", "2026-03-20T01:30:00Z"])
    let lost = try monthly.shifted(to: .nextBusinessDay, by: .days(["2020-01-01"]), in: "UTC")
    #expect(lost.next(after: start) == nil)
    #expect(lost.last(onOrBefore: .distantFuture) == (try at("2020-01-01T01:30:00Z")))
  }

  @Test("the clocks may change between the day and the business day")
  func overAChange() throws {
    // On Sunday, 8 March 2026, New York goes from UTC-5 to UTC-4.
    let saturday = try Trigger.cron("0 9 * * SAT", in: "America/New_York")
    let trigger = try saturday.shifted(to: .nextBusinessDay, by: .mondayToFriday, in: "America/New_York")
    #expect(fires(trigger, after: try at("2026-03-05T00:00:00Z"), 1) == ["2026-03-09T13:00:00Z"])
    let back = try saturday.shifted(to: .previousBusinessDay, by: .mondayToFriday, in: "America/New_York")
    #expect(fires(back, after: try at("2026-03-06T00:00:00Z"), 1) == ["2026-03-06T14:00:00Z"])
  }

  @Test("a day that the zone leaves out is no business day, and nothing falls on it")
  func skippedDay() throws {
    // Samoa went from Thursday, 2011-12-29, to Saturday, 2011-12-31.
    let daily = try Trigger.cron("0 9 * * *", in: "Pacific/Apia")
    let start = try at("2011-12-29T00:00:00Z")
    let business = try DayCalendar.days(["2011-12-28", "2011-12-30", "2011-12-31", "2012-01-03"])
    #expect(
      fires(try daily.shifted(to: .nextBusinessDay, by: business), after: start, 2)
        == ["2011-12-30T19:00:00Z", "2012-01-02T19:00:00Z"])
    #expect(
      fires(try daily.shifted(to: .previousBusinessDay, by: business), after: start, 2)
        == ["2011-12-30T19:00:00Z", "2012-01-02T19:00:00Z"])
    let gone = try DayCalendar.days(["2011-12-30"])
    #expect(try daily.only(on: gone).next(after: start) == nil)
    #expect(try daily.shifted(to: .nextBusinessDay, by: gone).next(after: start) == nil)
    #expect(try daily.shifted(to: .previousBusinessDay, by: gone).last(onOrBefore: .distantFuture) == nil)
  }

  @Test("a day without a midnight begins when the gap ends, and takes what is moved into the gap there")
  func midnightGap() throws {
    // On Sunday, 2017-10-15, the clocks of São Paulo went from 00:00 to 01:00.
    let saturday = try Trigger.cron("15,45 0 * * SAT", in: "America/Sao_Paulo")
    let moved = try saturday.shifted(to: .nextBusinessDay, by: .weekdays(.sunday))
    #expect(
      fires(moved, after: try at("2017-10-13T00:00:00Z"), 3)
        == ["2017-10-15T03:00:00Z", "2017-10-22T02:15:00Z", "2017-10-22T02:45:00Z"])
    let hourly = try Trigger.cron("30 * * * *", in: "America/Sao_Paulo")
    let sunday = try hourly.only(on: .days(["2017-10-15"]))
    #expect(fires(sunday, after: try at("2017-10-14T00:00:00Z"), 1) == ["2017-10-15T03:30:00Z"])
  }

  @Test("fire times that arrive at one instant are one, others stay apart")
  func arrivals() throws {
    let weekend = try Trigger.cron("0 9 * * SAT,SUN").shifted(to: .nextBusinessDay, by: .mondayToFriday)
    let start = try at("2026-01-02T00:00:00Z")
    #expect(fires(weekend, after: start, 2) == ["2026-01-05T09:00:00Z", "2026-01-12T09:00:00Z"])
    let both = try Trigger.anyOf([.cron("0 10 * * SAT"), .cron("0 9 * * SUN,MON"), .cron("0 10 * * MON")])
    #expect(
      fires(try both.shifted(to: .nextBusinessDay, by: .mondayToFriday), after: start, 3)
        == ["2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z", "2026-01-12T09:00:00Z"])
    // A fire time every second: nothing is collected, however many there are.
    let seconds = try Trigger.every(.milliseconds(500), startingAt: Date(timeIntervalSince1970: 0))
    let moved = try seconds.shifted(to: .nextBusinessDay, by: .mondayToFriday)
    #expect(
      fires(moved, after: try at("2026-01-04T12:00:00Z"), 2) == ["2026-01-05T00:00:00Z", "2026-01-05T00:00:00.500Z"])
    #expect(moved.last(onOrBefore: try at("2026-01-04T12:00:00Z")) == (try at("2026-01-02T23:59:59.500Z")))
  }

  @Test("what is farther from a business day than a year falls away, and what is nearer does not")
  func reach() throws {
    let daily = try Trigger.cron("0 9 * * *")
    let calendar = try DayCalendar.days(["2020-01-01", "2026-01-01"])
    let next = try daily.shifted(to: .nextBusinessDay, by: calendar)
    #expect(fires(next, after: .distantPast, 3) == ["2020-01-01T09:00:00Z", "2026-01-01T09:00:00Z"])
    let previous = try daily.shifted(to: .previousBusinessDay, by: calendar)
    #expect(previous.last(onOrBefore: .distantFuture) == (try at("2026-01-01T09:00:00Z")))
    #expect(previous.last(onOrBefore: try at("2026-01-01T08:00:00Z")) == (try at("2020-01-01T09:00:00Z")))
    // 366 days before the one, and a day too many.
    let yearly = try Trigger.at(at("2024-12-31T09:00:00Z")).shifted(to: .nextBusinessDay, by: calendar)
    #expect(fires(yearly, after: .distantPast, 2) == ["2026-01-01T09:00:00Z"])
    let lost = try Trigger.at(at("2024-12-30T09:00:00Z")).shifted(to: .nextBusinessDay, by: calendar)
    #expect(lost.next(after: .distantPast) == nil)
  }

  @Test("the calendar is read in the trigger's own zone; where there are several, one must be named")
  func zones() throws {
    let paris = try Trigger.cron("0 1 * * *", in: "Europe/Paris")
    #expect(try paris.excluding(.weekend) == paris.excluding(.weekend, in: "Europe/Paris"))
    #expect(try Trigger.every(.seconds(60)).excluding(.weekend).zones == ["UTC"])
    let two = try Trigger.anyOf([paris, .cron("0 1 * * *", in: "Asia/Tokyo")])
    let error = #expect(throws: TriggerError.self) { try two.only(on: .weekend) }
    #expect(error?.description.contains("Asia/Tokyo, Europe/Paris") == true)
    #expect(throws: ZoneError.self) { try two.only(on: .weekend, in: "Mars/Base") }
    _ = try two.only(on: .weekend, in: "Asia/Tokyo")
    let unreadable = Trigger(json: ["kind": "moon"])
    #expect(throws: TriggerError.self) { try unreadable.shifted(to: .nextBusinessDay, by: .weekend) }
  }

  @Test("calendars go together with bounds, limits, unions and intersections")
  func combined() throws {
    let start = try at("2026-01-01T00:00:00Z")
    let daily = try Trigger.cron("0 9 * * *").excluding(.weekend)
    let limited = try daily.starting(at: start).limited(to: 3)
    #expect(fires(limited, after: start, 9) == (1...5).filter { $0 != 3 && $0 != 4 }.map { "2026-01-0\($0)T09:00:00Z" })
    let all = try Trigger.allOf([
      daily, .cron("0 9 1-7 * *"), .cron("0 9 * * +FRI").shifted(to: .nextBusinessDay, by: .mondayToFriday),
    ])
    #expect(fires(all, after: start, 2) == ["2026-01-02T09:00:00Z", "2026-02-06T09:00:00Z"])
    let nested = try daily.excluding(.yearly(["01-01"])).only(on: .times(from: "08:00", to: "10:00"))
    #expect(fires(nested, after: start, 2) == ["2026-01-02T09:00:00Z", "2026-01-05T09:00:00Z"])
    #expect(throws: TriggerError.self) { try daily.limited(to: 1_001) }
    #expect(daily.count(after: start, through: try at("2026-01-31T00:00:00Z"), limit: 100) == .exactly(22))
  }

  @Test("the ends of time are answered, not trapped on")
  func extremes() throws {
    for base in [
      try Trigger.cron("30 * * * *", in: "America/New_York"), try .every(.seconds(7), startingAt: .distantPast),
    ] {
      for trigger in [
        try base.excluding(.weekend, in: "Asia/Tokyo"), try base.only(on: .weekend, in: "America/New_York"),
        try base.shifted(to: .nextBusinessDay, by: .weekend, in: "Asia/Tokyo"),
        try base.shifted(to: .previousBusinessDay, by: .weekend, in: "America/New_York"),
      ] {
        let first = try #require(trigger.next(after: .distantPast))
        let last = try #require(trigger.last(onOrBefore: .distantFuture))
        #expect(trigger.last(onOrBefore: first) == first)
        #expect(trigger.last(onOrBefore: first - .microseconds(1)) == nil)
        #expect(trigger.next(after: last - .microseconds(1)) == last)
        #expect(trigger.next(after: last) == nil)
        #expect(trigger.next(after: .distantFuture) == nil)
        #expect(trigger.last(onOrBefore: .distantPast) == nil)
      }
    }
  }

  @Test("a calendar is stored within the trigger, with members that are not known")
  func coding() throws {
    let trigger = try Trigger.cron("0 9 * * *", in: "Europe/Paris").excluding(.weekend, in: "Europe/London")
    #expect(trigger.zones == ["Europe/London", "Europe/Paris"])
    var json = trigger.json
    if case .object(var members) = json, case .object(var inner)? = members["calendar"] {
      inner["colour"] = "red"
      members["calendar"] = .object(inner)
      members["shape"] = [1, nil]
      json = .object(members)
    }
    let decoded = Trigger(json: json)
    #expect(decoded.isReadable)
    #expect(decoded.json == json)
    let broken: JSONValue = [
      "kind": "filtered", "mode": "excluding", "zone": "UTC", "calendar": ["kind": "moon"],
      "trigger": ["kind": "at", "at": 5],
    ]
    #expect(Trigger(json: broken).json == broken)
    #expect(!Trigger(json: broken).isReadable)
    let every = try Trigger.every(.seconds(3_600)).excluding(.weekend, in: "UTC")
    let stored = every.anchored(at: try at("2026-01-02T22:30:00Z"))
    #expect(stored.hasSameRule(as: every))
    #expect(
      fires(stored, after: try at("2026-01-02T22:30:00Z"), 2) == ["2026-01-02T23:30:00Z", "2026-01-05T00:30:00Z"])
  }
}
