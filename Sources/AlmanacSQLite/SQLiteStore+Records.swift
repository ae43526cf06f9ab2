#if SQLite
import Almanac
import GRDB

// Adding, reading and changing records: read, compute, then one short write that is conditional on what was read.

extension SQLiteStore {
  public func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try self.checkBatch(records.count, of: "records")
    for record in records { try self.checkPayload(record.definition) }
    let connection = try await self.box.connection()
    try await connection.ensureLanes(records.lazy.map(\.lane))
    let prepared = try await connection.prepared(records)

    var answers = [InsertAnswer?](repeating: nil, count: records.count)
    var open = Array(records.indices)
    var wakes = EarliestWake()
    // The first round inserts; what is left over meets a record that was there before, or came in this very batch.
    while !open.isEmpty {
      let writer = RecordWriter(namespace: connection.namespace)
      let round = open
      let rows = try await connection.write { db in try writer.insert(round.map { prepared[$0] }, db) }
      connection.cache.insert(rows.compactMap(\.self))
      open = []
      for (index, row) in zip(round, rows) {
        if let row {
          answers[index] = .inserted(row.record)
          wakes.add(row.record.wakeAt)
        } else {
          open.append(index)
        }
      }
      open = try await self.resolve(open, prepared, connection, &answers, &wakes, resolve)
    }
    self.feed.send(wakes)
    return answers.compactMap(\.self)
  }

  /// Resolves what met a record that is there; gives back what met none after all, or one that changed meanwhile.
  private func resolve(
    _ indices: [Int], _ proposed: [PreparedRecord], _ connection: StoreConnection, _ answers: inout [InsertAnswer?],
    _ wakes: inout EarliestWake, _ resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [Int] {
    if indices.isEmpty { return [] }
    var batch = ChangeBatch()
    var left: [Int] = []
    let existing = try await connection.load(indices.map { proposed[$0].record.id })
    for (index, loaded) in zip(indices, existing) {
      let record = proposed[index].record
      guard let loaded, batch.isFirst(record.id) else {
        left.append(index)
        continue
      }
      let seen = loaded.forResolver(proposing: record, at: self.clock.now())
      switch resolve(seen, record) {
      case .refuse(let refusal): answers[index] = .kept(seen, refusal)
      case .commit(let next, let effects): batch.add(index, loaded, .commit(next, effects))
      case .erase: batch.add(index, loaded, .erase)
      }
    }
    for outcome in try await self.commit(batch, connection, session: nil) {
      switch outcome.answer {
      case .committed(let record, let effects):
        answers[outcome.position] = .replaced(record, effects)
        wakes.add(record.wakeAt, unlessAfter: outcome.wokeAt)
      case .refused, .missing, .erased, .lost, .unreadable: left.append(outcome.position)
      }
    }
    return left.sorted()
  }

  public func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try self.checkBatch(ids.count, of: "ids")
    return try await self.box.connection().load(ids).map { loaded in
      if case .stored(let stored)? = loaded { stored.record } else { nil }
    }
  }

  public func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try self.checkBatch(ids.count, of: "ids")
    let connection = try await self.box.connection()
    var answers = [StoreAnswer?](repeating: nil, count: ids.count)
    var open = Array(ids.indices)
    var wakes = EarliestWake()
    while !open.isEmpty {
      var batch = ChangeBatch()
      var left: [Int] = []
      for (index, loaded) in zip(open, try await connection.load(open.map { ids[$0] })) {
        guard let loaded else {
          answers[index] = .missing(ids[index])
          continue
        }
        // An id that was named twice is changed twice: the second time sees the first one's result.
        guard batch.isFirst(ids[index]) else {
          left.append(index)
          continue
        }
        switch loaded {
        case .unreadable: batch.add(index, loaded, .erase)
        case .stored(let stored): batch.add(index, loaded, transition(stored.record))
        }
      }
      for outcome in try await self.commit(batch, connection, session: nil) {
        if case .lost = outcome.answer {
          left.append(outcome.position)
          continue
        }
        answers[outcome.position] = outcome.answer
        if case .committed(let record, _) = outcome.answer { wakes.add(record.wakeAt, unlessAfter: outcome.wokeAt) }
      }
      open = left.sorted()
    }
    self.feed.send(wakes)
    return answers.compactMap(\.self)
  }
}

extension LoadedRecord {
  /// What a resolver is shown. A record that cannot be read is shown as one that is quarantined, with the reason as
  /// its note and a definition that is unlike every other: it is kept unless the caller means to replace it, and then
  /// it is written anew, under the new incarnation.
  fileprivate func forResolver(proposing proposed: JobRecord, at now: Instant) -> JobRecord {
    switch self {
    case .stored(let stored): return stored.record
    case .unreadable(_, let version, let id, let reason):
      let definition = JobDefinition(
        id: id, incarnation: proposed.definition.incarnation, createdAt: now, payload: [], trigger: .at(.distantPast),
        profile: JobProfile(lane: proposed.lane))
      return JobRecord(
        definition: definition,
        state: JobState(revision: version, status: .quarantined, note: reason, statusSince: now, nextFire: nil))
    }
  }
}
#endif
