import Testing

@testable import Almanac

/// One release of the zone data, beside the tests, so that what they expect does not hang on the machine.
enum PinnedZones {
  static let version = "2025b"

  /// Found from this file's place in the sources, and not from the current directory.
  static let directory = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/ZoneData"

  static let database = ZoneDatabase(directories: [PinnedZones.directory])

  static func zone(_ name: String) throws(ZoneError) -> ZoneRules { try database.zone(name) }
}

/// The makers of triggers, over the pinned data.
enum Pinned {
  static func cron(
    _ expression: String, dialect: CronDialect = .ocps, in zone: String, gap: GapPolicy = .auto,
    fold: FoldPolicy = .auto
  ) throws -> Trigger {
    let database = PinnedZones.database
    return Trigger(
      try CronRule(expression, dialect: dialect, zone: zone, in: database, gap: gap, fold: fold))
  }

  static func onCalendar(
    _ expression: String, in zone: String, gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    Trigger(try OnCalendarRule(expression, zone: PinnedZones.zone(zone), gap: gap, fold: fold))
  }

  static func recurrence(
    _ rule: String, from start: String, in zone: String, except excluded: [String] = [], also included: [String] = [],
    gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    let spec = RecurrenceTriggerRule.Spec(
      start: start, rule: rule, excluded: excluded, included: included, gap: gap, fold: fold)
    return Trigger(try RecurrenceTriggerRule(spec, zone: PinnedZones.zone(zone)))
  }

  static func calendarInterval(_ spec: CalendarIntervalRule.Spec, in zone: String) throws -> Trigger {
    Trigger(try CalendarIntervalRule(spec, zone: PinnedZones.zone(zone)))
  }
}

@Suite("Pinned zone data")
struct PinnedZonesTests {
  @Test("is the release that its name says, and holds the zones that tests rely on")
  func complete() throws {
    #expect(PinnedZones.database.version == PinnedZones.version)
    #expect(PinnedZones.database.identifiers.count >= 20)
    for name in TriggerSamples.hardZones { #expect(try PinnedZones.zone(name).identifier == name) }
  }
}
