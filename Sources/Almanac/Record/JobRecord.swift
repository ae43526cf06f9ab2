/// Everything that is remembered about a job: its definition and its state, which are stored apart.
public struct JobRecord: Sendable {
  public let definition: JobDefinition
  public var state: JobState

  public init(definition: JobDefinition, state: JobState) {
    self.definition = definition
    self.state = state
  }

  public var id: JobID { self.definition.id }
  public var lane: Lane { self.definition.lane }
  public var revision: Int64 { self.state.revision }
}

/// The small, hot part of a record: what changes when time passes and runs end.
public struct JobState: Hashable, Sendable {
  /// Counts every committed change, from 1. A write is conditional on it.
  public var revision: Int64
  public var status: JobStatus
  /// Why it was paused or quarantined, or how it came to its end; nil where nobody said.
  public var note: String?
  /// When the status last changed.
  public var statusSince: Instant
  /// The nominal time of the next fire; nil where the trigger has ended.
  ///
  /// It is kept while a job is paused, so that resuming knows what was missed.
  public var nextFire: Instant?
  /// When the next fire may start, where the job's jitter puts it off; nil where that is its nominal time.
  public var nextStart: Instant?
  /// The nominal time of the latest fire that was answered: run, or reported as not run.
  public var lastFire: Instant?
  /// The fire time of the latest run that was asked for by hand: the next one gets a later one, whatever the clock says.
  public var lastHandFire: Instant?
  /// What waits, runs, or is being cancelled; ordered by fire time. At most ``maximumRuns``.
  public var runs: [Run]
  /// The number of the last claim: the second half of the fencing token. Never decreases.
  public var claims: Int64
  /// The highest claims that were taken back from their owners, ascending, at most ``maximumRevoked``, so that a repeated report of
  /// a run that was counted already can be told from a stale one.
  public var revokedClaims: [Int64]
  public var counters: RunCounters
  /// How the latest run that ended for good ended.
  public var lastOutcome: OutcomeKind?
  /// Fires that ended badly for good and may be tried again by hand, the oldest first.
  public var dead: [DeadRun]
  /// How many fires in a row ended badly.
  public var failuresInRow: Int
  /// How often in a row a scheduler was lost while it ran this job, with no run in between that came to its end.
  public var crashesInRow: Int
  /// How many fires of the trigger were taken on to run.
  public var firesTaken: Int64
  /// History that is not yet in the history; see ``HistoryRow``.
  public var outbox: [HistoryRow]
  /// When somebody else should take the outbox to the history, should whoever wrote it not have done so; nil where it is empty.
  public var outboxDueAt: Instant?
  /// When a finished or removed job is forgotten.
  public var forgetAt: Instant?
  /// The version of the zone data by which `nextFire` was computed; nil where no zone is concerned.
  public var zoneData: String?
  public var unknown: UnknownFields

  public init(
    revision: Int64 = 1, status: JobStatus = .active, note: String? = nil, statusSince: Instant,
    nextFire: Instant?, nextStart: Instant? = nil, lastFire: Instant? = nil, lastHandFire: Instant? = nil,
    runs: [Run] = [], claims: Int64 = 0, revokedClaims: [Int64] = [], counters: RunCounters = RunCounters(),
    lastOutcome: OutcomeKind? = nil, dead: [DeadRun] = [], failuresInRow: Int = 0, crashesInRow: Int = 0,
    firesTaken: Int64 = 0, outbox: [HistoryRow] = [],
    outboxDueAt: Instant? = nil, forgetAt: Instant? = nil, zoneData: String? = nil, unknown: UnknownFields = .none
  ) {
    self.revision = revision
    self.status = status
    self.note = note
    self.statusSince = statusSince
    self.nextFire = nextFire
    self.nextStart = nextStart
    self.lastFire = lastFire
    self.lastHandFire = lastHandFire
    self.runs = runs
    self.claims = claims
    self.revokedClaims = revokedClaims
    self.counters = counters
    self.lastOutcome = lastOutcome
    self.dead = dead
    self.failuresInRow = failuresInRow
    self.crashesInRow = crashesInRow
    self.firesTaken = firesTaken
    self.outbox = outbox
    self.outboxDueAt = outboxDueAt
    self.forgetAt = forgetAt
    self.zoneData = zoneData
    self.unknown = unknown
  }

  /// The most runs, waiting and going together, that one record holds.
  public static let maximumRuns = 64
  /// The most bytes of the values that one run may have been asked for with.
  public static let maximumRunPayload = 16 << 10
  /// The most revoked claims that are remembered.
  public static let maximumRevoked = 16
}

/// Where a job stands in its life.
public enum JobStatus: String, Hashable, Sendable, Codable, CaseIterable {
  /// Its trigger fires. Can become: `paused`, `finished`, `removed`, `quarantined`.
  case active
  /// Its trigger does not fire; runs that were asked for by hand do. Can become: `active`, `removed`, `quarantined`, and
  /// `finished` where it is resumed and nothing is left.
  case paused
  /// Its trigger has ended and no run is left: a tombstone, forgotten after its retention. Can become: `active`, where a dead run of it is tried
  /// again, and `removed`; its id, a new incarnation.
  case finished
  /// A user removed it: a tombstone. Runs that were going may still end. Its id can become a new incarnation.
  case removed
  /// It cannot be run as it is, and its note says why. Never deleted by itself. Can become: `active`, `removed`, and
  /// `finished` where it is resumed, or given a new trigger, and nothing is left.
  case quarantined

  /// True where the job is over and its id may be taken by a new one.
  public var isTombstone: Bool { self == .finished || self == .removed }
}

/// How many of a job's fires came to what.
public struct RunCounters: Hashable, Sendable {
  /// Attempts that a scheduler claimed.
  public var started: Int64
  /// Fires that ended well.
  public var succeeded: Int64
  /// Fires that ended badly, all attempts included.
  public var failed: Int64
  /// Attempts that failed and were, or will be, tried again.
  public var retried: Int64
  /// Attempts that asked to be started again later.
  public var snoozed: Int64
  /// Attempts whose scheduler was lost, or stopped before they ended.
  public var crashed: Int64
  /// Fires that ended because somebody cancelled them.
  public var cancelled: Int64
  /// Fires of which nobody knows how they ended.
  public var unknown: Int64
  /// Fires that did not run; at least this many.
  public var dropped: Int64
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknownFields: UnknownFields

  public init(
    started: Int64 = 0, succeeded: Int64 = 0, failed: Int64 = 0, retried: Int64 = 0, snoozed: Int64 = 0,
    crashed: Int64 = 0, cancelled: Int64 = 0, unknown: Int64 = 0, dropped: Int64 = 0,
    unknownFields: UnknownFields = .none
  ) {
    self.started = started
    self.succeeded = succeeded
    self.failed = failed
    self.retried = retried
    self.snoozed = snoozed
    self.crashed = crashed
    self.cancelled = cancelled
    self.unknown = unknown
    self.dropped = dropped
    self.unknownFields = unknownFields
  }
}
