import Synchronization

/// Keeps jobs in the memory of this process: the store to begin with, to test with, and the reference for all others.
///
/// What it holds is lost with the process. Several schedulers of one process may share it: hand the same store to each, or give each a
/// client of its own, made by ``client(namespace:clock:)``.
///
/// ```swift
/// let store = MemoryStore()
/// ```
///
/// Transitions are computed under the store's lock, so a closure that is handed to it must not call the same store.
public final class MemoryStore: JobStore {
  /// What a memory store does: as much as it can, or as little as some other store, for tests of those who use it.
  public struct Options: Hashable, Sendable {
    /// A change and its history are committed in one step; else history waits in the outbox until somebody takes it away.
    public var atomicHistory: Bool
    /// Clients are told of each other's writes; else ``MemoryStore/changes()`` is silent.
    public var notifies: Bool
    /// Declare that the store's time is the same for all of its clients: all of them read the clock of the first.
    public var serverTime: Bool
    /// The most items that one call may carry.
    public var maximumBatch: Int
    /// The most bytes that a payload may have.
    public var maximumPayload: Int
    /// The most rows of history that are kept in each namespace; the oldest go first. Memory is not a place for an archive.
    public var historyLimit: Int

    public init(
      atomicHistory: Bool = true, notifies: Bool = true, serverTime: Bool = false, maximumBatch: Int = 1_000,
      maximumPayload: Int = 1 << 20, historyLimit: Int = 100_000
    ) {
      self.atomicHistory = atomicHistory
      self.notifies = notifies
      self.serverTime = serverTime
      self.maximumBatch = maximumBatch
      self.maximumPayload = maximumPayload
      self.historyLimit = historyLimit
    }
  }

  public let capabilities: StoreCapabilities
  /// Which of the jobs that share this memory the client sees.
  public let namespace: String
  private let options: Options
  private let clock: any SchedulerClock
  private let memory: SharedMemory
  private let space: MemorySpace
  private let mailboxes = Mutex(Mailboxes())

  /// Makes an empty store.
  ///
  /// - Parameters:
  ///   - clock: What the store takes for the time: it dates sessions.
  ///   - namespace: Keeps apart the jobs of clients that share the memory.
  ///   - options: What the store does and where its limits are.
  public convenience init(
    clock: any SchedulerClock = SystemClock(), namespace: String = "default", options: Options = Options()
  ) {
    self.init(SharedMemory(clock: clock, options: options), clock: clock, namespace: namespace)
  }

  private init(_ memory: SharedMemory, clock: any SchedulerClock, namespace: String) {
    let options = memory.options
    self.memory = memory
    self.clock = options.serverTime ? memory.clock : clock
    self.namespace = namespace
    self.options = options
    self.space = memory.space(namespace)
    self.capabilities = StoreCapabilities(
      serverTime: options.serverTime, notifies: options.notifies, atomicHistory: options.atomicHistory,
      atomicBatch: true, maximumBatch: options.maximumBatch, maximumPayload: options.maximumPayload)
  }

  /// Another client of the same memory.
  ///
  /// - Parameters:
  ///   - namespace: Which jobs it sees; those of this client if left out.
  ///   - clock: What it takes for the time; this client's clock if left out.
  public func client(namespace: String? = nil, clock: (any SchedulerClock)? = nil) -> MemoryStore {
    MemoryStore(self.memory, clock: clock ?? self.clock, namespace: namespace ?? self.namespace)
  }

  // MARK: Living

  public func prepare() async throws {}

  public func close() async {
    for mailbox in self.mailboxes.withLock({ $0.all }) { mailbox.close() }
  }

  public func now() async throws -> StoreTime { StoreTime(now: self.clock.now()) }

  // MARK: Sessions

  public func openSession(_ draft: SessionDraft) async throws -> Session {
    let now = self.clock.now()
    return self.space.tables.withLock { $0.sessions.open(draft, now: now) }
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    let now = self.clock.now()
    return self.space.tables.withLock { $0.sessions.renew(epoch, draft, now: now) }
  }

  public func sessions() async throws -> [Session] {
    self.space.tables.withLock { $0.sessions.all }
  }

  public func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    self.space.tables.withLock { $0.sessions.markDead(epoch, expiringAt: expiry) }
  }

  public func forgetSessions(expiredBefore instant: Instant) async throws {
    self.space.tables.withLock { $0.sessions.forget(expiredBefore: instant) }
  }

  // MARK: Records

  public func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try self.check(batch: records.count)
    for record in records { try self.check(payloadOf: record) }
    let (answers, wake) = try self.space.tables.withLock { tables in
      for record in records {
        if let reason = tables.damage(of: record.id) {
          throw self.error(
            .corrupted, "the record of job \(record.id) cannot be read and is not written over: \(reason)")
        }
      }
      var answers: [InsertAnswer] = []
      answers.reserveCapacity(records.count)
      var earliest: Instant?
      for record in records {
        let (answer, wake) = tables.insert(record, resolve)
        answers.append(answer)
        if let wake { earliest = min(earliest ?? wake, wake) }
      }
      return (answers, earliest)
    }
    self.tell(wake)
    return answers
  }

  public func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try self.check(batch: ids.count)
    return self.space.tables.withLock { tables in ids.map { tables.fetch($0) } }
  }

  /// One page of the records that match, in the query's order.
  ///
  /// - Complexity: O(n) in the records that there are; the store's lock is held meanwhile.
  public func query(_ query: JobQuery) async throws -> JobPage {
    self.space.tables.withLock { $0.page(query) }
  }

  public func update(
    _ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict
  ) async throws -> [StoreAnswer] {
    try self.check(batch: ids.count)
    let (answers, wake) = try self.space.tables.withLock { tables in
      try tables.update(ids, transition) { try self.check(payloadOf: $0) }
    }
    self.tell(wake)
    return answers
  }

  public func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try self.space.tables.withLock { tables in
      guard tables.sessions.isAlive(session) else { throw self.error(.sessionLost, "session \(session) is dead") }
      return tables.advance(demand, at: now, transition)
    }
  }

  public func earliestWake(_ demand: Demand) async throws -> Instant? {
    self.space.tables.withLock { $0.earliestWake(demand) }
  }

  public func owners() async throws -> [Epoch] {
    self.space.tables.withLock { $0.owners }
  }

  public func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    self.space.tables.withLock { $0.records(ownedBy: epoch, limit: limit) }
  }

  // MARK: Changes

  public func changes() -> AsyncStream<StoreChange> {
    let mailbox = ChangeMailbox()
    self.mailboxes.withLock { $0.add(mailbox) }
    self.space.listen(mailbox)
    return AsyncStream {
      await mailbox.next()
    } onCancel: {
      mailbox.close()
    }
  }

  public func announce(_ change: StoreChange) async throws {
    if self.options.notifies { self.space.post(change) }
  }

  private func tell(_ wake: Instant?) {
    if let wake, self.options.notifies { self.space.post(.wake(at: wake)) }
  }

  // MARK: History

  public func append(_ rows: [HistoryRow]) async throws {
    try self.check(batch: rows.count)
    self.space.tables.withLock { $0.history.append(rows) }
  }

  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    self.space.tables.withLock { $0.history.page(query) }
  }

  public func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    self.space.tables.withLock { $0.history.prune(before: instant, at: now, limit: limit) }
  }

  public func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try self.check(batch: rows.count)
    return self.space.tables.withLock { $0.history.trim(to: rows, limit: limit) }
  }

  // MARK: Limits

  private func check(batch count: Int) throws {
    guard count > self.capabilities.maximumBatch else { return }
    throw self.error(
      .batchTooLarge,
      "one call carries \(count) items, and at most \(self.capabilities.maximumBatch) are allowed; nothing was done. Call with fewer at a time"
    )
  }

  private func check(payloadOf record: JobRecord) throws {
    let size = record.definition.payload.count
    guard size > self.capabilities.maximumPayload else { return }
    throw self.error(
      .payloadTooLarge,
      "the payload of job \(record.id) has \(size) bytes, where \(self.capabilities.maximumPayload) are the most")
  }

  private func error(_ code: StoreError.Code, _ message: String) -> StoreError {
    StoreError(code, store: "memory/\(self.namespace)", message)
  }

  // MARK: For tests

  /// What is wrong with the indexes; empty where they say what the records say.
  package var problems: [String] { self.space.tables.withLock { $0.problems } }

  /// Makes a record unreadable, as a damaged disk would.
  package func spoil(_ id: JobID, reason: String) {
    self.space.tables.withLock { $0.spoil(id, reason: reason) }
  }
}
