#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Turns the two parts of a record, and rows of history, into bytes and back. Every durable store uses it, so that what one store
/// wrote another can read.
public enum RecordCodec {
  public static func encode(_ definition: JobDefinition) throws -> [UInt8] { try self.bytes(definition) }
  public static func encode(_ state: JobState) throws -> [UInt8] { try self.bytes(state) }
  public static func encode(_ row: HistoryRow) throws -> [UInt8] { try self.bytes(row) }

  public static func definition(from bytes: some Sequence<UInt8>) throws -> JobDefinition {
    let bytes = Array(bytes)
    return try self.quickDefinition(from: bytes) ?? self.thoroughValue(JobDefinition.self, bytes)
  }

  public static func state(from bytes: some Sequence<UInt8>) throws -> JobState {
    let bytes = Array(bytes)
    return try self.quickState(from: bytes) ?? self.thoroughValue(JobState.self, bytes)
  }

  public static func historyRow(from bytes: some Sequence<UInt8>) throws -> HistoryRow {
    let bytes = Array(bytes)
    return try self.quickRow(from: bytes) ?? self.thoroughValue(HistoryRow.self, bytes)
  }

  private static func bytes(_ value: some QuicklyWritten) throws -> [UInt8] {
    try self.quick(value) ?? self.thoroughBytes(value)
  }

  // MARK: The quick way

  // It answers what the thorough way does, in a fraction of the time; nil where it is not sure to.

  package static func quickBytes(_ state: JobState) -> [UInt8]? { self.quick(state) }
  package static func quickBytes(_ definition: JobDefinition) -> [UInt8]? { self.quick(definition) }
  package static func quickBytes(_ row: HistoryRow) -> [UInt8]? { self.quick(row) }

  private static func quick(_ value: some QuicklyWritten) -> [UInt8]? {
    var json = JSONWriter()
    return value.write(to: &json) ? json.bytes : nil
  }

  package static func quickDefinition(from bytes: [UInt8]) -> JobDefinition? {
    try? JobDefinition.quick(JSONText(bytes))
  }

  package static func quickState(from bytes: [UInt8]) -> JobState? { try? JobState(JSONText(bytes), 0) }
  package static func quickRow(from bytes: [UInt8]) -> HistoryRow? { try? HistoryRow(JSONText(bytes), 0) }

  // MARK: The thorough way

  // It knows all that the form may hold, and says what is wrong.

  package static func thoroughBytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    // Sorted, so that equal values have equal bytes: golden files and "has it changed" both rest on it.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value))
  }

  package static func thoroughValue<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}

/// Bytes as text and back.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
  package static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { [UInt8]($0) } }
}
