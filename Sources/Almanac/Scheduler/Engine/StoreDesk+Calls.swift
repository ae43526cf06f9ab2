import Logging
import Synchronization

// One call of a user, or of a loop, that changes records: the transition, then what follows from it.

extension StoreDesk {
  /// Adds records, and does what follows from it.
  func insert(_ records: [JobRecord], onConflict policy: ConflictPolicy) async throws -> [InsertAnswer] {
    try await self.prepare()
    let now = self.now()
    let answers = try await self.store.insert(records) { existing, proposed in
      JobMachine.resolve(existing: self.shared.zones.current(existing), proposed: proposed, policy, now: now)
    }
    for answer in answers {
      switch answer {
      case .inserted(let record):
        self.perform(record, [.report(.added)])
        if record.state.status == .finished { self.perform(record, [.report(.finished)]) }
      case .replaced(let record, let effects):
        self.perform(record, effects)
      case .kept:
        break
      }
    }
    await self.settleOutboxes(
      answers.compactMap { if case .replaced(let record, _) = $0 { record } else { nil } })
    return answers
  }

  /// Adds any number of records, by batches. A durable store is given several at a time, so that one is made ready while another is on its way to the
  /// disk; but where an id comes twice the order counts, and they go one after the other.
  func insertMany(_ records: [JobRecord], onConflict policy: ConflictPolicy) async throws -> [InsertAnswer] {
    let batches = records.chunks(of: self.store.capabilities.maximumBatch).map { Array($0) }
    let isPlain = Set(records.lazy.map(\.id)).count == records.count
    let width = self.store.capabilities.durable && isPlain ? StoreDesk.batchesAtOnce : 1
    var answers: [[InsertAnswer]] = Array(repeating: [], count: batches.count)
    try await withThrowingTaskGroup(of: (Int, [InsertAnswer]).self) { group in
      for (number, batch) in batches.enumerated() {
        if number >= width, let (done, batchAnswers) = try await group.next() { answers[done] = batchAnswers }
        group.addTask { (number, try await self.insert(batch, onConflict: policy)) }
      }
      for try await (done, batchAnswers) in group { answers[done] = batchAnswers }
    }
    return answers.flatMap(\.self)
  }

  private static let batchesAtOnce = 3

  /// Applies one event to one record.
  func apply(_ event: RecordEvent, to id: JobID) async throws -> JobSnapshot {
    try await self.prepare()
    let now = self.now()
    let answers = try await self.update([id]) { JobMachine.apply(event, to: $0, now: now) }
    return try self.snapshot(of: id, from: answers.first)
  }

  /// Applies a transition to each record, and does what follows from it.
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    let answers = try await self.store.update(ids) { transition(self.shared.zones.current($0)) }
    await self.perform(answers)
    return answers
  }

  func snapshot(of id: JobID, from answer: StoreAnswer?) throws -> JobSnapshot {
    switch answer {
    case .committed(let record, _)?: return JobSnapshot(record, store: self.alias)
    case .refused(_, let refusal)?: throw SchedulerError.refused(id, store: self.alias, refusal)
    case .missing?, .erased?, nil: throw SchedulerError.notFound(id, store: self.alias)
    case .lost?:
      throw SchedulerError(
        .changedMeanwhile, job: id, store: self.alias, "others changed the job again and again; try once more")
    case .unreadable(_, let reason)?:
      throw SchedulerError(
        .unreadableRecord, job: id, store: self.alias, "the stored job cannot be read: \(reason)")
    }
  }

  // MARK: Effects

  /// Does what follows from committed transitions: tells runs to stop, tells what happened, takes outboxes to the history, wakes the
  /// loop. Starting runs is the loop's own affair.
  func perform(_ answers: [StoreAnswer]) async {
    var records: [JobRecord] = []
    for case .committed(let record, let effects) in answers {
      self.perform(record, effects)
      records.append(record)
    }
    await self.settleOutboxes(records)
  }

  func perform(_ record: JobRecord, _ effects: [Effect]) {
    // Cleared by one of its runs: those of it that still go, and one may always do, hold up no other suspect.
    if !record.isSuspect { self.shared.suspects.leave(SuspectGate.Suspect(store: self.alias, job: record.id)) }
    for effect in effects {
      switch effect {
      case .start:
        break
      case .cancel(let token, let owner, let reason):
        self.cancel(record.id, token, owner: owner, reason)
      case .report(let report):
        self.noteHistory(record, report)
        self.tell(report, of: record)
      }
    }
    self.wake(for: record.wakeAt)
  }

  private func tell(_ report: Report, of record: JobRecord) {
    self.shared.metrics.count(report, jobName: record.lane.jobName)
    ReportLog.write(report, of: record, to: self.logger)
    guard self.shared.hub.hasSubscribers else { return }
    self.shared.hub.publish(
      .job(record.id, jobName: record.lane.jobName, store: self.alias, revision: record.revision, report),
      at: self.now())
  }

  /// Takes outboxes to the history, where the store did not do it itself, and empties them. Should it fail, whoever tends
  /// the records next does it.
  func settleOutboxes(_ records: [JobRecord]) async {
    guard !self.store.capabilities.atomicHistory else { return }
    let full = records.filter { !$0.state.outbox.isEmpty }
    guard !full.isEmpty else { return }
    do {
      try await self.store.append(full.flatMap(\.state.outbox))
      let upTo = Dictionary(full.map { ($0.id, $0.revision) }, uniquingKeysWith: max)
      let now = self.now()
      _ = try await self.store.update(Array(upTo.keys)) { record in
        JobMachine.apply(.outboxAppended(upTo: upTo[record.id] ?? 0), to: record, now: now)
      }
    } catch {
      self.logger.debug("history is written later", metadata: ["error": "\(error)"])
    }
  }
}
