import Almanac

/// The store itself, with an auditor who sees every transition in the order in which they are committed.
///
/// A memory store computes transitions under its lock and commits what they say, so whoever watches the transitions sees one
/// line of history that no scheduler could have seen.
struct AuditedStore: JobStore {
  let base: MemoryStore
  let auditor: SimulationAuditor

  private func watched(_ verdict: Verdict, on record: JobRecord) -> Verdict {
    switch verdict {
    case .commit(let next, let effects): self.auditor.committed(record, next, effects)
    case .erase: self.auditor.erased(record)
    case .refuse: break
    }
    return verdict
  }

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws { try await self.base.prepare() }
  func close() async { await self.base.close() }
  func now() async throws -> StoreTime { try await self.base.now() }
  func openSession(_ draft: SessionDraft) async throws -> Session { try await self.base.openSession(draft) }
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.base.renewSession(epoch, draft)
  }
  func sessions() async throws -> [Session] { try await self.base.sessions() }
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.base.markDead(epoch, expiringAt: expiry)
  }
  func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.base.forgetSessions(expiredBefore: instant)
  }
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.base.insert(records) { existing, proposed in
      self.watched(resolve(existing, proposed), on: existing)
    }
  }
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] { try await self.base.fetch(ids) }
  func query(_ query: JobQuery) async throws -> JobPage { try await self.base.query(query) }
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.base.update(ids) { self.watched(transition($0), on: $0) }
  }
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.base.advance(demand, at: now, as: session) { record, starts in
      self.watched(transition(record, starts), on: record)
    }
  }
  func earliestWake(_ demand: Demand) async throws -> Instant? { try await self.base.earliestWake(demand) }
  func owners() async throws -> [Epoch] { try await self.base.owners() }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.base.records(ownedBy: epoch, limit: limit)
  }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws { try await self.base.announce(change) }
  func append(_ rows: [HistoryRow]) async throws { try await self.base.append(rows) }
  func history(_ query: HistoryQuery) async throws -> HistoryPage { try await self.base.history(query) }
  func pruneHistory(before instant: Instant, limit: Int) async throws -> Int {
    try await self.base.pruneHistory(before: instant, limit: limit)
  }
}
