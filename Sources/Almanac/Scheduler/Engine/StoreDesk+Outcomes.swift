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
    Surroundings.begin {
      await self.writeOutcomes()
      self.shared.meter.leave()
    }
  }

  /// Writes until nothing is left. What ends while one commit is under way goes together in the next.
  private func writeOutcomes() async {
    var troubles = 0
    while true {
      let batch = self.state.withLock { state in
        let batch = Array(state.outcomes.prefix(self.store.capabilities.maximumBatch))
        state.isWritingOutcomes = !batch.isEmpty
        return batch
      }
      if batch.isEmpty { return self.resumeDrainWaiters() }
      do {
        let (written, lost) = try await self.write(batch)
        self.forget(batch, except: lost)
        await self.settleOutboxes(written)
        if lost.isEmpty {
          troubles = 0
          continue
        }
        // Others change these jobs again and again: after a moment it is tried once more.
        troubles += 1
      } catch {
        // Repeating is safe: an end that was counted already is answered so by its token.
        self.noteAvailability(error)
        troubles += 1
        if self.hasGivenUp {
          self.logger.error(
            "outcomes could not be written", metadata: ["count": "\(batch.count)", "error": "\(error)"])
          self.forget(batch, except: [])
          continue
        }
      }
      let delay = Backoff.exponential(from: .milliseconds(20), cap: .seconds(2)).delay(afterFailures: troubles)
      await self.writerWakeup.wait(within: delay, on: self.shared.clock)
    }
  }

  /// After the session was given back nobody waits for what could not be written: its runs are others' by then.
  private var hasGivenUp: Bool {
    self.state.withLock { $0.isStopping && $0.loops.isEmpty }
  }

  /// Writes the outcomes. Answers what was written, and the jobs to which others were faster each time.
  private func write(_ batch: [Outcome]) async throws -> (written: [JobRecord], lost: Set<JobID>) {
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
    var lost: Set<JobID> = []
    var written: [JobRecord] = []
    for answer in answers {
      if case .committed(let record, let effects) = answer {
        self.perform(record, effects)
        written.append(record)
      }
      switch answer {
      case .committed(let record, _), .refused(let record, _):
        for (event, refusal) in zip(byJob[record.id] ?? [], refused[record.id] ?? []) {
          if case .stale? = refusal { self.tellRefused(event, of: record.id, at: now) }
        }
      case .missing(let id), .erased(let id):
        // Its claim was taken back long ago, and the job is forgotten by now.
        for event in byJob[id] ?? [] { self.tellRefused(event, of: id, at: now) }
      case .lost(let id):
        lost.insert(id)
      case .unreadable(let id, let reason):
        self.logger.error("outcome cannot be written", metadata: ["job": "\(id)", "error": "\(reason)"])
      }
    }
    return (written, lost)
  }

  /// Tells of a result that comes from a lost claim. A claim that was only to be given back has none.
  private func tellRefused(_ event: RecordEvent, of job: JobID, at now: Instant) {
    guard case .finished(let token, _, _, _, _) = event else { return }
    let run = self.state.withLock { $0.runs[RunKey(job: job, token: token)] }
    let jobName = run?.definition.lane.jobName ?? ""
    self.logger.info(
      "result refused: the claim was taken back", metadata: ["job": "\(job)", "token": "\(token)"])
    self.shared.metrics.countRefusedResult(jobName: jobName)
    self.shared.hub.publish(.resultRefused(job, jobName: jobName, store: self.alias, token), at: now)
  }

  private func forget(_ batch: [Outcome], except lost: Set<JobID>) {
    self.state.withLock { state in
      state.outcomes.removeFirst(batch.count)
      if !lost.isEmpty { state.outcomes.insert(contentsOf: batch.filter { lost.contains($0.key.job) }, at: 0) }
      for outcome in batch where !lost.contains(outcome.key.job) { state.runs[outcome.key] = nil }
    }
    self.resumeDrainWaiters()
  }
}
