import Almanac
import Synchronization

/// The store of a simulation, as one scheduler's client sees it: a memory store whose every commit an auditor watches.
///
/// It commits in one of two ways, as real stores do. Either transitions are computed under its lock; or, as over a network, a record is
/// read, the transition is computed while others may write, and the result is written if the revision is still the one that was read.
struct SimulatedStore: JobStore {
  let base: MemoryStore
  let auditor: SimulationAuditor
  /// The machine that asks; nil for users.
  let node: Int?
  let isOptimistic: Bool
  /// How far the clocks of a store of several servers may be apart.
  let uncertainty: Duration
  /// Whether the store can tell that the connection of a machine is gone.
  var seesConnections = false
  let clockError: @Sendable () -> Duration

  /// Set where whoever inserts wants to keep what is there.
  @TaskLocal static var isKeeping = false

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws { try await self.base.prepare() }
  func close() async { await self.base.close() }

  func now() async throws -> StoreTime {
    StoreTime(now: try await self.base.now().now + self.clockError(), uncertainty: self.uncertainty)
  }

  // MARK: Sessions

  func openSession(_ draft: SessionDraft) async throws -> Session {
    let session = try await self.base.openSession(draft)
    self.auditor.sessionOpened(session.epoch, by: self.node)
    return session
  }

  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.base.renewSession(epoch, draft)
  }

  func sessions() async throws -> [Session] {
    var sessions = try await self.base.sessions()
    guard self.seesConnections else { return sessions }
    for index in sessions.indices where !sessions[index].isDead {
      sessions[index].isConnected = self.auditor.isConnected(sessions[index].epoch)
    }
    return sessions
  }

  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    let session = try await self.base.sessions().first { $0.epoch == epoch }
    let isDead = try await self.base.markDead(epoch, expiringAt: expiry)
    if isDead, let session, !session.isDead {
      self.auditor.sessionDied(session, by: self.node, seesConnections: self.seesConnections)
    }
    return isDead
  }

  func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.base.forgetSessions(expiredBefore: instant)
  }

  // MARK: Records

  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    let answers = try await self.base.insert(records) { existing, proposed in
      let verdict = self.watched(resolve(existing, proposed), on: existing)
      // A tombstone that is remembered keeps its job from being added again.
      if SimulatedStore.isKeeping, !verdict.isRefusal {
        self.auditor.report("job \(existing.id) was to be kept, and was added anew")
      }
      return verdict
    }
    for case .inserted(let record) in answers { self.auditor.inserted(record) }
    return answers
  }

  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] { try await self.base.fetch(ids) }
  func query(_ query: JobQuery) async throws -> JobPage { try await self.base.query(query) }

  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    guard self.isOptimistic else { return try await self.base.update(ids) { self.watched(transition($0), on: $0) } }
    var answers: [StoreAnswer] = []
    for id in ids { answers.append(try await self.updateLater(id, transition)) }
    return answers
  }

  private func updateLater(_ id: JobID, _ transition: @Sendable (JobRecord) -> Verdict) async throws -> StoreAnswer {
    for _ in 0..<3 {
      guard let seen = try await self.base.fetch([id])[0] else { return .missing(id) }
      let verdict = transition(seen)
      await Task.yield()
      let answer = try await self.write(verdict, over: seen, nil)
      if case .lost = answer { continue }
      return answer
    }
    return .lost(id)
  }

  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    guard self.isOptimistic else {
      return try await self.base.advance(demand, at: now, as: session) { record, starts in
        self.watched(transition(record, starts), on: record, due: Due(starts: starts, now: now))
      }
    }
    let taken = Mutex<[(record: JobRecord, starts: Int)]>([])
    _ = try await self.base.advance(demand, at: now, as: session) { record, starts in
      taken.withLock { $0.append((record, starts)) }
      return .refuse(.nothingDue)
    }
    let verdicts = taken.withLock { $0 }.map { ($0.record, $0.starts, transition($0.record, $0.starts)) }
    await Task.yield()
    let isAlive = try await self.base.sessions().contains { $0.epoch == session && !$0.isDead }
    guard isAlive else { throw StoreError(.sessionLost, store: "simulated", "session \(session) is dead") }
    var answers: [StoreAnswer] = []
    for (record, starts, verdict) in verdicts {
      answers.append(try await self.write(verdict, over: record, Due(starts: starts, now: now)))
    }
    return answers
  }

  /// Writes what was computed from a record that was read, if that is still the record.
  private func write(_ verdict: Verdict, over seen: JobRecord, _ due: Due?) async throws -> StoreAnswer {
    if case .refuse(let refusal) = verdict { return .refused(seen, refusal) }
    let answers = try await self.base.update([seen.id]) { current in
      guard current.revision == seen.revision, current.definition.incarnation == seen.definition.incarnation else {
        return .refuse(.changedMeanwhile)
      }
      return self.watched(verdict, on: current, due: due)
    }
    switch answers[0] {
    case .refused, .missing: return .lost(seen.id)
    case let answer: return answer
    }
  }

  /// That a record's time had come, as whoever took it saw it.
  struct Due {
    var starts: Int
    var now: Instant
  }

  private func watched(_ verdict: Verdict, on record: JobRecord, due: Due? = nil) -> Verdict {
    switch verdict {
    case .commit(let next, let effects): self.auditor.committed(record, next, effects, due: due, by: self.node)
    case .erase: self.auditor.erased(record, due: due)
    case .refuse: break
    }
    return verdict
  }

  func earliestWake(_ demand: Demand) async throws -> Instant? { try await self.base.earliestWake(demand) }
  func owners() async throws -> [Epoch] { try await self.base.owners() }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.base.records(ownedBy: epoch, limit: limit)
  }

  // MARK: Changes and history

  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws { try await self.base.announce(change) }
  func append(_ rows: [HistoryRow]) async throws { try await self.base.append(rows) }
  func history(_ query: HistoryQuery) async throws -> HistoryPage { try await self.base.history(query) }
  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try await self.base.pruneHistory(before: instant, at: now, limit: limit)
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try await self.base.trimHistory(to: rows, limit: limit)
  }
}

extension Verdict {
  fileprivate var isRefusal: Bool { if case .refuse = self { true } else { false } }
}
