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
    try self.value(JobDefinition.self, bytes)
  }

  public static func state(from bytes: some Sequence<UInt8>) throws -> JobState {
    try self.value(JobState.self, bytes)
  }

  public static func historyRow(from bytes: some Sequence<UInt8>) throws -> HistoryRow {
    try self.value(HistoryRow.self, bytes)
  }

  private static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    // Sorted, so that equal values have equal bytes: golden files and "has it changed" both rest on it.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value))
  }

  private static func value<Value: Decodable>(_ type: Value.Type, _ bytes: some Sequence<UInt8>) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}

/// Bytes as text and back.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
  package static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { [UInt8]($0) } }
}
