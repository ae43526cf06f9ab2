@testable import Almanac

/// A trigger, and which of a clock's readings it means by what its dialect says.
struct ScanCase {
  var trigger: Trigger
  var label: String
  /// The fire times that looking at the clock gives.
  var expected: Set<Int64>

  enum Kind: CaseIterable {
    case crontab, ocps, quartz, apscheduler, apsFields, onCalendar, recurrence, calendarInterval, union, intersection,
      limited
  }

  /// A random case of a kind; nil where the draw is something that the kind cannot say.
  init?(_ kind: Kind, _ scan: ClockScan, using generator: inout SeededGenerator) throws {
    let zone = scan.zone
    let middle = (scan.compared.lowerBound + scan.compared.upperBound) / 2
    let today = Int((middle + zone.offset(atSecond: middle)).floored(dividingBy: 86_400))
    let times = PlainTimes.random(using: &generator, on: PlainDay(daysSinceEpoch: today))
    let isDefault = Bool.random(using: &generator)
    let gap = isDefault ? .auto : GapPolicy.allCases.randomElement(using: &generator) ?? .auto
    let fold = isDefault ? .auto : FoldPolicy.allCases.randomElement(using: &generator) ?? .auto
    var custom: (gap: GapPolicy, fold: FoldPolicy) = (.skip, .first)
    var matches = { (local: Int64) in times.matches(local) }

    func cron(_ text: String, _ dialect: CronDialect) throws -> (Trigger, String) {
      (try .cron(text, dialect: dialect, in: zone.identifier, gap: gap, fold: fold), "\(dialect) \(text)")
    }
    switch kind {
    case .crontab:
      (trigger, label) = try cron(times.crontab, .crontab)
      custom = times.isFixed ? (.atGapEnd, .first) : (.skip, .both)
      matches = { times.matches($0, eitherDay: true) }
    case .ocps:
      let both = Bool.random(using: &generator)
      (trigger, label) = try cron(times.ocps(both: both), .ocps)
      custom = (.shift, .first)
      matches = { times.matches($0, eitherDay: !both) }
    case .quartz:
      guard let text = times.quartz else { return nil }
      (trigger, label) = try cron(text, .quartz)
      custom = (.skip, .last)
    case .apscheduler:
      (trigger, label) = try cron(times.apscheduler, .apscheduler)
      custom = (.skip, .both)
    case .apsFields:
      label = "aps-cron \(times.apsFields.sorted { $0.key < $1.key })"
      trigger = Trigger(try APSCronRule(fields: times.apsFields, zone: zone, gap: gap, fold: fold))
      custom = (.skip, .both)
      matches = { times.matches($0, years: 1_970...9_999) }
    case .onCalendar:
      label = "oncalendar \(times.onCalendar)"
      trigger = try .onCalendar(times.onCalendar, in: zone.identifier, gap: gap, fold: fold)
      matches = { times.matches($0, years: 1_970...2_199) }
    case .recurrence:
      label = "rrule \(times.recurrence)"
      trigger = try .recurrence(
        times.recurrence, from: "1800-01-01T00:00:00", in: zone.identifier, gap: gap, fold: fold)
      custom = (.shift, .first)
    case .calendarInterval:
      let days = Int.random(in: 1...3, using: &generator)
      let first = today - days * Int.random(in: 1...900, using: &generator)
      var spec = CalendarIntervalRule.Spec(days: days, hour: times.hours[0], minute: times.minutes[0])
      (spec.start, spec.gap, spec.fold) = (CivilDate(daysSinceEpoch: first), gap, fold)
      label = "every \(days) days from \(first) at \(times.hours[0]):\(times.minutes[0])"
      trigger = Trigger(try CalendarIntervalRule(spec, zone: zone))
      let second = Int64(times.hours[0] * 3_600 + times.minutes[0] * 60)
      matches = { local in
        let (day, rest) = local.flooredQuotientAndRemainder(dividingBy: 86_400)
        return rest == second && Int(day) >= first && (Int(day) - first) % days == 0
      }
    case .union, .intersection:
      let kinds: [Kind] = [.crontab, .ocps, .recurrence, .onCalendar]
      var cases: [ScanCase] = []
      for _ in 0..<2 {
        guard let one = try ScanCase(kinds.randomElement(using: &generator) ?? .ocps, scan, using: &generator) else {
          return nil
        }
        cases.append(one)
      }
      // An intersection of two random triggers is mostly empty; one with every minute is not.
      let minutes = try Trigger.cron("* * * * *", in: zone.identifier, gap: .skip, fold: .both)
      let triggers = cases.map(\.trigger)
      trigger = kind == .union ? try .anyOf(triggers) : try .allOf([.anyOf(triggers), minutes])
      label = "\(kind) of " + cases.map(\.label).joined(separator: " and ")
      expected = cases.reduce(into: Set()) { $0.formUnion($1.expected) }
      if kind == .intersection { expected.formIntersection(scan.showings.map(\.second)) }
      return
    case .limited:
      guard let one = try ScanCase(.crontab, scan, using: &generator) else { return nil }
      let count = Int.random(in: 1...40, using: &generator)
      let start = Instant(secondsSinceEpoch: scan.compared.lowerBound)
      trigger = try one.trigger.starting(at: start).limited(to: count)
      label = "\(count) times " + one.label
      expected = Set(one.expected.sorted().prefix(count))
      return
    }
    label += " gap \(gap) fold \(fold)"
    expected = scan.fires(
      gap: gap == .auto ? custom.gap : gap, fold: fold == .auto ? custom.fold : fold, matches)
  }
}
