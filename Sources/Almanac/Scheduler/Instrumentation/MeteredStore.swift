/// A store whose calls are timed, and counted where they fail.
struct MeteredStore: JobStore {
  private let base: any JobStore
  private let alias: String
  private let shared: SchedulerShared

  init(_ base: any JobStore, as alias: String, _ shared: SchedulerShared) {
    self.base = base
    self.alias = alias
    self.shared = shared
  }

  /// The kinds of calls, as the metrics name them.
  enum Call: String, CaseIterable {
    case prepare, now, openSession, renewSession, sessions, markDead, forgetSessions, insert, fetch, query, update
    case advance, earliestWake, owners, recordsOwnedBy, announce, append, history, pruneHistory, trimHistory
  }

  private func timed<Answer: Sendable>(_ call: Call, _ body: () async throws -> Answer) async throws -> Answer {
    let begin = self.shared.clock.uptime()
    do {
      let answer = try await body()
      self.shared.metrics.recordCall(call, of: self.alias, took: self.shared.clock.uptime() - begin, failed: false)
      return answer
    } catch {
      self.shared.metrics.recordCall(call, of: self.alias, took: self.shared.clock.uptime() - begin, failed: true)
      throw error
    }
  }

  var capabilities: StoreCapabilities { self.base.capabilities }

  func close() async { await self.base.close() }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }

  func prepare() async throws { try await self.timed(.prepare) { try await self.base.prepare() } }
  func now() async throws -> StoreTime { try await self.timed(.now) { try await self.base.now() } }

  func openSession(_ draft: SessionDraft) async throws -> Session {
    try await self.timed(.openSession) { try await self.base.openSession(draft) }
  }

  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.timed(.renewSession) { try await self.base.renewSession(epoch, draft) }
  }

  func sessions() async throws -> [Session] { try await self.timed(.sessions) { try await self.base.sessions() } }

  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.timed(.markDead) { try await self.base.markDead(epoch, expiringAt: expiry) }
  }

  func forgetSessions(expiredBefore: Instant) async throws {
    try await self.timed(.forgetSessions) { try await self.base.forgetSessions(expiredBefore: expiredBefore) }
  }

  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.timed(.insert) { try await self.base.insert(records, resolving: resolve) }
  }

  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.timed(.fetch) { try await self.base.fetch(ids) }
  }

  func query(_ query: JobQuery) async throws -> JobPage {
    try await self.timed(.query) { try await self.base.query(query) }
  }

  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.timed(.update) { try await self.base.update(ids, transition) }
  }

  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.timed(.advance) { try await self.base.advance(demand, at: now, as: session, transition) }
  }

  func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.timed(.earliestWake) { try await self.base.earliestWake(demand) }
  }

  func owners() async throws -> [Epoch] { try await self.timed(.owners) { try await self.base.owners() } }

  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.timed(.recordsOwnedBy) { try await self.base.records(ownedBy: epoch, limit: limit) }
  }

  func announce(_ change: StoreChange) async throws {
    try await self.timed(.announce) { try await self.base.announce(change) }
  }

  func append(_ rows: [HistoryRow]) async throws {
    try await self.timed(.append) { try await self.base.append(rows) }
  }

  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await self.timed(.history) { try await self.base.history(query) }
  }

  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try await self.timed(.pruneHistory) { try await self.base.pruneHistory(before: instant, at: now, limit: limit) }
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try await self.timed(.trimHistory) { try await self.base.trimHistory(to: rows, limit: limit) }
  }
}
