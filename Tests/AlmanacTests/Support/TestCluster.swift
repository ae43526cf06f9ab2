import Almanac
import AlmanacTesting
import Logging
import Synchronization

/// Several schedulers on one memory store, in virtual time.
final class TestCluster: Sendable {
  struct Ran: Hashable, Sendable {
    var node: Int
    var job: JobID
    var fireTime: Instant
    var attempt: Int
    var at: Instant
  }

  let clock = ManualClock()
  let store: MemoryStore
  let cables: [CutStore]
  let schedulers: [Scheduler]
  let time: VirtualTime
  let log = Mutex<[Ran]>([])
  let events = Mutex<[[SchedulerEvent.Kind]]>([])

  init(
    nodes: Int, atomicHistory: Bool = true, lifetime: Duration = .seconds(15), slots: Int = 64,
    _ handler: @escaping @Sendable (TestCluster, Int, Tick, JobContext) async throws -> Void = { _, _, _, _ in }
  ) {
    let clock = self.clock
    let store = MemoryStore(clock: clock, options: .init(atomicHistory: atomicHistory))
    self.store = store
    self.cables = (0..<nodes).map { _ in CutStore(store) }
    self.schedulers = self.cables.enumerated().map { node, cable in
      Scheduler(
        stores: ["default": cable], executors: ["default": AsyncExecutor(size: slots)],
        configuration: SchedulerConfiguration(
          node: "node-\(node)", sessionLifetime: lifetime, pollInterval: .seconds(3_600)),
        clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
    self.time = VirtualTime(clock, self.schedulers)
    for (node, scheduler) in self.schedulers.enumerated() {
      scheduler.register(Tick.self) { [weak self] tick, context in
        guard let self else { return }
        let ran = Ran(
          node: node, job: context.jobID, fireTime: context.fireInstant, attempt: context.attempt,
          at: self.clock.now())
        self.log.withLock { $0.append(ran) }
        try await handler(self, node, tick, context)
      }
    }
  }

  var ran: [Ran] { self.log.withLock { $0 } }

  func run(_ body: () async throws -> Void) async throws {
    var tasks: [Task<Void, any Error>] = []
    for scheduler in self.schedulers {
      tasks.append(await scheduler.start())
    }
    await self.time.settle()
    var failure: (any Error)?
    do { try await body() } catch { failure = error }
    for cable in self.cables { cable.mend() }
    await self.time.shutdown()
    for task in tasks { try await task.value }
    if let failure { throw failure }
  }
}

/// A store behind a cable that can be cut: while it is, nothing gets through and nobody hears of anything.
final class CutStore: JobStore {
  private let base: any JobStore
  private let isCut = Mutex(false)
  private let connection = Mutex<(@Sendable (Session) -> Bool?)?>(nil)

  init(_ base: any JobStore) { self.base = base }

  /// Has the store tell of the connections of those who live.
  func tellConnections(_ tell: @escaping @Sendable (Session) -> Bool?) { self.connection.withLock { $0 = tell } }

  func cut() { self.isCut.withLock { $0 = true } }
  func mend() { self.isCut.withLock { $0 = false } }

  private func check() throws {
    if self.isCut.withLock({ $0 }) { throw StoreError(.unavailable, store: "cable", "the cable is cut") }
  }

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws {
    try self.check()
    try await self.base.prepare()
  }
  func close() async {}
  func now() async throws -> StoreTime {
    try self.check()
    return try await self.base.now()
  }
  func openSession(_ draft: SessionDraft) async throws -> Session {
    try self.check()
    return try await self.base.openSession(draft)
  }
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try self.check()
    return try await self.base.renewSession(epoch, draft)
  }
  func sessions() async throws -> [Session] {
    try self.check()
    let tell = self.connection.withLock { $0 }
    var sessions = try await self.base.sessions()
    for index in sessions.indices where !sessions[index].isDead { sessions[index].isConnected = tell?(sessions[index]) }
    return sessions
  }
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try self.check()
    return try await self.base.markDead(epoch, expiringAt: expiry)
  }
  func forgetSessions(expiredBefore: Instant) async throws {
    try self.check()
    try await self.base.forgetSessions(expiredBefore: expiredBefore)
  }
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try self.check()
    return try await self.base.insert(records, resolving: resolve)
  }
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try self.check()
    return try await self.base.fetch(ids)
  }
  func query(_ query: JobQuery) async throws -> JobPage {
    try self.check()
    return try await self.base.query(query)
  }
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try self.check()
    return try await self.base.update(ids, transition)
  }
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try self.check()
    return try await self.base.advance(demand, at: now, as: session, transition)
  }
  func earliestWake(_ demand: Demand) async throws -> Instant? {
    try self.check()
    return try await self.base.earliestWake(demand)
  }
  func owners() async throws -> [Epoch] {
    try self.check()
    return try await self.base.owners()
  }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try self.check()
    return try await self.base.records(ownedBy: epoch, limit: limit)
  }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws {
    try self.check()
    try await self.base.announce(change)
  }
  func append(_ rows: [HistoryRow]) async throws {
    try self.check()
    try await self.base.append(rows)
  }
  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try self.check()
    return try await self.base.history(query)
  }
  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try self.check()
    return try await self.base.pruneHistory(before: instant, at: now, limit: limit)
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try self.check()
    return try await self.base.trimHistory(to: rows, limit: limit)
  }
}
