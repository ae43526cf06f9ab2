extension TriggerQuestion {
  /// The names that ``trigger(dialect:spec:zone:)`` knows.
  public static var dialects: [String] {
    CronDialect.allCases.map(\.rawValue) + otherForms
  }

  private static let otherForms = [
    "oncalendar", "rrule",
    "aps-interval", "aps-calendarinterval", "aps-date", "aps-and", "aps-or",
  ]

  /// The trigger that `spec` describes in the language `dialect`.
  ///
  /// - Throws: ``TriggerParseError`` about a text, ``TriggerError`` about an object, ``ZoneError`` about the zone.
  public static func trigger(dialect: String, spec: JSONValue, zone: String) throws -> Trigger {
    if let cron = CronDialect(rawValue: dialect), let expression = spec.stringValue {
      return try .cron(expression, dialect: cron, in: zone)
    }
    switch dialect {
    case "oncalendar":
      guard let expression = spec.stringValue else {
        throw TriggerError("The spec of the dialect oncalendar must be a string.")
      }
      return try .onCalendar(expression, in: zone)
    case "rrule": return try recurrence(spec, zone: zone)
    case CronDialect.apscheduler.rawValue:
      var arguments = try APSSpec(spec, zone: zone)
      return try arguments.cronTrigger()
    case "aps-interval":
      var arguments = try APSSpec(spec, zone: zone)
      return try arguments.intervalTrigger()
    case "aps-calendarinterval":
      var arguments = try APSSpec(spec, zone: zone)
      return try arguments.calendarIntervalTrigger()
    case "aps-and": return try .allOf(members(of: spec, zone: zone))
    case "aps-or": return try .anyOf(members(of: spec, zone: zone, canSpareOne: true))
    case "aps-date":
      var arguments = try APSSpec(spec, zone: zone)
      return try arguments.dateTrigger()
    default:
      guard CronDialect(rawValue: dialect) == nil else {
        throw TriggerError("The spec of the dialect \(dialect) must be a string.")
      }
      throw TriggerError(
        "Unknown dialect \"\(printable(dialect, limit: 40))\"; there are \(dialects.joined(separator: ", ")).")
    }
  }

  /// The triggers of `{"triggers": [{"dialect": …, "spec": …, "tz"?: …}, …]}`.
  ///
  /// A member that never fires takes nothing from a union of others.
  private static func members(of spec: JSONValue, zone: String, canSpareOne: Bool = false) throws -> [Trigger] {
    guard case .object(let object) = spec, case .array(let members)? = object["triggers"], object.count == 1 else {
      throw TriggerError("A combination must be an object with a list \"triggers\".")
    }
    guard members.count <= CombinedTriggers.mostMembers else {
      throw TriggerError("A combination of triggers has at most \(CombinedTriggers.mostMembers) members.")
    }
    var triggers: [Trigger] = []
    var missing: TriggerParseError?
    for member in members {
      guard let dialect = member["dialect"]?.stringValue, let spec = member["spec"] else {
        throw TriggerError("A member of a combination must be an object with \"dialect\" and \"spec\".")
      }
      do {
        triggers.append(try trigger(dialect: dialect, spec: spec, zone: member["tz"]?.stringValue ?? zone))
      } catch let error as TriggerParseError where canSpareOne && error.reason == .neverFires {
        missing = error
      }
    }
    if triggers.isEmpty, let missing { throw missing }
    return triggers
  }
}
