import Almanac
import Synchronization

/// A store whose calls fail by plan, before or after they have done their work, or are slow.
///
/// A call that fails throws ``StoreError/Code/unavailable``, which says that what was asked may have happened: exactly what a network does to
/// a store that is far away.
public final class FaultyStore: JobStore {
  private struct Counts {
    var all = 0
    var byMethod: [StoreMethod: Int] = [:]
  }

  private let inner: any JobStore
  private let plan: FaultPlan
  private let clock: ManualClock?
  private let counts = Mutex(Counts())

  /// - Parameter clock: the clock by which slow calls wait; without one, no call is slow.
  public init(_ inner: any JobStore, plan: FaultPlan, clock: ManualClock? = nil) {
    self.inner = inner
    self.plan = plan
    self.clock = clock
  }

  /// How many calls were made that could have failed.
  public var calls: Int { self.counts.withLock { $0.all } }

  /// How many calls of the method were made.
  public func calls(of method: StoreMethod) -> Int { self.counts.withLock { $0.byMethod[method] ?? 0 } }

  private func perform<Answer: Sendable>(
    _ method: StoreMethod, _ work: () async throws -> Answer
  ) async throws -> Answer {
    let call = self.counts.withLock { counts in
      counts.all += 1
      counts.byMethod[method, default: 0] += 1
      return FaultPlan.Call(method: method, number: counts.all, numberOfMethod: counts.byMethod[method] ?? 0)
    }
    // A slow way there and a fast one back: what is asked for happens late.
    if let clock = self.clock, let meter = Surroundings.current.meter, self.plan.delay(of: call) > .zero {
      try await VirtualTime.sleep(for: self.plan.delay(of: call), on: clock, counting: meter)
    }
    switch self.plan.fault(on: call) {
    case nil:
      return try await work()
    case .before:
      throw StoreError(.unavailable, store: "faulty", "call \(call.number), \(method.rawValue), was lost on its way")
    case .after:
      _ = try await work()
      throw StoreError(.unavailable, store: "faulty", "the answer to call \(call.number), \(method.rawValue), was lost")
    }
  }

  public var capabilities: StoreCapabilities { self.inner.capabilities }

  public func prepare() async throws { try await self.perform(.prepare) { try await self.inner.prepare() } }

  public func close() async { await self.inner.close() }

  public func now() async throws -> StoreTime { try await self.perform(.now) { try await self.inner.now() } }

  public func openSession(_ draft: SessionDraft) async throws -> Session {
    try await self.perform(.openSession) { try await self.inner.openSession(draft) }
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.perform(.renewSession) { try await self.inner.renewSession(epoch, draft) }
  }

  public func sessions() async throws -> [Session] {
    try await self.perform(.sessions) { try await self.inner.sessions() }
  }

  public func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.perform(.markDead) { try await self.inner.markDead(epoch, expiringAt: expiry) }
  }

  public func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.perform(.forgetSessions) { try await self.inner.forgetSessions(expiredBefore: instant) }
  }

  public func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.perform(.insert) { try await self.inner.insert(records, resolving: resolve) }
  }

  public func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.perform(.fetch) { try await self.inner.fetch(ids) }
  }

  public func query(_ query: JobQuery) async throws -> JobPage {
    try await self.perform(.query) { try await self.inner.query(query) }
  }

  public func update(
    _ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.perform(.update) { try await self.inner.update(ids, transition) }
  }

  public func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.perform(.advance) { try await self.inner.advance(demand, at: now, as: session, transition) }
  }

  public func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.perform(.earliestWake) { try await self.inner.earliestWake(demand) }
  }

  public func owners() async throws -> [Epoch] {
    try await self.perform(.owners) { try await self.inner.owners() }
  }

  public func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.perform(.records) { try await self.inner.records(ownedBy: epoch, limit: limit) }
  }

  public func changes() -> AsyncStream<StoreChange> { self.inner.changes() }

  public func announce(_ change: StoreChange) async throws {
    try await self.perform(.announce) { try await self.inner.announce(change) }
  }

  public func append(_ rows: [HistoryRow]) async throws {
    try await self.perform(.append) { try await self.inner.append(rows) }
  }

  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await self.perform(.history) { try await self.inner.history(query) }
  }

  public func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try await self.perform(.pruneHistory) { try await self.inner.pruneHistory(before: instant, at: now, limit: limit) }
  }

  public func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try await self.perform(.trimHistory) { try await self.inner.trimHistory(to: rows, limit: limit) }
  }
}
