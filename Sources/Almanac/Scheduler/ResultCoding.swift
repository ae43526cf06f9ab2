import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a run returned, as JSON and back.
enum ResultCoding {
  /// Nil where it cannot be kept: the work is done all the same, so that is said in the log and fails nothing.
  static func encode(_ value: some Encodable, _ logger: Logger) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let bytes = [UInt8](try encoder.encode(value))
      if bytes.count <= RunOutcome.maximumResult { return bytes }
      logger.warning(
        "the result is too large to be kept",
        metadata: ["bytes": "\(bytes.count)", "limit": "\(RunOutcome.maximumResult)"])
    } catch {
      logger.warning("the result cannot be encoded", metadata: ["error": "\(error)"])
    }
    return nil
  }
}

extension AttemptEnd {
  /// What the run returned; nil where it returned nothing, or where that was not kept.
  ///
  /// - Throws: `DecodingError` where it is not of this type.
  public func result<Value: Decodable>(as type: Value.Type) throws -> Value? {
    try self.result.map { try JSONDecoder().decode(type, from: Data($0)) }
  }
}
