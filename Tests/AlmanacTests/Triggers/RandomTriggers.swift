@testable import Almanac

/// Triggers of every kind, drawn from a seed.
struct RandomTriggers {
  var samples: TriggerSamples

  init(seed: UInt64) {
    samples = TriggerSamples(seed: seed)
    samples.database = .system
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &samples.generator) }

  private mutating func chance(_ one: Int) -> Bool { number(1...one) == 1 }

  private mutating func numbers(_ range: ClosedRange<Int>, _ most: Int) -> String {
    (0..<number(1...most)).map { _ in String(number(range)) }.joined(separator: ",")
  }

  /// A trigger that is made from text or values in `zone`; nil where the draw never fires.
  mutating func trigger(in zone: String, depth: Int = 0) throws -> (trigger: Trigger, label: String)? {
    let gap = chance(2) ? .auto : samples.pick(GapPolicy.allCases)
    let fold = chance(2) ? .auto : samples.pick(FoldPolicy.allCases)
    do {
      switch number(0...(depth < 2 ? 11 : 7)) {
      case 0, 1: return try samples.cron(in: zone).map { ($0.trigger, $0.text) }
      case 2:
        let text = hashed()
        return (try .cron(text, in: zone, hash: "job-\(number(0...99))", gap: gap, fold: fold), "hash \(text)")
      case 3:
        let text = onCalendar()
        return (try .onCalendar(text, in: zone, gap: gap, fold: fold), "oncalendar \(text) \(gap) \(fold)")
      case 4:
        let fields = apsFields()
        let rules = try ZoneDatabase.system.zone(zone)
        return (
          Trigger(try APSCronRule(fields: fields, zone: rules, gap: gap, fold: fold)),
          "aps \(fields.sorted { $0.key < $1.key })"
        )
      case 5:
        let (rule, start) = (recurrence(), "\(number(1_900...2_050))-0\(number(1...9))-\(number(10...28))T02:30:00")
        let trigger = try Trigger.recurrence(
          rule, from: start, in: zone, except: chance(3) ? ["2026-03-29T02:30:00"] : [],
          also: chance(3) ? ["2011-12-30T12:00:00", "2026-01-01"] : [], gap: gap, fold: fold)
        return (trigger, "rrule \(rule) from \(start)")
      case 6:
        var spec = CalendarIntervalRule.Spec(
          years: chance(4) ? number(1...3) : 0, months: chance(2) ? number(1...15) : 0, weeks: chance(3) ? 1 : 0,
          days: number(1...40), hour: number(0...23), minute: number(0...59), second: chance(3) ? 59 : 0)
        spec.start = CivilDate(daysSinceEpoch: number(-20_000...20_000))
        (spec.gap, spec.fold) = (gap, fold)
        return (
          Trigger(try CalendarIntervalRule(spec, zone: ZoneDatabase.system.zone(zone))), "calendar interval \(spec)"
        )
      case 7:
        let anchor = Instant(microsecondsSinceEpoch: Int64(number(-2_000_000_000...4_000_000_000)) * 1_000_003)
        let rule = IntervalRule(
          microseconds: Int64(number(1...10_000_000)) * 1_001, anchor: anchor, isImplicit: chance(2))
        return (Trigger(rule), "interval \(rule.summary)")
      default: return try combined(in: zone, depth: depth)
      }
    } catch let error as TriggerParseError where error.reason == .neverFires {
      return nil
    }
  }

  private mutating func combined(in zone: String, depth: Int) throws -> (trigger: Trigger, label: String)? {
    var members: [Trigger] = []
    var labels: [String] = []
    for _ in 0..<number(1...3) {
      guard let (trigger, label) = try trigger(in: zone, depth: depth + 1) else { continue }
      members.append(trigger)
      labels.append(label)
    }
    guard !members.isEmpty else { return nil }
    let label = labels.joined(separator: " & ")
    switch number(0...3) {
    case 0: return (try .anyOf(members), "any of \(label)")
    case 1:
      // Members that meet: what never does is looked for at length, which has tests of its own.
      let text = samples.crontab()
      let minutes = try Trigger.cron("* * * * *", in: zone, gap: .skip, fold: .both)
      let whole = try Trigger.cron(text, dialect: .crontab, in: zone)
      return (try .allOf([whole, minutes]), "all of minutes & \(text)")
    case 2:
      let count = number(1...50)
      let trigger = members[0].starting(at: Instant(secondsSinceEpoch: 1_700_000_000))
      return (try trigger.limited(to: count), "\(count) times \(label)")
    default:
      let start = Int64(number(-1_000_000_000...3_000_000_000))
      return (
        members[0].starting(at: Instant(secondsSinceEpoch: start)).ending(
          at: Instant(secondsSinceEpoch: start + 1_000_000_000)), "bounded \(label)"
      )
    }
  }

  mutating func hashed() -> String {
    "\(samples.pick(["H", "H/15", "H(0-29)/10"])) \(samples.pick(["H", "H(1-3)", "*"])) \(samples.pick(["*", "H", "H(1-7)"])) * \(samples.pick(["*", "H", "H(5-7)"]))"
  }

  mutating func onCalendar() -> String {
    let weekday = samples.pick(["", "", "Mon..Fri ", "Sun ", "Sat,Tue "])
    let date = samples.pick([
      "", "*-*-* ", "*-*-\(numbers(1...28, 3)) ", "*-\(numbers(1...12, 3))-* ", "*-*~\(number(1...28)) ",
      "\(number(1_970...2_100))/\(number(1...9))-*-1/\(number(2...9)) ",
    ])
    let time = samples.pick([
      "\(numbers(0...23, 4)):\(numbers(0...59, 3))", "*:0/\(number(1...30))", "2:30:0/\(number(1...20)).5",
      "00/\(number(1...12)):\(number(0...59)):59.\(number(1...999))",
    ])
    return weekday + date + time
  }

  mutating func apsFields() -> [String: String] {
    var fields = ["hour": samples.pick(["*", "*/3", numbers(0...23, 3), "1-3"])]
    fields["minute"] = samples.pick(["*/20", numbers(0...59, 3)])
    if chance(3) { fields["day"] = samples.pick(["last", "2nd sun", "last fri", "1-15/2", "3rd tue,5"]) }
    if chance(4) { fields["week"] = samples.pick(["*/4", numbers(1...53, 3)]) }
    if chance(4) { fields["day_of_week"] = samples.pick(["mon-fri", "sun", "0,3"]) }
    if chance(4) { fields["year"] = samples.pick(["2000-2100", "*/3"]) }
    return fields
  }

  mutating func recurrence() -> String {
    var rule = "FREQ=" + samples.pick(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"])
    if chance(2) { rule += ";INTERVAL=\(number(1...40))" }
    if chance(3) { rule += ";BYHOUR=\(numbers(0...23, 4))" }
    if chance(3) { rule += ";BYMINUTE=\(numbers(0...59, 3))" }
    if chance(3) { rule += ";BYDAY=" + samples.pick(["MO", "SU,SA", "MO,TU,WE,TH,FR"]) }
    if chance(4) { rule += ";BYMONTH=\(numbers(1...12, 4))" }
    if chance(5) { rule += ";BYMONTHDAY=" + samples.pick(["1", "-1", "15,-3", "29"]) }
    if chance(6) { rule += ";BYSETPOS=" + samples.pick(["1", "-1", "1,2"]) }
    if chance(6) { rule += samples.pick([";COUNT=\(number(1...400))", ";UNTIL=20401231T000000Z"]) }
    return rule
  }
}
