extension DayCalendar: Codable {
  /// Reads the object that ``encode(to:)`` writes.
  ///
  /// - Throws: ``TriggerError`` where the form is not understood.
  public init(from decoder: any Decoder) throws { try self.init(json: try JSONValue(from: decoder)) }

  /// Writes an object with a `kind`, and with all members that were read and not understood.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

  /// The calendar of an encoded form.
  ///
  /// - Throws: ``TriggerError`` where the form is not understood.
  public init(json: JSONValue) throws { try self.init(json: json, level: 1) }

  /// The kinds by their names in the encoded form.
  private enum Kind: String, CaseIterable {
    case days, yearly, weekdays, times, events, union, intersection, complement
  }

  private init(json: JSONValue, level: Int) throws {
    guard level <= Self.deepest else {
      throw TriggerError("Calendars lie at most \(Self.deepest) deep in each other.")
    }
    guard case .object(var members) = json else { throw TriggerError("A calendar must be a JSON object.") }
    guard let name = members.removeValue(forKey: "kind")?.stringValue else {
      throw TriggerError("The member \"kind\" of the calendar must be a string.")
    }
    guard let kind = Kind(rawValue: name) else {
      let known = Kind.allCases.map(\.rawValue)
      let nearest = CronText.nearest(to: name, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
      throw TriggerError(
        "Unknown kind of calendar \"\(printable(name, limit: 60))\"; expected one of "
          + "\(known.joined(separator: ", ")).\(nearest)")
    }
    func texts(_ name: String) throws -> [String] {
      guard let value = members.removeValue(forKey: name), let texts = JSONStrings.list(value) else {
        throw TriggerError("The member \"\(name)\" of the calendar must be a list of strings.")
      }
      return texts
    }
    func calendars() throws -> [DayCalendar] {
      guard case .array(let values)? = members.removeValue(forKey: "calendars") else {
        throw TriggerError("The member \"calendars\" of the calendar must be a list.")
      }
      guard values.count <= Self.heaviest else {
        throw TriggerError("A calendar is made of at most \(Self.heaviest) others, not \(values.count).")
      }
      return try values.map { try DayCalendar(json: $0, level: level + 1) }
    }
    let content: Content
    switch kind {
    case .days: content = try Self.days(texts("days")).content
    case .yearly: content = try Self.yearly(texts("days")).content
    case .weekdays: content = .weekdays(try texts("weekdays").reduce(0) { try $0 | Self.bit(ofWeekday: $1) })
    case .times: content = .times(DayTimes(try texts("times").map(Self.window)))
    case .events: content = .events(try EventSet(&members))
    case .union: content = .union(try calendars())
    case .intersection: content = .intersection(try calendars())
    case .complement:
      guard let base = members.removeValue(forKey: "calendar") else {
        throw TriggerError("The member \"calendar\" of the calendar is missing.")
      }
      content = .complement(try DayCalendar(json: base, level: level + 1))
    }
    self.init(content)
    if case .string(let text)? = members["name"] {
      self.name = text
      members["name"] = nil
    }
    unknown = members
  }

  private static func bit(ofWeekday name: String) throws(TriggerError) -> UInt8 {
    let names = CronField.weekdayNames
    guard let number = names.firstIndex(of: name.uppercased()) else {
      let nearest = CronText.nearest(to: String(name.prefix(3)), among: names)
      throw TriggerError(
        "\"\(printable(name, limit: 20))\" is no weekday; expected sun, mon, tue, wed, thu, fri or sat."
          + (nearest.map { " Did you mean \"\($0.lowercased())\"?" } ?? ""))
    }
    return 1 << UInt8(number)
  }

  private static func window(_ text: String) throws(TriggerError) -> Range<Int> {
    let parts = text.split(separator: "/").map(String.init)
    guard parts.count == 2 else {
      throw TriggerError("\"\(printable(text, limit: 40))\" is no window such as \"12:00:00/13:00:00\".")
    }
    let (start, end) = (try secondOfDay(parts[0]), try secondOfDay(parts[1]))
    guard start < end else {
      throw TriggerError("The window \"\(printable(text, limit: 40))\" ends before it begins.")
    }
    return start..<end
  }

  /// The encoded form as a value.
  public var json: JSONValue {
    var members = unknown
    if let name { members["name"] = .string(name) }
    func set(_ kind: Kind, _ name: String, _ value: JSONValue) {
      members["kind"] = .string(kind.rawValue)
      members[name] = value
    }
    func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
    switch content {
    case .days(let ranges): set(.days, "days", strings(ranges.map(Self.text)))
    case .yearly(let months): set(.yearly, "days", strings(Self.daysOfYear(months)))
    case .weekdays(let bits): set(.weekdays, "weekdays", strings(Self.weekdays(bits).map { $0.lowercased() }))
    case .times(let times):
      set(.times, "times", strings(times.ranges.map { Self.time($0.lowerBound) + "/" + Self.time($0.upperBound) }))
    case .events(let events):
      members["kind"] = .string(Kind.events.rawValue)
      for (name, value) in events.members { members[name] = value }
    case .union(let calendars): set(.union, "calendars", .array(calendars.map(\.json)))
    case .intersection(let calendars): set(.intersection, "calendars", .array(calendars.map(\.json)))
    case .complement(let base): set(.complement, "calendar", base.json)
    }
    return .object(members)
  }

  private static func weekdays(_ bits: UInt8) -> [String] {
    CronField.weekdayNames.indices.filter { bits >> UInt8($0) & 1 != 0 }.map { CronField.weekdayNames[$0] }
  }

  private static func daysOfYear(_ months: [UInt32]) -> [String] {
    months.indices.flatMap { month in
      setBits(UInt64(months[month])).map { CivilText.padded(month, 2) + "-" + CivilText.padded($0, 2) }
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    let first = CivilText.date(CivilDate(daysSinceEpoch: range.lowerBound))
    guard range.count > 1 else { return first }
    return first + "/" + CivilText.date(CivilDate(daysSinceEpoch: range.upperBound))
  }

  private static func time(_ second: Int) -> String {
    [second / 3_600, second / 60 % 60, second % 60].map { CivilText.padded($0, 2) }.joined(separator: ":")
  }
}

extension DayCalendar: CustomStringConvertible {
  /// The name, or what kind of calendar it is.
  public var description: String {
    if let name { return "\"\(printable(name, limit: 60))\"" }
    return switch content {
    case .days(let ranges): "\(ranges.reduce(0) { $0 + $1.count }) days"
    case .weekdays(let bits): Self.weekdays(bits).joined(separator: ",")
    case .yearly(let months): "\(Self.daysOfYear(months).count) days of every year"
    case .times: "a window of every day"
    case .events(let events): "\(events.once.count + events.series.count) events"
    case .union(let members): "(\(members.map(\.description).joined(separator: " or ")))"
    case .intersection(let members): "(\(members.map(\.description).joined(separator: " and ")))"
    case .complement(let base): "not \(base.description)"
    }
  }
}
