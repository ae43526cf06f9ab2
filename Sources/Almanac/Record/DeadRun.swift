/// A fire that ended badly for good: kept in the record, so that it can be listed, tried again or purged.
///
/// It is the dead letter of other systems. Its end is in the history as any other; purging it takes nothing from there.
public struct DeadRun: Hashable, Sendable {
  public var fireTime: Instant
  public var origin: RunOrigin
  /// How often it was started. Tried again, it counts on from there: the pair of fire time and attempt is never used twice.
  public var attempt: Int
  /// How it ended: `failed`, `timedOut` or `unknown`.
  public var outcome: OutcomeKind
  /// Why, shortened.
  public var message: String?
  public var diedAt: Instant
  /// The values that it was asked for with, where they are not the job's own.
  public var payload: [UInt8]?
  public var unknown: UnknownFields

  public init(
    fireTime: Instant, origin: RunOrigin = .trigger, attempt: Int, outcome: OutcomeKind, message: String? = nil,
    diedAt: Instant, payload: [UInt8]? = nil, unknown: UnknownFields = .none
  ) {
    self.fireTime = fireTime
    self.origin = origin
    self.attempt = attempt
    self.outcome = outcome
    self.message = message?.shortened(toBytes: DeadRun.maximumMessage)
    self.diedAt = diedAt
    self.payload = payload
    self.unknown = unknown
  }

  /// The most bytes of a message that are kept; the whole of it is in the history.
  public static let maximumMessage = 256
}
