import Logging
import Synchronization

// The runs that this scheduler has: begun, told to stop, ended.

extension StoreDesk {
  /// Hands claimed runs to their executors, in one go for each. Each of them holds a slot.
  func begin(_ starting: [(JobRecord, StartOrder)], as epoch: Epoch) {
    var assignments: [String: (executor: any JobExecutor, runs: [RunAssignment])] = [:]
    for (record, order) in starting {
      let alias = record.lane.executor
      let key = RunKey(job: record.id, token: order.token)
      guard self.shared.registry.entry(for: record.lane.jobName) != nil,
        let executor = assignments[alias]?.executor ?? self.shared.executor(alias),
        let assignment = self.assignment(record.definition, order, key, epoch)
      else {
        // Unregistered, removed, shut down or lost between the claim and now: given back as if it had never been claimed.
        self.shared.release(alias)
        self.record(Outcome(key: key, event: .released(order.token)))
        continue
      }
      assignments[alias, default: (executor, [])].runs.append(assignment)
    }
    for (executor, runs) in assignments.values { executor.execute(runs) }
  }

  /// Nil where the run must not begin any more.
  private func assignment(
    _ definition: JobDefinition, _ order: StartOrder, _ key: RunKey, _ epoch: Epoch
  ) -> RunAssignment? {
    let control = RunControl { [weak self] end in self?.ended(key, end) }
    let uptime = self.shared.clock.uptime()
    let mayBegin = self.state.withLock { state -> Bool in
      // The session may have been lost, and another opened, while the claim was being committed: then others have the run.
      guard !state.isStopping, state.session.isTrusted(epoch, at: uptime) else { return false }
      state.runs[key] = ActiveRun(
        control: control, executor: definition.lane.executor, owner: epoch, order: order, definition: definition)
      self.shared.meter.enter()
      return true
    }
    guard mayBegin else { return nil }
    var logger = self.logger
    logger[metadataKey: "job"] = "\(definition.id)"
    logger[metadataKey: "attempt"] = "\(order.attempt)"
    let kept = definition.policies.logLines
    let log = kept > 0 ? RunLog(limit: kept, clock: self.shared.clock) : nil
    if let log { logger.handler = RunLogHandler(logger.handler, log) }
    return RunAssignment(
      RunRequest(definition, order, store: self.alias), logger: logger, control: control,
      work: self.work(key, control, logger, log))
  }

  /// What a run needs of this scheduler while it goes.
  private func work(_ key: RunKey, _ control: RunControl, _ logger: Logger, _ log: RunLog?) -> RunAssignment.Work {
    let report: @Sendable (Int64, Int64?, String?) -> Void = { [weak self] completed, total, note in
      guard let self else { return }
      self.report(RunProgress(completed: completed, total: total, note: note, at: self.now()), of: key)
    }
    let ownership: @Sendable () -> Bool = { [weak self] in self?.owns(key) ?? false }
    let setAside: @Sendable (String) -> Void = { [weak self] reason in self?.payloadIsUnreadable(key, reason) }
    return RunAssignment.Work(
      jobs: self.shared.registry, logger: logger, lines: log.map { log in { @Sendable in log.lines } },
      isCancelled: { control.isCancelled }, ownership: ownership, report: report, setAside: setAside)
  }

  /// True while this scheduler holds the run and trusts its session.
  private func owns(_ key: RunKey) -> Bool {
    let uptime = self.shared.clock.uptime()
    return self.state.withLock { state in
      guard let run = state.runs[key] else { return false }
      return state.session.isTrusted(run.owner, at: uptime) && !run.control.isCancelled
    }
  }

  /// The code of a run has ended, or was not begun: its slot is free, and what became of it is to be written.
  private func ended(_ key: RunKey, _ end: RunControl.End) {
    switch end {
    case .finished(var outcome):
      let node = self.configuration.node
      if case .crashed = outcome.kind {
        outcome.wasToldToStop = self.state.withLock { $0.runs[key]?.control.isCancelled ?? false }
      }
      let told = outcome
      self.ended(key) { order, now in
        .finished(key.token, told, startedAt: order.startedAt, endedAt: now, node: node)
      }
    case .refused(let reason, let pause):
      // Before the slot is free, or the run would come back at once.
      if let alias = self.state.withLock({ $0.runs[key]?.executor }) {
        self.shared.rest(alias, for: pause, because: reason)
      }
      self.ended(key) { order, _ in .released(order.token) }
    }
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
      state.progress[key] = nil
      return run
    }
    guard let run else { return }
    self.shared.release(run.executor)
    // While a commit is under way it may have let a suspect in that is not among our runs yet: it looks itself when it is done.
    if self.state.withLock({ $0.batches.isEmpty }) { self.letSuspectGo() }
    self.resumeDrainWaiters()
    self.record(Outcome(key: key, event: event(run.order, self.now())))
    // Whoever writes the outcome counts as at work by now.
    self.shared.meter.leave()
  }

  /// Lets another suspect be started once no run of ours is left of the one that was.
  func letSuspectGo() {
    guard let suspect = self.shared.suspects.suspect(of: self.alias) else { return }
    let isGoing = self.state.withLock { state in
      state.runs.contains { $0.key.job == suspect.job && $0.value.isGoing }
    }
    if !isGoing { self.shared.suspects.leave(suspect) }
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
      Surroundings.begin {
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
    await self.until(within: limit) { $0.isDrained || (unlessHurried && $0.isHurried) }
  }

  /// Waits for the runs on one executor, however long they take. Commits that know of the executor still may bring some.
  func finishRuns(onExecutor alias: String) async {
    let batches = self.state.withLock { $0.batches }
    await self.until { state in
      state.batches.isDisjoint(with: batches)
        && !state.runs.values.contains { $0.executor == alias && $0.isGoing }
    }
  }

  /// Looks whenever something has ended, until the condition holds or the time is over.
  func until(within limit: Duration, _ condition: @Sendable (borrowing State) -> Bool) async {
    let isOver = Mutex(false)
    let timer = self.shared.clock.timer(after: limit) {
      isOver.withLock { $0 = true }
      self.resumeDrainWaiters()
    }
    defer { timer.cancel() }
    await self.until { state in condition(state) || isOver.withLock { $0 } }
  }

  /// Looks whenever something has ended, until the condition holds. The caller counts as idle while it waits.
  private func until(_ condition: @Sendable (borrowing State) -> Bool) async {
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
