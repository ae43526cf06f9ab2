import Logging
import Synchronization

// Writing how runs ended: many in one commit, again and again until the store has them.

extension StoreDesk {
  /// Something about a claim of ours that the record has to know.
  struct Outcome: Sendable {
    let key: RunKey
    let event: RecordEvent
  }

  func record(_ outcome: Outcome) {
    let isFirst = self.state.withLock { state -> Bool in
      state.outcomes.append(outcome)
      defer { state.isWritingOutcomes = true }
      return !state.isWritingOutcomes
    }
    guard isFirst else { return }
    self.shared.meter.enter()
    Task {
      await self.writeOutcomes()
      self.shared.meter.leave()
    }
  }

  /// Writes until nothing is left. What ends while one commit is under way goes together in the next.
  private func writeOutcomes() async {
    let wakeup = Wakeup(meter: self.shared.meter)
    var troubles = 0
    while true {
      let batch = self.state.withLock { state in
        let batch = Array(state.outcomes.prefix(self.store.capabilities.maximumBatch))
        state.isWritingOutcomes = !batch.isEmpty
        return batch
      }
      if batch.isEmpty { return self.resumeDrainWaiters() }
      do {
        try await self.write(batch)
        troubles = 0
        self.forget(batch)
      } catch {
        // Repeating is safe: an end that was counted already is answered so by its token.
        self.noteAvailability(error)
        troubles += 1
        if self.hasGivenUp {
          self.logger.error(
            "outcomes could not be written", metadata: ["count": "\(batch.count)", "error": "\(error)"])
          self.forget(batch)
          continue
        }
        let delay = Backoff.exponential(from: .milliseconds(20), cap: .seconds(2)).delay(afterFailures: troubles)
        await wakeup.wait(.after(delay), on: self.shared.clock)
      }
    }
  }

  /// After the session was given back nobody waits for what could not be written: its runs are others' by then.
  private var hasGivenUp: Bool {
    self.state.withLock { $0.isStopping && $0.session.epoch == nil }
  }

  private func write(_ batch: [Outcome]) async throws {
    var events: [JobID: [RecordEvent]] = [:]
    var order: [JobID] = []
    for outcome in batch {
      if events[outcome.key.job] == nil { order.append(outcome.key.job) }
      events[outcome.key.job, default: []].append(outcome.event)
    }
    let now = self.now()
    let byJob = events
    // A transition may be applied again where others wrote in between: what it refused last is what holds.
    let refusals = Mutex<[JobID: [Refusal?]]>([:])
    let answers = try await self.store.update(order) { record in
      let (verdict, refused) = JobMachine.apply(byJob[record.id] ?? [], to: record, now: now)
      refusals.withLock { $0[record.id] = refused }
      return verdict
    }
    let refused = refusals.withLock { $0 }
    for answer in answers {
      guard let record = answer.record else { continue }
      for case .stale(let token)? in refused[record.id] ?? [] { self.tellRefused(token, of: record, at: now) }
    }
    await self.perform(answers)
  }

  private func tellRefused(_ token: FencingToken, of record: JobRecord, at now: Instant) {
    self.logger.info(
      "result refused: the claim was taken back", metadata: ["job": "\(record.id)", "token": "\(token)"])
    self.shared.metrics.countRefusedResult(jobName: record.lane.jobName)
    self.shared.hub.publish(
      .resultRefused(record.id, jobName: record.lane.jobName, store: self.alias, token), at: now)
  }

  private func forget(_ batch: [Outcome]) {
    self.state.withLock { state in
      state.outcomes.removeFirst(batch.count)
      for outcome in batch { state.runs[outcome.key] = nil }
    }
    self.resumeDrainWaiters()
  }
}
