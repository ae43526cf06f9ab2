/// The kinds of triggers by their names in the encoded form.
public enum TriggerKinds {
  static let at = "at"
  static let interval = "interval"
  static let cron = "cron"
  static let apsCron = "aps-cron"
  static let calendarInterval = "calendar-interval"
  static let onCalendar = "on-calendar"
  static let recurrence = "recurrence"
  static let anyOf = "any-of"
  static let allOf = "all-of"
  static let limited = "limited"
  static let custom = "custom"
  static let filtered = "filtered"
  static let shifted = "shifted"

  /// Reads the members of an object of the kind; nil for a kind that is not known.
  static func decode(_ kind: String, _ members: inout TriggerMembers) throws -> Trigger? {
    switch kind {
    case at: Trigger(at: try members.instant("at"))
    case interval: try IntervalRule.decode(&members)
    case cron: try CronRule.decode(&members)
    case apsCron: try APSCronRule.decode(&members)
    case calendarInterval: try CalendarIntervalRule.decode(&members)
    case onCalendar: try OnCalendarRule.decode(&members)
    case recurrence: try RecurrenceTriggerRule.decode(&members)
    case anyOf: Trigger(AnyOfRule(try CombinedTriggers.decode(&members)))
    case allOf: Trigger(AllOfRule(try CombinedTriggers.decode(&members)))
    case limited: try LimitedRule.decode(&members)
    case custom: try CustomRule.decode(&members)
    case filtered: try FilteredRule.decode(&members)
    case shifted: try ShiftedRule.decode(&members)
    default: nil
    }
  }
}
