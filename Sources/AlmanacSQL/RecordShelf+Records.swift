import Almanac

// Adding, reading and changing records: read, compute, then one short write that is conditional on what was read.

extension RecordShelf {
  /// ``JobStore/insert(_:resolving:)``; `feed` is told of what wants to be looked at.
  package func insert(
    _ records: [JobRecord], telling feed: ChangeFeed,
    resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try self.checkBatch(records.count, of: "records")
    for record in records { try self.checkPayload(record.definition) }
    try await self.ensureLanes(records.lazy.map(\.lane))
    let prepared = try await self.prepared(records)

    var answers = [InsertAnswer?](repeating: nil, count: records.count)
    var open = Array(records.indices)
    var wakes = EarliestWake()
    // The first round inserts; what is left over meets a record that was there before, or came in this very batch.
    while !open.isEmpty {
      let round = open
      let rows = try await self.insertRows(round.map { prepared[$0] })
      self.cache.insert(rows.compactMap(\.self))
      open = []
      for (index, row) in zip(round, rows) {
        if let row {
          answers[index] = .inserted(row.record)
          wakes.add(row.record.wakeAt)
        } else {
          open.append(index)
        }
      }
      open = try await self.resolve(open, prepared, &answers, &wakes, resolve)
    }
    feed.send(wakes)
    return answers.compactMap(\.self)
  }

  /// Resolves what met a record that is there; gives back what met none after all, or one that changed meanwhile.
  private func resolve(
    _ indices: [Int], _ proposed: [PreparedRecord], _ answers: inout [InsertAnswer?],
    _ wakes: inout EarliestWake, _ resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [Int] {
    if indices.isEmpty { return [] }
    var batch = ChangeBatch()
    var left: [Int] = []
    let existing = try await self.load(indices.map { proposed[$0].record.id })
    for (index, loaded) in zip(indices, existing) {
      let record = proposed[index].record
      guard let loaded, batch.isFirst(record.id) else {
        left.append(index)
        continue
      }
      let seen = loaded.forResolver(proposing: record)
      switch resolve(seen, record) {
      case .refuse(let refusal): answers[index] = .kept(seen, refusal)
      case .commit(let next, let effects): batch.add(index, loaded, .commit(next, effects))
      case .erase: batch.add(index, loaded, .erase)
      }
    }
    for outcome in try await self.commit(batch, session: nil) {
      switch outcome.answer {
      case .committed(let record, let effects):
        answers[outcome.position] = .replaced(record, effects)
        wakes.add(record.wakeAt, unlessAfter: outcome.wokeAt)
      case .refused, .missing, .erased, .lost, .unreadable: left.append(outcome.position)
      }
    }
    return left.sorted()
  }

  /// ``JobStore/fetch(_:)``.
  package func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try self.checkBatch(ids.count, of: "ids")
    return try await self.load(ids).map { loaded in
      if case .stored(let stored)? = loaded { stored.record } else { nil }
    }
  }

  /// ``JobStore/update(_:_:)``; `feed` is told of what wants to be looked at earlier than before.
  package func update(
    _ ids: [JobID], telling feed: ChangeFeed, _ transition: @Sendable (JobRecord) -> Verdict
  ) async throws -> [StoreAnswer] {
    try self.checkBatch(ids.count, of: "ids")
    var answers = [StoreAnswer?](repeating: nil, count: ids.count)
    var wakes = EarliestWake()
    var open = try await self.updateRemembered(ids, &answers, &wakes, transition)
    while !open.isEmpty {
      var batch = ChangeBatch()
      var left: [Int] = []
      for (index, loaded) in zip(open, try await self.load(open.map { ids[$0] })) {
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
      for outcome in try await self.commit(batch, session: nil) {
        if case .lost = outcome.answer {
          left.append(outcome.position)
          continue
        }
        answers[outcome.position] = outcome.answer
        if case .committed(let record, _) = outcome.answer { wakes.add(record.wakeAt, unlessAfter: outcome.wokeAt) }
      }
      open = left.sorted()
    }
    feed.send(wakes)
    return answers.compactMap(\.self)
  }

  /// Changes records that hold claimed runs as this process remembers them, without reading them again: whoever ends a run wrote the claim a
  /// moment ago. The write is conditional on the version as any other; where others wrote in between, and where a memory that may be old refuses, the
  /// record is read.
  ///
  /// All or nothing: a batch that is to be one step is not to become two.
  private func updateRemembered(
    _ ids: [JobID], _ answers: inout [StoreAnswer?], _ wakes: inout EarliestWake,
    _ transition: @Sendable (JobRecord) -> Verdict
  ) async throws -> [Int] {
    let all = Array(ids.indices)
    var batch = ChangeBatch()
    for (index, stored) in self.cache.entries(ids).enumerated() {
      guard let stored, !stored.record.owners.isEmpty, batch.isFirst(ids[index]) else { return all }
      guard case let verdict = transition(stored.record), case .commit = verdict else { return all }
      batch.add(index, .stored(stored), verdict)
    }
    var left: [Int] = []
    for outcome in try await self.commit(batch, session: nil) {
      guard case .committed(let record, _) = outcome.answer else {
        left.append(outcome.position)
        continue
      }
      answers[outcome.position] = outcome.answer
      wakes.add(record.wakeAt, unlessAfter: outcome.wokeAt)
    }
    return left.sorted()
  }

  /// The second half of ``JobStore/advance(_:at:as:_:)``: what is due was read, and is decoded, changed and committed here.
  package func advance(
    _ due: [(raw: RawRecord?, starts: Int)], as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    if due.isEmpty { return [] }
    var batch = ChangeBatch()
    for (position, loaded) in try await self.decoded(due.map(\.raw)).enumerated() {
      switch loaded {
      case .stored(let stored)?:
        batch.add(position, .stored(stored), transition(stored.record, due[position].starts))
      case .unreadable?: if let loaded { batch.add(position, loaded, .erase) }
      case nil: break
      }
    }
    return try await self.commit(batch, session: session)
      .sorted { $0.position < $1.position }
      .map(\.answer)
  }
}
