/// The arguments of APScheduler 3's triggers, as an object of its keyword arguments, turned into triggers.
struct APSSpec {
  private var members: [String: JSONValue]
  let zone: ZoneRules

  init(_ spec: JSONValue, zone: String) throws {
    guard case .object(let members) = spec else { throw TriggerError("The trigger must be an object of its fields.") }
    self.members = members
    self.zone = try ZoneDatabase.system.zone(zone)
  }

  /// Takes the member out, so that the ones that nobody knows remain; null is the same as none.
  mutating func take(_ name: String) -> JSONValue? {
    guard let value = members.removeValue(forKey: name), value != .null else { return nil }
    return value
  }

  mutating func date(_ name: String) throws(TriggerError) -> Instant? {
    guard let value = take(name) else { return nil }
    guard let text = value.stringValue, let instant = APSDateText.instant(text, in: zone) else {
      throw TriggerError(
        "The \(name) must be a date such as \"2026-01-31 09:30:00\", with an offset if wanted, not \(Self.shown(value))."
      )
    }
    return instant
  }

  mutating func number(_ name: String, in range: ClosedRange<Int> = 0...999_999_999) throws(TriggerError) -> Int? {
    guard let value = take(name) else { return nil }
    guard let number = value.integerValue, range.contains(Int(number)) else {
      throw TriggerError(
        "The field \(name) must be a whole number \(range.lowerBound) to \(range.upperBound), not \(Self.shown(value))."
      )
    }
    return Int(number)
  }

  /// Refuses members that nobody took.
  func requireNothingElse(known: [String]) throws(TriggerError) {
    guard let unknown = members.keys.min() else { return }
    let nearest = CronText.nearest(to: unknown, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
    throw TriggerError(
      "Unknown field \"\(printable(unknown, limit: 40))\"; there are \(known.joined(separator: ", ")).\(nearest)")
  }

  static func shown(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): "\"\(printable(text, limit: 40))\""
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .bool(let flag): String(flag)
    case .null: "null"
    case .array: "a list"
    case .object: "an object"
    }
  }

  // MARK: - Triggers

  /// `run_date`, once.
  mutating func dateTrigger() throws(TriggerError) -> Trigger {
    guard let instant = try date("run_date") else { throw TriggerError("The field run_date is missing.") }
    try requireNothingElse(known: ["run_date"])
    return .at(instant)
  }

  /// `weeks`, `days`, `hours`, `minutes` and `seconds` of elapsed time; no time at all is one second.
  mutating func intervalTrigger() throws(TriggerError) -> Trigger {
    let units = [("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)]
    var microseconds: Int64 = 0
    for (name, seconds) in units {
      guard let value = take(name) else { continue }
      let count: Int64
      switch value {
      case .integer(let number): count = (0...999_999_999_999).contains(number) ? number * 1_000_000 : -1
      case .number(let number): count = number >= 0 && number < 999_999_999_999 ? Int64(number * 1_000_000) : -1
      default: count = -1
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: Int64(seconds))
      let (sum, sumOverflow) = microseconds.addingReportingOverflow(product)
      // 999,999,999 days are the longest interval of the original; its microseconds do not fit here.
      guard count >= 0, !overflow, !sumOverflow else {
        throw TriggerError(
          "The field \(name) must be a number from 0 on, of a sensible size, not \(Self.shown(value)).")
      }
      microseconds = sum
    }
    let start = try date("start_date")
    let end = try date("end_date")
    try requireNothingElse(known: units.map(\.0) + ["start_date", "end_date"])
    let rule = IntervalRule(
      microseconds: max(microseconds, 0) == 0 ? 1_000_000 : microseconds, anchor: start, isImplicit: false)
    return end.map { Trigger(rule).ending(at: $0) } ?? Trigger(rule)
  }
}
