/// Where jobs are kept: a map from id to record, ordered by the instants at which records want to be looked at.
///
/// A store holds no scheduling logic. It reads records, hands them to a pure transition, and writes what comes back if nobody else
/// wrote in between. **No lock of the database is held while a transition computes**; a lock of this process may be.
/// All methods take batches; a batch of more than ``StoreCapabilities/maximumBatch`` fails with ``StoreError/Code/batchTooLarge`` before
/// it does anything.
///
/// Laws that hold for every method (`AlmanacTesting`'s conformance suite checks each of them against a store):
///
/// - *Effect.* What a method answers is durable and visible to every other client of the same store and namespace.
/// - *Concurrency.* A write is conditional on the revision that was read: of two clients that change one record at
///   once, one's transition sees the other's result.
/// - *Lost answer.* A method that throws may have taken effect. Repeating it is safe: `insert` answers `.kept` or `.inserted`
///   by its resolver, a transition sees what is there, `append` writes a row once.
/// - *Isolation.* Stores of different namespaces never see each other's jobs, sessions, or history.
public protocol JobStore: Sendable {
  /// What this store can do beyond the contract, and where its limits are. Declared, never probed.
  var capabilities: StoreCapabilities { get }

  /// Makes the store ready: connects, creates or migrates its schema. Called before any other method; repeating it is
  /// harmless, two clients may do it at once.
  func prepare() async throws

  /// Gives connections back. Nothing is called after it.
  func close() async

  /// The store's time. Where ``StoreCapabilities/serverTime`` is not declared, this process's own.
  func now() async throws -> StoreTime

  // MARK: Sessions

  /// Opens a session with an epoch that this namespace has never used and never will again.
  func openSession(_ draft: SessionDraft) async throws -> Session

  /// Moves the expiry of a session that is alive to `now() + lifetime` and writes down what its scheduler says of itself. Answers nil, and
  /// changes nothing, where the session is dead or unknown.
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session?

  /// All sessions that are not forgotten, alive and dead, by epoch. Of each that is alive it says, where the store can tell and is asked by a client that
  /// listens to ``changes()``, whether its process is connected (``Session/isConnected``): never false while a living process has had no time to
  /// connect again after the store, or the way to it, was away.
  func sessions() async throws -> [Session]

  /// Marks the session dead if it is alive and its expiry is the one given (a renewal in between wins). Answers whether
  /// the session is dead now, whoever marked it; one that is unknown is dead and forgotten. A dead session never lives again.
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool

  /// Forgets dead sessions that expired before the given time.
  func forgetSessions(expiredBefore: Instant) async throws

  // MARK: Records

  /// Adds records, each as one atomic step: where the id is free the record is inserted; where it is taken, tombstones included,
  /// `resolve` decides from the record that is there. Where it says `.erase`, the old record goes and the new one is inserted.
  ///
  /// - Returns: an answer for each record, in order.
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer]

  /// The records with the given ids, in order; nil where there is none or it cannot be read.
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?]

  /// One page of the records that match, in the query's order.
  func query(_ query: JobQuery) async throws -> JobPage

  /// Applies a transition to each record, again if somebody else wrote in between, until it is committed or refused.
  ///
  /// Where ``StoreCapabilities/atomicBatch`` is declared, the changes are written in one step, all or none of them; apart are only those of records
  /// that somebody else wrote in between, which follow in another, and those of an id that is named twice.
  ///
  /// - Returns: an answer for each id, in order.
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer]

  /// The heart of the loop: takes records that want to be looked at, in lanes that the demand serves, applies the
  /// transition and commits.
  ///
  /// Taken are (1) up to `tendLimit` records with ``JobRecord/tendAt`` `<= now`, whatever slots are free, and (2) records with
  /// ``JobRecord/startAt`` `<= now`, lanes merged by ``Priority/order(of:)``, as many for each executor as it has free slots, each with a
  /// grant of one start. A record is taken once, with a grant if it is in both. A store may take fewer than there are, and takes no more
  /// than ``StoreCapabilities/maximumBatch``: who asked asks again.
  ///
  /// Nothing is committed for a session that is dead: then ``StoreError/Code/sessionLost`` is thrown. A record that somebody else
  /// wrote in between is left to them and answered `.lost`, or not at all.
  ///
  /// - Returns: an answer for each record taken. An empty answer means that nothing wanted to be looked at, or that
  ///   everything was lost to others.
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer]

  /// The earliest instant at which ``advance(_:at:as:_:)`` with this demand would find something: over the served lanes the
  /// earliest `tendAt`, and the earliest `startAt` where the executor has a free slot.
  func earliestWake(_ demand: Demand) async throws -> Instant?

  /// The epochs that hold at least one claimed run.
  func owners() async throws -> [Epoch]

  /// Up to `limit` ids of records in which the given session holds a run.
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID]

  // MARK: Changes

  /// Tells of what other clients, and this one, did that a sleeping scheduler has to know. May tell too much or too late where
  /// ``StoreCapabilities/notifies`` is not declared: polling is the safety net. Ends when the store is closed.
  func changes() -> AsyncStream<StoreChange>

  /// Tells the other clients of something that is not a write, such as a cancel that a run's owner has to act on.
  func announce(_ change: StoreChange) async throws

  // MARK: History

  /// Appends rows; a row whose key (job, incarnation, revision, ordinal) is there already is not appended again.
  func append(_ rows: [HistoryRow]) async throws

  /// One page of the rows that match, the one appended last first.
  func history(_ query: HistoryQuery) async throws -> HistoryPage

  /// Deletes up to `limit` rows for which ``HistoryRow/mayBePruned(before:at:)`` holds: those whose own time is over at `now`, and those without
  /// one that are older than `instant`. Answers how many.
  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int

  /// Deletes rows of the given jobs, of each all but the newest so many, the oldest first and up to `limit` in all. Answers how many.
  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int
}

/// What a transition says of a record.
public enum Verdict: Sendable {
  /// Write this record, then perform the effects. A definition that is another object than before is written too.
  case commit(JobRecord, [Effect])
  /// Write nothing.
  case refuse(Refusal)
  /// Delete the record; its history stays.
  case erase
}

/// What became of one record.
public enum StoreAnswer: Sendable {
  /// Written. The record is as it is now in the store.
  case committed(JobRecord, [Effect])
  /// The transition refused; the record is as it was seen.
  case refused(JobRecord, Refusal)
  /// There is no record of this id.
  case missing(JobID)
  case erased(JobID)
  /// Somebody else wrote in between.
  case lost(JobID)
  /// The stored record cannot be read. It is kept as it is, and wakes nobody until it is written anew.
  case unreadable(JobID, reason: String)
}

extension StoreAnswer {
  /// The record, where there is one that can be read.
  public var record: JobRecord? {
    switch self {
    case .committed(let record, _), .refused(let record, _): record
    case .missing, .erased, .lost, .unreadable: nil
    }
  }
}

/// What became of one record that was to be inserted.
public enum InsertAnswer: Sendable {
  /// The id was free.
  case inserted(JobRecord)
  /// The id was taken, and the resolver's verdict was committed.
  case replaced(JobRecord, [Effect])
  /// The id was taken, and the resolver refused.
  case kept(JobRecord, Refusal)
}
