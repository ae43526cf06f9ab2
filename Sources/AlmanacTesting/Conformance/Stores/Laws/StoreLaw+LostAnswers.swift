import Almanac

extension StoreLaw {
  static let lostAnswers: [StoreLaw] = [
    StoreLaw(.lostAnswers, "whichever request is lost, repeating it leads to the same end") { scene in
      try await StoreLaw.verifyEveryCall(.before, scene)
    },
    StoreLaw(.lostAnswers, "whichever answer is lost, repeating the request leads to the same end") { scene in
      try await StoreLaw.verifyEveryCall(.after, scene)
    },
  ]

  /// Walks the life of a few jobs once without faults, and then once for each call, with that call failing.
  private static func verifyEveryCall(_ fault: FaultPlan.Fault, _ scene: LawScene) async throws {
    let plain = FaultyStore(try await scene.client(ofOther: "0"), plan: .none)
    let expected = try await LifeOfJobs(store: plain, scene: scene).walk()
    for call in 1...plain.calls {
      let store = FaultyStore(try await scene.client(ofOther: "\(call)"), plan: .call(call, fault))
      let end: [String]
      do {
        end = try await LifeOfJobs(store: store, scene: scene).walk()
      } catch {
        throw LawViolation("call \(call) was lost (\(fault)), and then: \(error)")
      }
      for (seen, wanted) in zip(end, expected) where seen != wanted {
        throw LawViolation("call \(call) was lost (\(fault)): expected \(wanted), saw \(seen)")
      }
      try verifyEqual(end.count, expected.count, "the number of facts after call \(call) was lost (\(fault))")
    }
  }
}

/// A few jobs from their adding to their end, done as a scheduler does it whose answers are lost now and then.
private struct LifeOfJobs {
  let store: any JobStore
  let scene: LawScene

  /// The facts at the end, in an order of their own: what must not depend on what was lost.
  func walk() async throws -> [String] {
    try await self.again { try await self.store.prepare() }
    let first = try await self.again { try await self.store.openSession(self.scene.draft("first")) }
    try await self.add()
    var started = try await self.claim(at: 1, as: first.epoch, batch: 1)
    for (id, token) in started {
      try await self.report(id, token, id == "fails" ? .failed(Failure(type: "E", message: "m")) : .succeeded, at: 2)
    }
    _ = try await self.again { try await self.store.renewSession(first.epoch, self.scene.draft("first")) }
    try await self.send(.paused(note: "p"), to: "paused", at: 3)
    let retried = try await self.claim(at: 10, as: first.epoch, batch: 2)
    started += retried

    // The scheduler is lost with what it holds; another takes its runs back.
    let second = try await self.again { try await self.store.openSession(self.scene.draft("second")) }
    let sessions = try await self.again { try await self.store.sessions() }
    let expiry = try verifyPresent(sessions.first { $0.epoch == first.epoch }, "the session is listed").expiresAt
    let isDead = try await self.again { try await self.store.markDead(first.epoch, expiringAt: expiry) }
    try verify(isDead, "the first session should be dead")
    for id in try await self.again({ try await self.store.records(ownedBy: first.epoch, limit: 10) }) {
      try await self.send(.ownerLost(first.epoch), to: id, at: 20)
    }
    let heirs = try await self.claim(at: 20, as: second.epoch, batch: 1)
    started += heirs
    for (id, token) in heirs { try await self.report(id, token, .succeeded, at: 21) }

    try await self.send(.removed, to: "removed", at: 22)
    _ = try await self.again { try await self.store.update(["erased"]) { _ in .erase } }
    let prune = { try await self.store.pruneHistory(before: self.scene.at(2), at: self.scene.at(2), limit: 1) }
    while try await self.again(prune) > 0 {}
    while try await self.again({ try await self.store.trimHistory(to: ["a": 1], limit: 1) }) > 0 {}
    try await self.again { try await self.store.forgetSessions(expiredBefore: .distantFuture) }
    return try await self.facts(started, [first.epoch: 1, second.epoch: 2])
  }

  /// Repeats what failed for the moment, as a scheduler does.
  private func again<Answer: Sendable>(_ call: () async throws -> Answer) async throws -> Answer {
    for _ in 0..<3 {
      do {
        return try await call()
      } catch let error as StoreError where error.isTransient {
        continue
      }
    }
    return try await call()
  }

  private func add() async throws {
    let retry = JobPolicies(retry: RetryPolicy(attempts: 3, backoff: .fixed(.seconds(5))))
    let now = self.scene.at(0)
    let records = ["ends", "fails", "paused", "removed", "erased"].map { id in
      self.scene.record(JobID(id), at: ["ends", "fails"].contains(id) ? 1 : 500, policies: retry)
    }
    _ = try await self.again {
      try await self.store.insert(records) { JobMachine.resolve(existing: $0, proposed: $1, .keep, now: now) }
    }
  }

  /// Claims, and reads back what it holds by the batch, since an answer may have been lost.
  private func claim(at seconds: Double, as epoch: Epoch, batch: Int64) async throws -> [(JobID, FencingToken)] {
    let now = self.scene.at(seconds)
    let answers = try await self.again {
      try await self.store.advance(self.scene.demand(), at: now, as: epoch) { record, starts in
        JobMachine.apply(.due(starts: starts, owner: epoch, batch: batch), to: record, now: now)
      }
    }
    try await self.settle(answers)
    let ids = try await self.again { try await self.store.records(ownedBy: epoch, limit: 100) }
    let records = try await self.again { try await self.store.fetch(ids.sorted()) }
    return records.compactMap { $0 }.flatMap { record in
      record.state.runs.compactMap(\.claim).filter { $0.owner == epoch && $0.batch == batch }.map { claim in
        (record.id, FencingToken(incarnation: record.definition.incarnation, claim: claim.number))
      }
    }
  }

  private func report(_ id: JobID, _ token: FencingToken, _ outcome: RunOutcome, at seconds: Double) async throws {
    let now = self.scene.at(seconds)
    try await self.send(.finished(token, outcome, startedAt: now, endedAt: now), to: id, at: seconds)
  }

  private func send(_ event: RecordEvent, to id: JobID, at seconds: Double) async throws {
    let now = self.scene.at(seconds)
    let answers = try await self.again {
      try await self.store.update([id]) { JobMachine.apply(event, to: $0, now: now) }
    }
    try await self.settle(answers)
  }

  /// Takes outboxes to the history. After a lost answer the record is seen by the refusal of the repeated event.
  private func settle(_ answers: [StoreAnswer]) async throws {
    for answer in answers {
      let record: JobRecord
      switch answer {
      case .committed(let committed, _): record = committed
      case .refused(let seen, _): record = seen
      default: continue
      }
      guard let revision = record.state.outbox.map(\.revision).max() else { continue }
      try await self.again { try await self.store.append(record.state.outbox) }
      _ = try await self.again {
        try await self.store.update([record.id]) {
          JobMachine.apply(.outboxAppended(upTo: revision), to: $0, now: self.scene.at(30))
        }
      }
    }
  }

  private func facts(_ started: [(JobID, FencingToken)], _ names: [Epoch: Int64]) async throws -> [String] {
    func name(_ epoch: Epoch) -> Epoch { Epoch(names[epoch] ?? -1) }
    var facts = started.map { "started \($0.0) claim \($0.1.claim)" }
    for record in try await self.again({ try await self.store.query(JobQuery(statuses: nil)) }).records {
      var state = record.state
      state.outboxDueAt = nil
      for index in state.runs.indices {
        guard var claim = state.runs[index].claim else { continue }
        claim.owner = name(claim.owner)
        state.runs[index].phase = .claimed(claim)
      }
      facts.append("\(record.id): \(String(decoding: try RecordCodec.encode(state), as: UTF8.self))")
    }
    let rows = try await self.again { try await self.store.history(HistoryQuery()) }.rows
    for var row in rows {
      row.incarnation = 0
      if case .attempt(var end) = row.entry {
        end.owner = name(end.owner)
        row.entry = .attempt(end)
      }
      facts.append("history: \(String(decoding: try RecordCodec.encode(row), as: UTF8.self))")
    }
    return facts
  }
}
