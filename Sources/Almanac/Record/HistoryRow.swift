/// One line of a job's history: an attempt that ended, or fires that did not run.
///
/// Rows pass through the outbox of the job's state: they are committed with the change that they tell of, then appended to the
/// history under a key that makes appending twice the same as once, then dropped from the outbox. A store with transactions
/// does all three at once.
public struct HistoryRow: Hashable, Sendable {
  public var job: JobID
  public var jobName: String
  public var incarnation: Int64
  /// The state's revision that the row was written with.
  public var revision: Int64
  /// Tells rows of one revision apart, from 0.
  public var ordinal: Int
  /// When it happened, on the store's clock.
  public var at: Instant
  /// Until when the row is kept, where the job has a limit of its own; nil: as long as the scheduler keeps history.
  public var keepUntil: Instant?
  public var entry: HistoryEntry
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(
    job: JobID, jobName: String, incarnation: Int64, revision: Int64, ordinal: Int, at: Instant,
    keepUntil: Instant? = nil, entry: HistoryEntry, unknown: UnknownFields = .none
  ) {
    self.job = job
    self.jobName = jobName
    self.incarnation = incarnation
    self.revision = revision
    self.ordinal = ordinal
    self.at = at
    self.keepUntil = keepUntil
    self.entry = entry
    self.unknown = unknown
  }

  /// Whether the row is too old to be kept: a row with a time of its own when that is over at `now`, any other when it is older than `instant`,
  /// which is how long the scheduler keeps history.
  public func mayBePruned(before instant: Instant, at now: Instant) -> Bool {
    self.keepUntil.map { $0 <= now } ?? (self.at < instant)
  }
}

public enum HistoryEntry: Hashable, Sendable {
  case attempt(AttemptEnd)
  case fate(Fate)
}

/// How one attempt ended.
public struct AttemptEnd: Hashable, Sendable {
  public var fireTime: Instant
  public var origin: RunOrigin
  public var attempt: Int
  public var claim: Int64
  /// The session that ran it.
  public var owner: Epoch
  /// The name of the scheduler that ran it; nil where nobody said.
  public var node: String?
  public var outcome: OutcomeKind
  public var failure: Failure?
  public var startedAt: Instant
  public var endedAt: Instant
  /// When the fire is tried again; nil where this was its end.
  public var retryAt: Instant?
  /// What it returned, encoded; nil where it returned nothing.
  public var result: [UInt8]?
  /// The last of what it logged.
  public var logs: [LogLine]

  public init(
    fireTime: Instant, origin: RunOrigin, attempt: Int, claim: Int64, owner: Epoch, node: String? = nil,
    outcome: OutcomeKind, failure: Failure? = nil, startedAt: Instant, endedAt: Instant, retryAt: Instant? = nil,
    result: [UInt8]? = nil, logs: [LogLine] = []
  ) {
    self.fireTime = fireTime
    self.origin = origin
    self.attempt = attempt
    self.claim = claim
    self.owner = owner
    self.node = node
    self.outcome = outcome
    self.failure = failure
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.retryAt = retryAt
    self.result = result
    self.logs = logs
  }

  public var duration: Duration { self.endedAt - self.startedAt }
}

/// What became of fires that did not run: never silence, always one line for however many there were.
public struct Fate: Hashable, Sendable {
  public var reason: FateReason
  public var first: Instant
  public var last: Instant
  public var count: FireCount

  public init(reason: FateReason, first: Instant, last: Instant, count: FireCount) {
    self.reason = reason
    self.first = first
    self.last = last
    self.count = count
  }
}

/// Why fires did not run.
public enum FateReason: String, Hashable, Sendable, Codable, CaseIterable {
  /// Another of several missed fires ran for all of them.
  case coalesced
  /// They were late beyond the job's grace, or missed where the job says not to catch up.
  case misfired
  /// As many runs as may be were going.
  case overlapped
  /// The job was paused.
  case paused
  /// A user said to skip them, or cancelled them while they waited.
  case skipped
  /// The job was removed or replaced while they waited.
  case removed
  /// The job had run as often as it may.
  case limited
  /// They had been started, and waited for their next attempt beyond their deadline.
  case expired
}
