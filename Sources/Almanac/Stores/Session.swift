/// One life of one scheduler in a store.
///
/// A run holds the epoch of its owner's session. A scheduler renews one value, its session, however many runs it has; whoever sees that
/// a session expired marks it dead first and takes its runs back after.
public struct Session: Hashable, Sendable, Codable {
  public var epoch: Epoch
  public var draft: SessionDraft
  public var openedAt: Instant
  public var renewedAt: Instant
  public var expiresAt: Instant
  public var isDead: Bool
  /// Whether the connection is there by which the store knows the session's process: false where it is gone, nil where the store cannot tell at
  /// this moment. Only ``JobStore/sessions()`` says it.
  ///
  /// A process that lives may lose its connection and open another one. So false is a sign and no proof; schedulers act on it when they have seen it
  /// twice, most of a second apart.
  public var isConnected: Bool?

  public init(
    epoch: Epoch, draft: SessionDraft, openedAt: Instant, renewedAt: Instant, expiresAt: Instant, isDead: Bool = false,
    isConnected: Bool? = nil
  ) {
    self.epoch = epoch
    self.draft = draft
    self.openedAt = openedAt
    self.renewedAt = renewedAt
    self.expiresAt = expiresAt
    self.isDead = isDead
    self.isConnected = isConnected
  }
}

/// What a scheduler says of itself when it opens or renews its session.
public struct SessionDraft: Hashable, Sendable, Codable {
  /// The name of the scheduler, for people.
  public var node: String
  public var host: String
  public var processID: Int32
  /// What has to be equal for a process id to mean the same process: one boot of one machine, one process namespace. Nil where
  /// that cannot be told.
  public var machine: String?
  public var version: String
  /// The queues it serves; nil for all.
  public var queues: [String]?
  /// The aliases of its executors; nil where a version of the program wrote it that did not say.
  public var executors: [String]?
  /// How many runs it has.
  public var running: Int
  /// The version of its zone data; nil where a version of the program wrote it that did not say.
  public var zoneData: String?
  /// How far its machine's wall clock was ahead of the store's clock when that was measured last, in microseconds; negative where it was behind.
  /// Nil where the store has no clock of its own.
  public var clockOffsetMicroseconds: Int64?
  /// How long the session lives after it is opened or renewed, in microseconds.
  public var lifetimeMicroseconds: Int64

  public init(
    node: String, host: String, processID: Int32, machine: String? = nil, version: String, queues: [String]?,
    executors: [String]? = nil, running: Int, zoneData: String? = nil, clockOffset: Duration? = nil, lifetime: Duration
  ) {
    self.node = node
    self.host = host
    self.processID = processID
    self.machine = machine
    self.version = version
    self.queues = queues
    self.executors = executors
    self.running = running
    self.zoneData = zoneData
    self.clockOffsetMicroseconds = clockOffset?.wholeMicroseconds
    self.lifetimeMicroseconds = lifetime.wholeMicroseconds
  }

  public var clockOffset: Duration? { self.clockOffsetMicroseconds.map { .microseconds($0) } }
  public var lifetime: Duration { .microseconds(self.lifetimeMicroseconds) }
}
