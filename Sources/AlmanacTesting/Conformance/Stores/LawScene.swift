import Almanac
import Synchronization

/// A fresh namespace of the store under test, with the words in which laws are written.
///
/// Times are seconds after ``start``. Laws hand the time to the store, as schedulers do, so a store whose clock cannot be turned is held to
/// the same laws.
final class LawScene: Sendable {
  let harness: StoreHarness
  let namespace: String
  private let clients = Mutex<[any JobStore]>([])
  private let others = Mutex<[String]>([])
  private let incarnations = Mutex<Int64>(0)

  init(_ harness: StoreHarness) {
    self.harness = harness
    self.namespace = harness.freshNamespace()
  }

  /// 2030-01-01T00:00:00Z.
  static let start = Instant(microsecondsSinceEpoch: 1_893_456_000_000_000)

  func at(_ seconds: Double) -> Instant { LawScene.start + .microseconds(Int64((seconds * 1_000_000).rounded())) }

  // MARK: Clients

  /// A client that is prepared; another one at each call.
  func client() async throws -> any JobStore { try await self.client(of: self.namespace) }

  /// A client of another namespace, fresh for each name.
  func client(ofOther name: String) async throws -> any JobStore {
    let namespace = "\(self.namespace)-\(name)"
    self.others.withLock { $0.append(namespace) }
    return try await self.client(of: namespace)
  }

  private func client(of namespace: String) async throws -> any JobStore {
    let client = try await self.harness.makeClient(namespace)
    self.clients.withLock { $0.append(client) }
    try await client.prepare()
    return client
  }

  /// Takes a client away without closing it.
  func kill(_ client: any JobStore) async throws {
    self.clients.withLock { clients in clients.removeAll { ($0 as AnyObject) === (client as AnyObject) } }
    try await self.harness.kill(client)
  }

  func end() async {
    for client in self.clients.withLock({ $0 }) { await client.close() }
    for namespace in self.others.withLock({ $0 }) + [self.namespace] {
      // What cannot be cleared away is no breach of a law.
      try? await self.harness.discard(namespace)
    }
  }

  // MARK: Values

  func definition(
    _ id: JobID, _ trigger: Trigger, lane: Lane = Lane(jobName: "job"), policies: JobPolicies = .default,
    payload: [UInt8] = Array(#"{"n":1}"#.utf8), tags: [String] = [], creator: String? = nil, extras: JobExtras? = nil
  ) -> JobDefinition {
    let incarnation = self.incarnations.withLock { count in
      count += 1
      return count
    }
    return JobDefinition(
      id: id, incarnation: incarnation, createdAt: LawScene.start, payload: payload, trigger: trigger,
      profile: JobProfile(lane: lane, policies: policies, tags: tags, creator: creator), extras: extras)
  }

  /// A job that fires once, at the given second.
  func record(
    _ id: JobID, at seconds: Double, lane: Lane = Lane(jobName: "job"), policies: JobPolicies = .default
  ) -> JobRecord {
    JobMachine.newRecord(
      self.definition(id, .at(self.at(seconds)), lane: lane, policies: policies), now: LawScene.start)
  }

  /// A job that fires again and again, first after `period` seconds.
  func recurring(
    _ id: JobID, every period: Int, lane: Lane = Lane(jobName: "job"), policies: JobPolicies = .default
  ) throws -> JobRecord {
    let trigger = try Trigger.every(.seconds(period), startingAt: LawScene.start.date)
    return JobMachine.newRecord(
      self.definition(id, trigger, lane: lane, policies: policies), now: LawScene.start)
  }

  func draft(_ node: String = "node", lifetime: Duration = .seconds(15)) -> SessionDraft {
    SessionDraft(
      node: node, host: "host", processID: 7, version: "1", queues: nil, running: 0, lifetime: lifetime)
  }

  func demand(
    slots: [String: Int] = [Lane.defaultExecutor: 100], queues: Set<String>? = nil, names: Set<String> = ["job"],
    tendLimit: Int = 100
  ) -> Demand {
    Demand(queues: queues, jobNames: names, slots: slots, tendLimit: tendLimit)
  }

  // MARK: Doing

  /// Inserts records whose ids are free, in batches that the store takes.
  func put(_ records: [JobRecord], into store: any JobStore) async throws {
    let size = max(store.capabilities.maximumBatch, 1)
    for begin in stride(from: 0, to: records.count, by: size) {
      let batch = Array(records[begin..<min(begin + size, records.count)])
      for answer in try await store.insert(batch, resolving: LawScene.keep) {
        guard case .inserted = answer else { throw LawViolation("a record with a free id was not inserted: \(answer)") }
      }
    }
  }

  static let keep: @Sendable (JobRecord, JobRecord) -> Verdict = { _, _ in .refuse(.kept) }

  /// Takes what is due and claims what may start.
  func claim(
    _ demand: Demand, at seconds: Double, as epoch: Epoch, batch: Int64 = 1, on store: any JobStore
  ) async throws -> [StoreAnswer] {
    let now = self.at(seconds)
    let answers = try await store.advance(demand, at: now, as: epoch) { record, starts in
      JobMachine.apply(.due(starts: starts, owner: epoch, batch: batch), to: record, now: now)
    }
    try await self.settle(answers, on: store)
    return answers
  }

  /// Which records a demand takes at a time, and with how many starts, without changing them.
  func taken(
    _ demand: Demand, at instant: Instant, as epoch: Epoch, on store: any JobStore
  ) async throws -> [(id: JobID, starts: Int)] {
    let taken = Mutex<[(id: JobID, starts: Int)]>([])
    let answers = try await store.advance(demand, at: instant, as: epoch) { record, starts in
      taken.withLock { $0.append((record.id, starts)) }
      return .refuse(.nothingDue)
    }
    for answer in answers {
      guard case .refused = answer else { throw LawViolation("a refused transition was answered by \(answer)") }
    }
    return taken.withLock { $0 }
  }

  /// Applies an event to one record.
  @discardableResult
  func send(_ event: RecordEvent, to id: JobID, at seconds: Double, on store: any JobStore) async throws -> StoreAnswer
  {
    let now = self.at(seconds)
    let answers = try await store.update([id]) { JobMachine.apply(event, to: $0, now: now) }
    try await self.settle(answers, on: store)
    return try verifyPresent(answers.first, "an update of one record was not answered")
  }

  @discardableResult
  func finish(
    _ id: JobID, _ token: FencingToken, _ outcome: RunOutcome = .succeeded, at seconds: Double, on store: any JobStore
  ) async throws -> StoreAnswer {
    let now = self.at(seconds)
    return try await self.send(
      .finished(token, outcome, startedAt: now, endedAt: now), to: id, at: seconds, on: store)
  }

  /// Takes outboxes to the history and trims them, as a scheduler does after each commit.
  func settle(_ answers: [StoreAnswer], on store: any JobStore) async throws {
    for case .committed(let record, _) in answers where !record.state.outbox.isEmpty {
      try await store.append(record.state.outbox)
      let revision = record.state.outbox.map(\.revision).max() ?? 0
      let now = record.state.outbox.map(\.at).max() ?? LawScene.start
      _ = try await store.update([record.id]) {
        JobMachine.apply(.outboxAppended(upTo: revision), to: $0, now: now)
      }
    }
  }

  // MARK: Seeing

  func fetch(_ id: JobID, from store: any JobStore) async throws -> JobRecord {
    let records = try await store.fetch([id])
    return try verifyPresent(records.first ?? nil, "the record of \(id) is not there")
  }

  /// All records that a query finds, page by page, and how many pages there were.
  func all(
    _ query: JobQuery = JobQuery(statuses: nil), from store: any JobStore
  ) async throws -> [JobRecord] {
    var query = query
    var records: [JobRecord] = []
    // More pages than records would mean that a page leads nowhere.
    for _ in 0..<10_000 {
      let page = try await store.query(query)
      try verify(page.records.count <= query.effectiveLimit, "a page holds more than its limit")
      records += page.records
      guard let next = page.next else { return records }
      query.cursor = next
    }
    throw LawViolation("paging does not end")
  }

  /// All rows of history that a query finds, newest first.
  func history(
    _ query: HistoryQuery = HistoryQuery(), from store: any JobStore
  ) async throws -> [HistoryRow] {
    var query = query
    var rows: [HistoryRow] = []
    for _ in 0..<10_000 {
      let page = try await store.history(query)
      try verify(page.rows.count <= query.effectiveLimit, "a page holds more than its limit")
      rows += page.rows
      guard let next = page.next else { return rows }
      query.cursor = next
    }
    throw LawViolation("paging does not end")
  }
}

extension Array where Element == StoreAnswer {
  /// The start orders of what was committed, with the job's id.
  var orders: [(id: JobID, order: StartOrder)] {
    self.flatMap { answer -> [(id: JobID, order: StartOrder)] in
      guard case .committed(let record, let effects) = answer else { return [] }
      return effects.compactMap { effect in
        if case .start(let order) = effect { (record.id, order) } else { nil }
      }
    }
  }

  /// The ids of what was committed.
  var committed: [JobID] {
    self.compactMap { if case .committed(let record, _) = $0 { record.id } else { nil } }
  }
}

/// Throws a violation unless the two records say the same, every field of theirs.
func verifySame(
  _ seen: JobRecord, _ expected: JobRecord, _ what: String, fileID: String = #fileID, line: Int = #line
) throws {
  try verifyEqual(
    String(decoding: try RecordCodec.encode(seen.definition), as: UTF8.self),
    String(decoding: try RecordCodec.encode(expected.definition), as: UTF8.self), "\(what), its definition",
    fileID: fileID, line: line)
  try verifyEqual(seen.state, expected.state, "\(what), its state", fileID: fileID, line: line)
}
