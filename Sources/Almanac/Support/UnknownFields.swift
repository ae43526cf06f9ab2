/// Members of a stored object that this version does not know, kept so that they can be written back.
///
/// A cluster is upgraded one server at a time: what a newer version writes must survive being read and written by an older
/// one.
public struct UnknownFields: Hashable, Sendable {
  public var members: [String: JSONValue]

  public init(_ members: [String: JSONValue] = [:]) {
    self.members = members
  }

  public static let none = UnknownFields()

  public var isEmpty: Bool { self.members.isEmpty }

  /// Takes from a keyed object what is not among the known names.
  package init(from decoder: any Decoder, except known: Set<String>) throws {
    let container = try decoder.container(keyedBy: AnyCodingKey.self)
    var members: [String: JSONValue] = [:]
    for key in container.allKeys where !known.contains(key.stringValue) {
      members[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
    }
    self.members = members
  }

  package func encode(to encoder: any Encoder) throws {
    guard !self.members.isEmpty else { return }
    var container = encoder.container(keyedBy: AnyCodingKey.self)
    for (name, value) in self.members {
      try container.encode(value, forKey: AnyCodingKey(name))
    }
  }
}

/// A coding key of any name.
package struct AnyCodingKey: CodingKey {
  package let stringValue: String
  package var intValue: Int? { nil }

  package init(_ name: String) { self.stringValue = name }
  package init?(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}
