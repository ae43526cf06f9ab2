import Logging
import Synchronization

// The runs that this scheduler has: begun, told to stop, ended.

extension StoreDesk {
  /// Hands claimed runs to their executors, in one go for each.
  func begin(_ starting: [(JobRecord, StartOrder)]) {
    var assignments: [String: [RunAssignment]] = [:]
    for (record, order) in starting {
      let alias = record.lane.executor
      let key = RunKey(job: record.id, token: order.token)
      guard let entry = self.shared.registry.entry(for: record.lane.jobName), self.shared.executor(alias) != nil else {
        // Unregistered, or removed, between the claim and now.
        self.giveBackSlot(alias)
        self.record(Outcome(key: key, event: .released(order.token)))
        continue
      }
      let assignment = self.assignment(record.definition, order, key, entry)
      assignments[alias, default: []].append(assignment)
    }
    for (alias, batch) in assignments { self.shared.executor(alias)?.execute(batch) }
  }

  private func assignment(
    _ definition: JobDefinition, _ order: StartOrder, _ key: RunKey, _ entry: JobRegistry.Entry
  ) -> RunAssignment {
    let control = RunControl { [weak self] outcome in self?.ended(key, outcome) }
    self.shared.meter.enter()
    let isTrusted = self.state.withLock { state -> Bool in
      state.runs[key] = ActiveRun(
        control: control, executor: definition.lane.executor, order: order, definition: definition)
      return state.session.isTrusted
    }
    // The session was lost while the claim was being committed: then others run it.
    if !isTrusted { control.cancel() }
    var logger = self.logger
    logger[metadataKey: "job"] = "\(definition.id)"
    logger[metadataKey: "attempt"] = "\(order.attempt)"
    let context = JobContext(
      jobID: definition.id, jobName: definition.lane.jobName, store: self.alias, order: order, logger: logger,
      ownership: { [weak self] in self?.owns(key) ?? false })
    return RunAssignment(
      job: definition.id, jobName: definition.lane.jobName, token: order.token, control: control
    ) { [weak self] in
      do {
        try await JobTracing.span(of: definition, order) { try await entry.run(definition, context) }
        return .succeeded
      } catch let error as PayloadUnreadable {
        self?.payloadIsUnreadable(key, error.reason)
        return .cancelled
      } catch is CancellationError where control.isCancelled {
        return .cancelled
      } catch {
        return .failed(Failure(error))
      }
    }
  }

  /// True while this scheduler holds the run and trusts its session.
  private func owns(_ key: RunKey) -> Bool {
    self.state.withLock { $0.session.isTrusted && $0.runs[key]?.control.isCancelled == false }
  }

  /// The code of a run has ended: its slot is free, and how it ended is to be written.
  private func ended(_ key: RunKey, _ outcome: RunOutcome) {
    self.ended(key) { order, now in .finished(key.token, outcome, startedAt: order.startedAt, endedAt: now) }
  }

  /// The payload could not be decoded: the job is set aside, and the claim given back.
  private func payloadIsUnreadable(_ key: RunKey, _ reason: String) {
    self.ended(key) { _, _ in .decodeFailed(key.token, reason: reason) }
  }

  private func ended(_ key: RunKey, _ event: (StartOrder, Instant) -> RecordEvent) {
    let run = self.state.withLock { state -> ActiveRun? in
      guard var run = state.runs[key], run.isGoing else { return nil }
      run.isGoing = false
      state.runs[key] = run
      return run
    }
    guard let run else { return }
    self.giveBackSlot(run.executor)
    self.resumeDrainWaiters()
    self.record(Outcome(key: key, event: event(run.order, self.now())))
    // Whoever writes the outcome counts as at work by now.
    self.shared.meter.leave()
  }

  private func giveBackSlot(_ alias: String) {
    self.shared.giveBack([alias: 1])
  }

  // MARK: Stopping

  /// Tells a run to stop, here or, through the store, wherever it is.
  func cancel(_ id: JobID, _ token: FencingToken, owner: Epoch, _ reason: CancelReason) {
    let (isOurs, control) = self.state.withLock { state in
      (state.session.epoch == owner, state.runs[RunKey(job: id, token: token)]?.control)
    }
    if let control {
      control.cancel()
    } else if !isOurs {
      self.shared.meter.enter()
      Task {
        defer { self.shared.meter.leave() }
        do {
          try await self.store.announce(.cancel(id, owner: owner))
        } catch {
          // The owner sees it in the record, at its next renewal.
          self.logger.debug("cancel could not be announced", metadata: ["job": "\(id)", "error": "\(error)"])
        }
      }
    }
  }

  func cancelRuns() {
    for run in self.state.withLock({ Array($0.runs.values) }) { run.control.cancel() }
  }

  /// Stops those runs of a job that the record says were told to stop.
  func stopCancelledRuns(of id: JobID) async {
    guard let record = try? await self.store.fetch([id]).first ?? nil else { return }
    self.stopCancelledRuns(of: record)
  }

  func stopCancelledRuns(of record: JobRecord) {
    let owner = self.state.withLock { $0.session.epoch }
    for claim in record.state.runs.compactMap(\.claim) where claim.owner == owner && claim.cancelling != nil {
      let token = FencingToken(incarnation: record.definition.incarnation, claim: claim.number)
      self.state.withLock { $0.runs[RunKey(job: record.id, token: token)] }?.control.cancel()
    }
  }

  // MARK: Waiting for the end

  /// Returns when no run is left and every outcome is written, when the time is over, or when nobody waits any more.
  func untilDrained(within limit: Duration, unlessHurried: Bool) async {
    let isOver = Mutex(false)
    let timer = self.shared.clock.timer(after: limit) {
      isOver.withLock { $0 = true }
      self.resumeDrainWaiters()
    }
    defer { timer.cancel() }
    await self.untilDrained { state in
      (state.runs.isEmpty && state.outcomes.isEmpty && !state.isWritingOutcomes) || isOver.withLock { $0 }
        || (unlessHurried && state.isHurried)
    }
  }

  /// Waits for the runs on one executor, however long they take.
  func finishRuns(onExecutor alias: String) async {
    await self.untilDrained { state in
      !state.runs.values.contains { $0.executor == alias && $0.isGoing }
    }
  }

  /// Looks again whenever a run has ended, until the condition holds. The caller counts as idle while it waits.
  private func untilDrained(_ condition: @Sendable (borrowing State) -> Bool) async {
    var isDone = false
    while !isDone {
      isDone = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        let holds = self.state.withLock { state -> Bool in
          if condition(state) { return true }
          state.drainWaiters.append(continuation)
          return false
        }
        if holds { continuation.resume(returning: true) } else { self.shared.meter.leave() }
      }
    }
  }

  func resumeDrainWaiters() {
    let waiters = self.state.withLock { state in
      defer { state.drainWaiters = [] }
      return state.drainWaiters
    }
    for waiter in waiters {
      self.shared.meter.enter()
      waiter.resume(returning: false)
    }
  }
}
