#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A job's values as JSON and back.
enum PayloadCoding {
  // Made once: they can be used by several threads, and making them costs a fifth of what a small payload does.
  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    // Sorted, so that the same values are the same bytes: adding a job again must be seen to say the same.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()
  private static let decoder = JSONDecoder()

  static func encode<Values: JobPayload>(_ payload: Values, for id: JobID) throws -> [UInt8] {
    do {
      return [UInt8](try PayloadCoding.encoder.encode(payload))
    } catch {
      throw SchedulerError(
        .payloadNotEncodable, job: id, "the payload of type \(Values.self) cannot be encoded: \(error)")
    }
  }

  /// The values of a job.
  static func decode<Values: JobPayload>(_ type: Values.Type, from definition: JobDefinition) throws -> Values {
    try self.decode(
      type, from: definition.payload, codec: definition.profile.payloadCodec,
      version: definition.profile.payloadVersion,
      of: definition.id)
  }

  /// The values that a run is asked for with.
  static func decode<Values: JobPayload>(_ type: Values.Type, from request: RunRequest) throws -> Values {
    try self.decode(
      type, from: request.payload, codec: request.payloadCodec, version: request.payloadVersion, of: request.jobID)
  }

  static func decode<Values: JobPayload>(
    _ type: Values.Type, from payload: [UInt8], codec: String, version: Int, of id: JobID
  ) throws -> Values {
    guard codec == Payload.json else {
      throw SchedulerError(
        .payloadNotDecodable, job: id,
        "the payload is in the format \"\(codec)\", and only \"\(Payload.json)\" is known")
    }
    do {
      return try PayloadCoding.decoder.decode(type, from: Data(payload))
    } catch {
      throw SchedulerError(
        .payloadNotDecodable, job: id,
        "the payload (version \(version)) is not a \(type) of version \(Values.payloadVersion): \(DecodingTrouble(error))"
      )
    }
  }
}

/// A decoding error in one line: what, and where in the value.
struct DecodingTrouble: CustomStringConvertible {
  let description: String

  init(_ error: any Error) {
    func path(_ context: DecodingError.Context) -> String {
      let names = context.codingPath.map(\.stringValue).joined(separator: ".")
      return names.isEmpty ? "" : " at \(names)"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      self.description = "\"\(key.stringValue)\" is missing\(path(context))"
    case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
      self.description = "expected \(type)\(path(context))"
    case DecodingError.dataCorrupted(let context):
      self.description = context.debugDescription + path(context)
    default:
      self.description = String(describing: error)
    }
  }
}
