/// All that must be known to execute a run, as plain values: they can be sent to another process.
public struct RunRequest: Hashable, Sendable, Codable {
  public var jobID: JobID
  public var jobName: String
  /// The alias of the store that keeps the job.
  public var store: String
  /// The pair that every write of the run has to show.
  public var token: FencingToken
  /// The nominal fire time, on the store's clock.
  public var fireTime: Instant
  public var origin: RunOrigin
  /// Which start of this fire it is, from 1.
  public var attempt: Int
  /// When the claim was made.
  public var startedAt: Instant
  /// When the run has to be over; nil where there is no limit.
  public var timeoutAt: Instant?
  /// The job's values, encoded: its own, or those that this run was asked for with.
  public var payload: [UInt8]
  /// The format of the payload, see ``Payload``.
  public var payloadCodec: String
  /// The version of the payload's fields that was stored with the job.
  public var payloadVersion: Int
  /// True where the values are not the job's own: should they be unreadable, then the run has failed and the job is not to blame.
  public var hasOwnPayload: Bool
  /// The trace of whoever added the job, as the tracing system's instrument wrote it.
  public var traceContext: [String: String]

  package init(_ definition: JobDefinition, _ order: StartOrder, store: String) {
    self.jobID = definition.id
    self.jobName = definition.lane.jobName
    self.store = store
    self.token = order.token
    self.fireTime = order.fireTime
    self.origin = order.origin
    self.attempt = order.attempt
    self.startedAt = order.startedAt
    self.timeoutAt = order.timeoutAt
    self.payload = order.payload ?? definition.payload
    self.payloadCodec = definition.profile.payloadCodec
    self.payloadVersion = definition.profile.payloadVersion
    self.hasOwnPayload = order.payload != nil
    self.traceContext = definition.extras?.traceContext ?? [:]
  }
}
