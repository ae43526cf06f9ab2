import Almanac
import Synchronization

/// A store before and behind which a test may stand: it can hold calls and answers, have them fail, and count them.
final class GatedStore: JobStore {
  private struct State {
    var calls: [String: Int] = [:]
    var before: [String: @Sendable () async throws -> Void] = [:]
    var after: [String: @Sendable () async throws -> Void] = [:]
    var losesUpdates = false
  }

  let base: any JobStore
  private let state = Mutex(State())

  init(_ base: any JobStore) { self.base = base }

  func calls(_ name: String) -> Int { self.state.withLock { $0.calls[name] ?? 0 } }

  /// Does something before each call of the method, or of all of them, is passed on.
  func before(_ name: String = "all", _ hook: (@Sendable () async throws -> Void)?) {
    self.state.withLock { $0.before[name] = hook }
  }

  /// Does something before each answer of the method is passed back.
  func after(_ name: String, _ hook: (@Sendable () async throws -> Void)?) {
    self.state.withLock { $0.after[name] = hook }
  }

  /// Answers updates as lost to others, without doing them.
  var losesUpdates: Bool {
    get { self.state.withLock { $0.losesUpdates } }
    set { self.state.withLock { $0.losesUpdates = newValue } }
  }

  private func pass<Answer: Sendable>(_ name: String, _ call: () async throws -> Answer) async throws -> Answer {
    let (before, after) = self.state.withLock { state in
      state.calls[name, default: 0] += 1
      return (state.before[name] ?? state.before["all"], state.after[name])
    }
    try await before?()
    let answer = try await call()
    try await after?()
    return answer
  }

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws { try await self.pass("prepare") { try await self.base.prepare() } }
  func close() async { await self.base.close() }
  func now() async throws -> StoreTime { try await self.pass("now") { try await self.base.now() } }
  func openSession(_ draft: SessionDraft) async throws -> Session {
    try await self.pass("openSession") { try await self.base.openSession(draft) }
  }
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.pass("renewSession") { try await self.base.renewSession(epoch, draft) }
  }
  func sessions() async throws -> [Session] { try await self.pass("sessions") { try await self.base.sessions() } }
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.pass("markDead") { try await self.base.markDead(epoch, expiringAt: expiry) }
  }
  func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.pass("forgetSessions") { try await self.base.forgetSessions(expiredBefore: instant) }
  }
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.pass("insert") { try await self.base.insert(records, resolving: resolve) }
  }
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.pass("fetch") { try await self.base.fetch(ids) }
  }
  func query(_ query: JobQuery) async throws -> JobPage {
    try await self.pass("query") { try await self.base.query(query) }
  }
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.pass("update") {
      if self.losesUpdates { return ids.map { .lost($0) } }
      return try await self.base.update(ids, transition)
    }
  }
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.pass("advance") { try await self.base.advance(demand, at: now, as: session, transition) }
  }
  func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.pass("earliestWake") { try await self.base.earliestWake(demand) }
  }
  func owners() async throws -> [Epoch] { try await self.pass("owners") { try await self.base.owners() } }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.pass("records") { try await self.base.records(ownedBy: epoch, limit: limit) }
  }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws {
    try await self.pass("announce") { try await self.base.announce(change) }
  }
  func append(_ rows: [HistoryRow]) async throws {
    try await self.pass("append") { try await self.base.append(rows) }
  }
  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await self.pass("history") { try await self.base.history(query) }
  }
  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try await self.pass("pruneHistory") { try await self.base.pruneHistory(before: instant, at: now, limit: limit) }
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try await self.pass("trimHistory") { try await self.base.trimHistory(to: rows, limit: limit) }
  }
}

/// Holds a scheduler's calls until it is opened. Whoever waits here counts as doing nothing.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [(ActivityMeter?, CheckedContinuation<Void, Never>)] = []
    var arrivals = 0
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func pass(_ scheduler: Scheduler?) async {
    let activity = scheduler?.activity
    await withCheckedContinuation { continuation in
      let (isOpen, watchers) = self.state.withLock { state in
        state.arrivals += 1
        if !state.isOpen { state.waiting.append((activity, continuation)) }
        defer { state.watchers = [] }
        return (state.isOpen, state.watchers)
      }
      for watcher in watchers { watcher.resume() }
      if isOpen { continuation.resume() } else { activity?.leave() }
    }
  }

  func open() {
    let waiting = self.state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for (activity, continuation) in waiting {
      activity?.enter()
      continuation.resume()
    }
  }

  /// Returns when somebody stands here, or has passed.
  func arrival() async {
    await withCheckedContinuation { continuation in
      let isThere = self.state.withLock { state -> Bool in
        if state.arrivals == 0 { state.watchers.append(continuation) }
        return state.arrivals > 0
      }
      if isThere { continuation.resume() }
    }
  }
}
