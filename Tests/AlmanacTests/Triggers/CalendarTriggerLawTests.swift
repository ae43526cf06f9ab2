import Testing

@testable import Almanac

@Suite("Laws of triggers with calendars", .aside)
struct CalendarTriggerLawTests {
  private func fires(_ trigger: Trigger, after start: Instant, _ count: Int) -> [String] {
    var instant = start
    var fires: [String] = []
    while fires.count < count, let fire = trigger.next(after: instant) {
      fires.append(fire.rfc3339())
      instant = fire
    }
    return fires
  }

  @Test("next and last agree, strictly increase and miss nothing, in hard zones")
  func laws() throws {
    var samples = TriggerSamples(seed: 31)
    var violations: [String] = []
    for round in 0..<240 {
      let zone = samples.zone()
      let start = try samples.instant(in: zone)
      guard let (base, text) = try samples.cron(in: samples.pick([zone, samples.zone()])) else { continue }
      let day = CivilTime.split(start.secondsSinceEpoch).date
      let calendar = samples.pick([
        try DayCalendarTests.draw(&samples), .weekend, .mondayToFriday, try .times(from: "01:30", to: "03:30"),
        try .days([CivilText.date(day)]).union(.weekdays(.wednesday)),
        try .mondayToFriday.subtracting(.times(from: "00:00", to: "12:00")),
      ])
      // Moved fire times are looked at a group of days at a time; a few a day are enough.
      let few = try Trigger.cron(
        samples.pick(["30 2 * * *", "0 */6 * * *", "15 0,23 * * 0,6", "0 9 1,15 * *", "30 1-3 * * *", "59 23 31 * *"]),
        in: zone)
      let trigger =
        switch round % 4 {
        case 0: try base.excluding(calendar, in: zone)
        case 1: try base.only(on: calendar, in: zone)
        case 2: try few.shifted(to: .nextBusinessDay, by: calendar, in: zone)
        default: try few.shifted(to: .previousBusinessDay, by: calendar, in: zone)
        }
      if let violation = TriggerLawTests.violation(of: trigger, from: start) {
        violations.append("\(trigger) of \(text) from \(start): \(violation)")
      }
      if Trigger(json: trigger.json) != trigger { violations.append("\(trigger) does not survive its encoded form") }
    }
    #expect(violations.isEmpty, "\(violations.prefix(4))")
  }

  @Test("filtering is what asking each fire time would give")
  func filterByHand() throws {
    var samples = TriggerSamples(seed: 32)
    let calendar = try DayCalendar.weekend.union(.times(from: "23:00", to: "02:30"))
    for _ in 0..<60 {
      let zone = samples.zone()
      let rules = try ZoneDatabase.system.zone(zone)
      let start = try samples.instant(in: zone)
      let base = try Trigger.cron(samples.pick(["*/20 * * * *", "30 2 * * *", "0 */3 * * *"]), in: zone)
      let trigger = try base.excluding(calendar, in: zone)
      var expected: [String] = []
      var instant = start
      while let fire = base.next(after: instant), fire < start + .seconds(5 * 86_400) {
        if !calendar.contains(fire, in: rules) { expected.append(fire.rfc3339()) }
        instant = fire
      }
      #expect(fires(trigger, after: start, expected.count) == expected, "\(trigger) from \(start)")
    }
  }

  /// A time of day that is looked for on a day.
  private struct Arrival: Hashable {
    let day: Int
    let reading: Int64
  }

  /// The fire times from `start` on for some days, each moved as the definition says, minute by minute of its new day.
  private func shiftedByHand(
    _ base: Trigger, _ shift: DayShift, _ calendar: DayCalendar, _ rules: ZoneRules, from start: Instant, days: Int
  ) -> [Instant] {
    let end = start + .seconds(days * 86_400)
    var moved: Set<Instant> = []
    var arrivals: [Arrival: Instant] = [:]
    var instant = start - .seconds(400 * 86_400)
    while let fire = base.next(after: instant), fire < end + .seconds(400 * 86_400) {
      instant = fire
      var day = ZoneDay(containing: fire, in: rules)
      let reading = fire.secondsSinceEpoch + rules.offset(atSecond: fire.secondsSinceEpoch) - Int64(day.number) * 86_400
      var distance = 0
      while day.isEmpty || calendar.times(on: day.number).isEmpty, distance < 366 {
        day = ZoneDay(day.number + shift.step, in: rules)
        distance += 1
      }
      guard !day.isEmpty, !calendar.times(on: day.number).isEmpty else { continue }
      guard distance > 0 else {
        moved.insert(fire)
        continue
      }
      let arrival = Arrival(day: day.number, reading: reading)
      if let known = arrivals[arrival] {
        moved.insert(known)
        continue
      }
      let found = stride(from: day.start, to: day.end, by: 60).first {
        $0 + rules.offset(atSecond: $0) - Int64(day.number) * 86_400 >= reading
      }
      arrivals[arrival] = found.map(Instant.init(secondsSinceEpoch:)) ?? day.last
      moved.insert(found.map(Instant.init(secondsSinceEpoch:)) ?? day.last)
    }
    return moved.filter { $0 > start && $0 < end }.sorted()
  }

  @Test("shifting is what moving each fire time would give, over changes of the clocks", arguments: UInt64(1)...4)
  func shiftByHand(seed: UInt64) throws {
    var samples = TriggerSamples(seed: 40 + seed)
    for _ in 0..<10 {
      let zone = samples.zone()
      let rules = try ZoneDatabase.system.zone(zone)
      let middle = rules.segment(containing: Int64.random(in: 0...2_500_000_000, using: &samples.generator)).end
      guard middle != .max else { continue }
      let start = Instant(secondsSinceEpoch: middle - 6 * 86_400)
      let day = ZoneDay(containing: Instant(secondsSinceEpoch: middle), in: rules).number
      let dates = (-2...2).map { CivilText.date(CivilDate(daysSinceEpoch: day + $0)) }
      let calendar = samples.pick([
        DayCalendar.mondayToFriday, .weekdays(.sunday), .weekdays(.monday, .thursday),
        try .days(dates), try .days([dates[1], dates[3]]), try .weekend.union(.days([dates[2]])),
      ])
      let base = try Trigger.cron(
        samples.pick(["30 2 * * *", "0,30 0-3 * * *", "59 23 * * *", "0 */5 * * *", "15 1 * * 0,6"]),
        in: samples.pick([zone, zone, samples.zone()]), gap: .shift, fold: .both)
      for shift in DayShift.allCases {
        let trigger = try base.shifted(to: shift, by: calendar, in: zone)
        let expected = shiftedByHand(base, shift, calendar, rules, from: start, days: 12)
        let found = fires(trigger, after: start, expected.count)
        #expect(found == expected.map { $0.rfc3339() }, "\(trigger) from \(start)")
        for (previous, fire) in zip(expected, expected.dropFirst()) {
          #expect(trigger.last(onOrBefore: fire - .microseconds(1)) == previous, "\(trigger) before \(fire)")
        }
      }
    }
  }
}
