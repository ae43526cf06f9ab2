extension Trigger: Codable {
  /// Reads the object that ``encode(to:)`` writes. What is not understood — a kind of a later version, an expression that
  /// this version refuses, a zone that this machine lacks — becomes an unreadable trigger that keeps the data.
  public init(from decoder: any Decoder) throws {
    self.init(json: try JSONValue(from: decoder))
  }

  /// Writes an object with a `kind` and the members of that kind, and with all members that were read and not understood.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }

  /// The encoded form as a value.
  public var json: JSONValue { form.json }

  /// The trigger of an encoded form; an unreadable one where the form is not understood.
  public init(json: JSONValue) {
    do {
      self = try Self.read(json)
    } catch {
      self = .unreadable(raw: json, reason: String(describing: error))
    }
  }

  private static func read(_ json: JSONValue) throws -> Trigger {
    guard case .object(let object) = json else { throw TriggerError("A trigger must be a JSON object.") }
    var members = TriggerMembers(object)
    let kind = try members.string("kind")
    let start = try members.optionalInstant(QualifiedRule.Member.start)
    let end = try members.optionalInstant(QualifiedRule.Member.end)
    guard let base = try TriggerKinds.decode(kind, &members) else {
      throw TriggerError("Unknown kind of trigger \"\(printable(kind, limit: 60))\".")
    }
    guard start != nil || end != nil || !members.rest.isEmpty else { return base }
    return Trigger(QualifiedRule(base: base, start: start, end: end, unknown: members.rest))
  }
}

/// The members of an encoded trigger; each one that is read is taken out, so that the unknown ones remain.
struct TriggerMembers {
  private(set) var rest: [String: JSONValue]

  init(_ members: [String: JSONValue]) { rest = members }

  mutating func take(_ name: String) -> JSONValue? { rest.removeValue(forKey: name) }

  mutating func value(_ name: String) throws(TriggerError) -> JSONValue {
    guard let value = take(name) else { throw TriggerError("The member \"\(name)\" of the trigger is missing.") }
    return value
  }

  private func failure(_ name: String, _ expected: String) -> TriggerError {
    TriggerError("The member \"\(name)\" of the trigger must be \(expected).")
  }

  mutating func string(_ name: String) throws(TriggerError) -> String {
    guard let text = take(name)?.stringValue else { throw failure(name, "a string") }
    return text
  }

  mutating func optionalString(_ name: String) throws(TriggerError) -> String? {
    guard let member = take(name) else { return nil }
    guard let text = member.stringValue else { throw failure(name, "a string") }
    return text
  }

  mutating func integer(_ name: String) throws(TriggerError) -> Int64 {
    guard let value = take(name)?.integerValue else { throw failure(name, "a whole number") }
    return value
  }

  mutating func optionalBool(_ name: String) throws(TriggerError) -> Bool? {
    guard let member = take(name) else { return nil }
    guard let value = member.boolValue else { throw failure(name, "true or false") }
    return value
  }

  mutating func instant(_ name: String) throws(TriggerError) -> Instant {
    guard let instant = try optionalInstant(name) else { throw failure(name, "an RFC 3339 timestamp") }
    return instant
  }

  mutating func optionalInstant(_ name: String) throws(TriggerError) -> Instant? {
    guard let member = take(name) else { return nil }
    guard let instant = InstantText.instant(member) else { throw failure(name, "an RFC 3339 timestamp") }
    return instant
  }

  mutating func name<Name: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(TriggerError) -> Name where Name.RawValue == String {
    guard let value: Name = try optionalName(name) else { throw failure(name, expectation(Name.self)) }
    return value
  }

  mutating func optionalName<Name: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(TriggerError) -> Name? where Name.RawValue == String {
    guard let member = take(name) else { return nil }
    guard let text = member.stringValue, let value = Name(rawValue: text) else {
      throw failure(name, expectation(Name.self))
    }
    return value
  }

  private func expectation<Name: RawRepresentable & CaseIterable>(_: Name.Type) -> String
  where Name.RawValue == String {
    "one of " + Name.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

/// Instants in encoded triggers: RFC 3339 text, or a count of microseconds where RFC 3339 has no year for them.
enum InstantText {
  static func json(_ instant: Instant) -> JSONValue {
    let writable = CivilTime.first...CivilTime.last
    return writable.contains(instant.secondsSinceEpoch)
      ? .string(instant.rfc3339()) : .integer(instant.microsecondsSinceEpoch)
  }

  static func instant(_ json: JSONValue) -> Instant? {
    switch json {
    case .string(let text): Instant(rfc3339: text)
    case .integer(let microseconds): Instant(microsecondsSinceEpoch: microseconds)
    default: nil
    }
  }
}
