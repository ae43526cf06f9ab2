/// A rule that is a trigger, a calendar and the zone whose days are meant, with one word that says how the two meet.
///
/// It shares what such rules say of themselves, how they are stored and how they are read. How they search is their own; no
/// search goes through this protocol, so each stays a plain call of a final class.
protocol CalendarRule: TriggerRule {
  /// How the trigger and the calendar meet.
  associatedtype Meeting: RawRepresentable & CaseIterable where Meeting.RawValue == String

  /// The name of the kind, and of the member that holds the word.
  static var kind: String { get }
  static var meetingMember: String { get }

  var base: Trigger { get }
  var meeting: Meeting { get }
  var calendar: DayCalendar { get }
  var zone: ZoneRules { get }

  init(_ base: Trigger, _ meeting: Meeting, _ calendar: DayCalendar, zone: ZoneRules) throws(TriggerError)
}

extension CalendarRule {
  var hasBeginning: Bool { base.hasBeginning }
  var inner: [Trigger] { [base] }
  var zones: [String] { Set(base.zones + [zone.identifier]).sorted() }

  func forEachRelease(_ body: (ZoneRelease) -> Void) {
    base.forEachRelease(body)
    zone.release.map(body)
  }

  func anchored(at instant: Instant) -> Trigger? {
    let anchored = base.anchored(at: instant)
    guard anchored != base else { return nil }
    return (try? Self(anchored, meeting, calendar, zone: zone)).map { Trigger($0) }
  }

  var form: TriggerForm {
    let members: [String: JSONValue] = [
      CalendarMember.trigger: base.json, Self.meetingMember: .string(meeting.rawValue),
      CalendarMember.calendar: calendar.json, CalendarMember.zone: .string(zone.identifier),
    ]
    return TriggerForm(kind: Self.kind, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let base = Trigger(json: try members.value(CalendarMember.trigger))
    let meeting: Meeting = try members.name(meetingMember)
    let calendar = try DayCalendar(json: members.value(CalendarMember.calendar))
    let zone = try ZoneDatabase.system.zone(members.string(CalendarMember.zone))
    return Trigger(try Self(base, meeting, calendar, zone: zone))
  }
}

/// The members that all such rules have in their encoded form.
private enum CalendarMember {
  static let trigger = "trigger"
  static let calendar = "calendar"
  static let zone = "zone"
}
