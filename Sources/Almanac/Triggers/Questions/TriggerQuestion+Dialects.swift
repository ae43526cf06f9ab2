extension TriggerQuestion {
  /// The names that ``trigger(dialect:spec:zone:)`` knows.
  public static var dialects: [String] {
    CronDialect.allCases.map(\.rawValue) + otherForms
  }

  private static let otherForms = ["aps-interval", "aps-date"]

  /// The trigger that `spec` describes in the language `dialect`.
  ///
  /// - Throws: ``TriggerParseError`` about a text, ``TriggerError`` about an object, ``ZoneError`` about the zone.
  public static func trigger(dialect: String, spec: JSONValue, zone: String) throws -> Trigger {
    if let cron = CronDialect(rawValue: dialect), let expression = spec.stringValue {
      return try .cron(expression, dialect: cron, in: zone)
    }
    switch dialect {
    case "aps-interval":
      var arguments = try APSSpec(spec, zone: zone)
      return try arguments.intervalTrigger()
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
}
