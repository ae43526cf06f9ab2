import Almanac
import AlmanacTesting
import Synchronization

/// What a store can get wrong, one thing each.
enum Mutation: String, CaseIterable, Sendable {
  case losesConcurrentUpdates
  case insertsOverWhatIsThere
  case takesTombstonesForFreeIDs
  case answersBatchesBackwards
  case forgetsThatTheDefinitionChanged
  case dropsUnknownFields
  case dropsTheOutboxWhenInserting
  case ignoresSlots
  case grantsTwoStarts
  case ignoresTheTendLimit
  case tendsOnlyWithSlots
  case takesTheFuture
  case missesTheInstantItself
  case takesUnservedQueues
  case takesUnservedNames
  case commitsForDeadSessions
  case forgetsToCommitClaims
  case claimsBlindly
  case wakesTooLate
  case wakesForUnservedLanes
  case reusesEpochs
  case marksRenewedSessionsDead
  case revivesDeadSessions
  case forgetsLivingSessions
  case forgetsOwners
  case ignoresTheLimitOfOwned
  case repeatsTheLastOfAPage
  case missesTheFirstOfAPage
  case ordersIDsByTheAlphabet
  case ignoresTags
  case appendsHistoryTwice
  case listsHistoryOldestFirst
  case prunesWithoutLimit
  case prunesWhatIsNotOlder
  case prunesWhatIsToBeKept
  case keepsWhatIsOver
  case prunesOneInstantLate
  case trimsOneTooMany
  case trimsNothing
  case trimsWithoutLimit
  case trimsTheNewest
  case ignoresDeadFires
  case ignoresPrefixesOfNames
  case ignoresTheStretchOfFires
  case writesHalfOfABatch
  case takesBatchesOfAnySize
  case roundsToMilliseconds
  case sharesNamespaces
  case swallowsAnnouncements
  case neverEndsItsChanges
  case failsToRepeatInsertions
}

/// A memory store with at most one thing wrong.
final class MutantStore: JobStore {
  private let inner: MemoryStore
  let capabilities: StoreCapabilities
  /// Nil: nothing is wrong.
  private let mutation: Mutation?
  private let memory = Mutex(Remembered())

  private struct Remembered {
    var inserted: Set<JobID> = []
  }

  init(_ inner: MemoryStore, _ mutation: Mutation?, declaring capabilities: StoreCapabilities? = nil) {
    self.inner = mutation == .sharesNamespaces ? inner.client(namespace: String(inner.namespace.prefix(16))) : inner
    self.mutation = mutation
    self.capabilities = capabilities ?? inner.capabilities
  }

  func prepare() async throws { try await self.inner.prepare() }

  func close() async {
    if self.mutation != .neverEndsItsChanges { await self.inner.close() }
  }

  func now() async throws -> StoreTime { try await self.inner.now() }

  // MARK: Sessions

  func openSession(_ draft: SessionDraft) async throws -> Session {
    var session = try await self.inner.openSession(draft)
    guard self.mutation == .reusesEpochs else { return session }
    // Numbered by how many there are: right until one is forgotten.
    session.epoch = Epoch(Int64(try await self.inner.sessions().count))
    return session
  }

  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    if let renewed = try await self.inner.renewSession(epoch, draft) { return renewed }
    guard self.mutation == .revivesDeadSessions else { return nil }
    return try await self.inner.sessions().first { $0.epoch == epoch }
  }

  func sessions() async throws -> [Session] { try await self.inner.sessions() }

  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    if self.mutation == .marksRenewedSessionsDead,
      let current = try await self.inner.sessions().first(where: { $0.epoch == epoch })
    {
      return try await self.inner.markDead(epoch, expiringAt: current.expiresAt)
    }
    return try await self.inner.markDead(epoch, expiringAt: expiry)
  }

  func forgetSessions(expiredBefore instant: Instant) async throws {
    if self.mutation == .forgetsLivingSessions {
      for session in try await self.inner.sessions() where session.expiresAt < instant {
        _ = try await self.inner.markDead(session.epoch, expiringAt: session.expiresAt)
      }
    }
    try await self.inner.forgetSessions(expiredBefore: instant)
  }

  // MARK: Records

  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    let mutation = self.mutation
    var records = records
    if mutation == .dropsUnknownFields {
      for index in records.indices { records[index].state.unknown = .none }
    }
    if mutation == .roundsToMilliseconds {
      for index in records.indices {
        guard let fire = records[index].state.nextFire else { continue }
        records[index].state.nextFire = Instant(
          microsecondsSinceEpoch: fire.microsecondsSinceEpoch / 1_000 * 1_000)
      }
    }
    if mutation == .takesBatchesOfAnySize, records.count > self.capabilities.maximumBatch {
      records = Array(records.prefix(self.capabilities.maximumBatch))
    }
    if mutation == .failsToRepeatInsertions {
      let ids = Set(records.map(\.id))
      let again = self.memory.withLock { memory in
        defer { memory.inserted.formUnion(ids) }
        return memory.inserted.isSuperset(of: ids) && !ids.isEmpty
      }
      if again { throw StoreError(.corrupted, store: "mutant", "there is a record of this id") }
    }
    let answers = try await self.inner.insert(records) { existing, proposed in
      switch mutation {
      case .insertsOverWhatIsThere: return .commit(proposed, [])
      case .takesTombstonesForFreeIDs where existing.state.status.isTombstone: return .commit(proposed, [])
      case .dropsTheOutboxWhenInserting:
        guard case .commit(var next, let effects) = resolve(existing, proposed) else {
          return resolve(existing, proposed)
        }
        next.state.outbox = []
        return .commit(next, effects)
      default: return resolve(existing, proposed)
      }
    }
    return mutation == .answersBatchesBackwards ? answers.reversed() : answers
  }

  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] { try await self.inner.fetch(ids) }

  func query(_ query: JobQuery) async throws -> JobPage {
    var query = query
    switch self.mutation {
    case .ignoresTags: query.tags = []
    case .ignoresDeadFires: query.hasDead = false
    case .ignoresPrefixesOfNames: query.jobNamePrefix = nil
    case .ignoresTheStretchOfFires: query.nextFireBefore = nil
    default: break
    }
    var page = try await self.inner.query(query)
    switch self.mutation {
    case .repeatsTheLastOfAPage where query.cursor != nil:
      if let id = query.cursor?.id, let last = try await self.inner.fetch([id])[0] {
        page.records.insert(last, at: 0)
        if page.records.count > query.effectiveLimit {
          page.records.removeLast()
          page.next = page.records.last.map { JobCursor(id: $0.id, nextFire: $0.state.nextFire) }
        }
      }
    case .missesTheFirstOfAPage where query.cursor != nil && page.records.count > 1:
      page.records.removeFirst()
    case .ordersIDsByTheAlphabet where query.order == .id:
      page.records.sort { $0.id.rawValue.lowercased() < $1.id.rawValue.lowercased() }
    default: break
    }
    return page
  }

  func update(
    _ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict
  ) async throws -> [StoreAnswer] {
    switch self.mutation {
    case .losesConcurrentUpdates:
      guard ids.count <= self.capabilities.maximumBatch else { return try await self.inner.update(ids, transition) }
      var answers: [StoreAnswer] = []
      for id in ids {
        // Read, compute, write: and in between somebody else may have written.
        guard let read = try await self.inner.fetch([id])[0] else {
          answers += try await self.inner.update([id], transition)
          continue
        }
        let verdict = transition(read)
        await Task.yield()
        answers += try await self.inner.update([id]) { _ in verdict }
      }
      return answers
    case .forgetsThatTheDefinitionChanged:
      return try await self.inner.update(ids) { record in
        guard case .commit(let next, let effects) = transition(record) else { return transition(record) }
        return .commit(JobRecord(definition: record.definition, state: next.state), effects)
      }
    case .answersBatchesBackwards:
      return try await self.inner.update(ids, transition).reversed()
    case .writesHalfOfABatch where ids.count <= self.capabilities.maximumBatch:
      var answers: [StoreAnswer] = []
      for id in ids { answers += try await self.inner.update([id], transition) }
      return answers
    default:
      return try await self.inner.update(ids, transition)
    }
  }

  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    var demand = demand
    var now = now
    var session = session
    switch self.mutation {
    case .ignoresSlots: demand.slots = demand.slots.mapValues { $0 + 1 }
    case .ignoresTheTendLimit: demand.tendLimit = .max
    case .tendsOnlyWithSlots: demand.slots = demand.slots.filter { $0.value > 0 }
    case .takesTheFuture: now += .microseconds(1)
    case .missesTheInstantItself: now -= .microseconds(1)
    case .takesUnservedQueues: demand.queues = nil
    case .takesUnservedNames: if !demand.jobNames.isEmpty { demand.jobNames.formUnion(["job", "Job", "other"]) }
    case .commitsForDeadSessions:
      if try await !self.inner.sessions().contains(where: { $0.epoch == session && !$0.isDead }) {
        session = try await self.inner.openSession(
          SessionDraft(
            node: "", host: "", processID: 0, version: "", queues: nil, running: 0, lifetime: .seconds(1))
        ).epoch
      }
    default: break
    }
    if self.mutation == .claimsBlindly {
      return try await self.advanceBlindly(demand, at: now, as: session, transition)
    }
    let mutation = self.mutation
    let claims = Mutex<[JobID: StoreAnswer]>([:])
    let answers = try await self.inner.advance(demand, at: now, as: session) { record, starts in
      let verdict = transition(record, mutation == .grantsTwoStarts ? starts * 2 : starts)
      guard mutation == .forgetsToCommitClaims, starts > 0, case .commit(let next, let effects) = verdict else {
        return verdict
      }
      // The claim is told and not written.
      claims.withLock { $0[record.id] = .committed(next, effects) }
      var touched = record
      touched.state.revision += 1
      return .commit(touched, effects)
    }
    return answers.map { answer in
      guard case .committed(let record, _) = answer else { return answer }
      return claims.withLock { $0[record.id] } ?? answer
    }
  }

  /// Reads what is due, computes, and writes whatever is there by then.
  private func advanceBlindly(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    let verdicts = Mutex<[(JobID, Verdict)]>([])
    _ = try await self.inner.advance(demand, at: now, as: session) { record, starts in
      let verdict = transition(record, starts)
      verdicts.withLock { $0.append((record.id, verdict)) }
      return .refuse(.nothingDue)
    }
    await Task.yield()
    var answers: [StoreAnswer] = []
    for (id, verdict) in verdicts.withLock({ $0 }) { answers += try await self.inner.update([id]) { _ in verdict } }
    return answers
  }

  func earliestWake(_ demand: Demand) async throws -> Instant? {
    var demand = demand
    if self.mutation == .wakesForUnservedLanes { demand.queues = nil }
    let wake = try await self.inner.earliestWake(demand)
    return self.mutation == .wakesTooLate ? wake.map { $0 + .microseconds(1) } : wake
  }

  func owners() async throws -> [Epoch] {
    self.mutation == .forgetsOwners ? [] : try await self.inner.owners()
  }

  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.inner.records(ownedBy: epoch, limit: self.mutation == .ignoresTheLimitOfOwned ? .max : limit)
  }

  // MARK: Changes and history

  func changes() -> AsyncStream<StoreChange> { self.inner.changes() }

  func announce(_ change: StoreChange) async throws {
    if self.mutation != .swallowsAnnouncements { try await self.inner.announce(change) }
  }

  func append(_ rows: [HistoryRow]) async throws {
    try await self.inner.append(rows)
    guard self.mutation == .appendsHistoryTwice else { return }
    try await self.inner.append(
      rows.map { row in
        var copy = row
        copy.ordinal += 100
        return copy
      })
  }

  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    var page = try await self.inner.history(query)
    if self.mutation == .listsHistoryOldestFirst { page.rows.reverse() }
    return page
  }

  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    switch self.mutation {
    case .prunesWithoutLimit: try await self.inner.pruneHistory(before: instant, at: now, limit: .max)
    case .prunesWhatIsNotOlder:
      try await self.inner.pruneHistory(before: instant + .microseconds(1), at: now, limit: limit)
    case .prunesWhatIsToBeKept: try await self.inner.pruneHistory(before: instant, at: .distantFuture, limit: limit)
    case .keepsWhatIsOver: try await self.inner.pruneHistory(before: instant, at: .distantPast, limit: limit)
    case .prunesOneInstantLate:
      try await self.inner.pruneHistory(before: instant, at: now - .microseconds(1), limit: limit)
    default: try await self.inner.pruneHistory(before: instant, at: now, limit: limit)
    }
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    switch self.mutation {
    case .trimsOneTooMany: return try await self.inner.trimHistory(to: rows.mapValues { $0 - 1 }, limit: limit)
    case .trimsNothing: return 0
    case .trimsWithoutLimit: return try await self.inner.trimHistory(to: rows, limit: .max)
    case .trimsTheNewest:
      let all = try await self.inner.history(HistoryQuery(limit: HistoryQuery.maximumLimit)).rows
      let trimmed = try await self.inner.trimHistory(to: rows.mapValues { _ in 0 }, limit: limit)
      for (job, count) in rows {
        try await self.inner.append(Array(all.reversed().filter { $0.job == job }.prefix(count)))
      }
      return trimmed
    default: return try await self.inner.trimHistory(to: rows, limit: limit)
    }
  }
}
