extension Trigger {
  /// Fires at the times of an RFC 5545 recurrence rule such as `FREQ=MONTHLY;BYDAY=-1FR`.
  ///
  /// Times are those of the wall clock. By default one in a gap fires later by the length of the gap, and one that the
  /// clocks show twice fires the first time (RFC 5545, section 3.3.5). The start is a fire time only where the rule matches
  /// it.
  ///
  /// - Parameters:
  ///   - rule: the text of an RRULE.
  ///   - start: DTSTART, a local time such as `2026-01-31T09:00:00`.
  ///   - excluded: local times at which it does not fire (EXDATE).
  ///   - included: local times at which it fires besides (RDATE).
  ///   - zone: the IANA identifier of the zone.
  /// - Throws: ``TriggerParseError`` where the rule is none or never fires, ``TriggerError`` where a local time is none,
  ///   ``ZoneError`` where the zone is not known.
  public static func recurrence(
    _ rule: String, from start: String, in zone: String = "UTC", except excluded: [String] = [],
    also included: [String] = [], gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    let spec = RecurrenceTriggerRule.Spec(
      start: start, rule: rule, excluded: excluded, included: included, gap: gap, fold: fold)
    return Trigger(try RecurrenceTriggerRule(spec, zone: ZoneDatabase.system.zone(zone)))
  }
}

extension TriggerQuestion {
  /// The trigger of `{"dtstart": …, "rrule": …, "exdate"?: […], "rdate"?: […]}`.
  static func recurrence(_ spec: JSONValue, zone: String) throws -> Trigger {
    guard case .object(var members) = spec, let start = members.removeValue(forKey: "dtstart")?.stringValue,
      let rule = members.removeValue(forKey: "rrule")?.stringValue
    else { throw TriggerError("A recurrence must be an object with the strings \"dtstart\" and \"rrule\".") }
    func dates(_ name: String) throws -> [String] {
      guard let value = members.removeValue(forKey: name), value != .null else { return [] }
      guard let texts = JSONStrings.list(value) else {
        throw TriggerError("\"\(name)\" must be a list of local times.")
      }
      return texts
    }
    let (excluded, included) = (try dates("exdate"), try dates("rdate"))
    if let unknown = members.keys.min() {
      throw TriggerError("Unknown member \"\(printable(unknown, limit: 40))\" of a recurrence.")
    }
    return try .recurrence(rule, from: start, in: zone, except: excluded, also: included)
  }
}
