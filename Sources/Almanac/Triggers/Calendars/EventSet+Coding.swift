extension EventSet {
  private enum Member {
    static let once = "once"
    static let series = "series"
  }

  /// Takes the events out of the members of an encoded calendar.
  init(_ members: inout [String: JSONValue]) throws {
    guard let value = members.removeValue(forKey: Member.once), let texts = JSONStrings.list(value) else {
      throw TriggerError("The member \"\(Member.once)\" of the calendar must be a list of strings.")
    }
    guard case .array(let series) = members.removeValue(forKey: Member.series) ?? [] else {
      throw TriggerError("The member \"\(Member.series)\" of the calendar must be a list.")
    }
    guard series.count <= Self.mostSeries else {
      throw TriggerError("A calendar has at most \(Self.mostSeries) events that repeat, not \(series.count).")
    }
    try self.init(once: texts.map(Self.range), series: series.map(EventSeries.init(json:)))
  }

  private static func range(_ text: String) throws(TriggerError) -> Range<CivilSeconds> {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let start = CivilStamp(local: parts[0]), let end = CivilStamp(local: parts[1]),
      start.seconds < end.seconds
    else {
      throw TriggerError(
        "\"\(printable(text, limit: 60))\" is no event; expected its beginning and its end, such as "
          + "\"2026-01-31T09:00:00/2026-01-31T10:30:00\".")
    }
    return start.seconds..<end.seconds
  }

  /// The members of the encoded form.
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [
      Member.once: .array(
        once.map { .string(CivilText.dateTime($0.lowerBound) + "/" + CivilText.dateTime($0.upperBound)) })
    ]
    if !series.isEmpty { members[Member.series] = .array(series.map(\.json)) }
    return members
  }
}

extension EventSeries {
  private enum Member {
    static let start = "start"
    static let length = "seconds"
    static let rule = "rule"
    static let until = "until"
    static let excluded = "except"
    static let included = "also"
  }

  init(json: JSONValue) throws {
    guard let text = json[Member.start]?.stringValue, let start = CivilStamp(local: text),
      let length = json[Member.length]?.integerValue, let rule = json[Member.rule]?.stringValue
    else {
      throw TriggerError(
        "An event that repeats must be an object with a local time \"\(Member.start)\", a number \"\(Member.length)\" "
          + "and a text \"\(Member.rule)\".")
    }
    var spec = Spec(start: start.seconds, length: length, rule: rule)
    spec.until = try json[Member.until].map(Self.stamp)
    spec.excluded = try Self.stamps(json[Member.excluded], Member.excluded)
    spec.included = try Self.stamps(json[Member.included], Member.included)
    try self.init(spec)
  }

  private static func stamps(_ value: JSONValue?, _ name: String) throws(TriggerError) -> [CivilSeconds] {
    guard let value else { return [] }
    guard case .array(let elements) = value else {
      throw TriggerError("The member \"\(name)\" of an event must be a list of local times.")
    }
    var stamps: [CivilSeconds] = []
    for element in elements { stamps.append(try stamp(element)) }
    return stamps
  }

  private static func stamp(_ value: JSONValue) throws(TriggerError) -> CivilSeconds {
    guard let text = value.stringValue, let stamp = CivilStamp(local: text) else {
      let shown = value.stringValue.map { "\"\(printable($0, limit: 40))\"" } ?? "what was given"
      throw TriggerError("A date of an event must be a local time such as \"2026-01-31T09:00:00\", not \(shown).")
    }
    return stamp.seconds
  }

  var json: JSONValue {
    func text(_ stamp: CivilSeconds) -> JSONValue { .string(CivilText.dateTime(stamp)) }
    var members: [String: JSONValue] = [
      Member.start: text(spec.start), Member.length: .integer(spec.length), Member.rule: .string(spec.rule),
    ]
    if let until = spec.until { members[Member.until] = text(until) }
    if !spec.excluded.isEmpty { members[Member.excluded] = .array(spec.excluded.map(text)) }
    if !spec.included.isEmpty { members[Member.included] = .array(spec.included.map(text)) }
    return .object(members)
  }
}
