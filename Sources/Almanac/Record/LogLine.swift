/// One line that a run logged, as its history keeps it.
public struct LogLine: Hashable, Sendable {
  public var at: Instant
  /// The name of the level, as swift-log has it.
  public var level: String
  public var message: String
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(at: Instant, level: String, message: String, unknown: UnknownFields = .none) {
    self.at = at
    self.level = level
    self.message = message.shortened(toBytes: LogLine.maximumMessage)
    self.unknown = unknown
  }

  /// The most bytes of a message that are kept.
  public static let maximumMessage = 1_024
}
