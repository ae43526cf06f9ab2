/// The bytes of a job's own values, and what is needed to read them.
///
/// A payload is encoded once, when the job is added, and decoded where it runs; between the two nobody looks inside.
public struct Payload: Hashable, Sendable {
  /// The name of the format of `bytes`; `json` unless the user brought another.
  public var codec: String
  /// The version that the job's type gave itself when the bytes were written.
  public var version: Int
  public var bytes: [UInt8]

  public init(codec: String = Payload.json, version: Int = 1, bytes: [UInt8]) {
    self.codec = codec
    self.version = version
    self.bytes = bytes
  }

  public static let json = "json"
}
