import Logging
import Synchronization

// The loop: take what is due, let the transitions decide, commit, perform; then sleep until the next instant or a signal.

extension StoreDesk {
  /// Runs until the desk is stopped. Whatever a store throws ends no loop: it is told, and tried again.
  func loop() async {
    var troubles = 0
    var contentions = 0
    while !self.isStopping, !Task.isCancelled {
      let epoch = self.trustedEpoch
      do {
        try await self.prepare()
        guard let epoch else {
          // The keeper signals as soon as there is a session.
          await self.wakeup.wait(on: self.shared.clock)
          continue
        }
        let open = self.shared.ledger.open
        let progressed = try await self.advance(as: epoch)
        self.noteAvailability(nil)
        troubles = 0
        if progressed {
          contentions = 0
          self.state.withLock { $0.earliestWake = nil }
          continue
        }
        try await self.sleepUntilNext(&contentions, wereOpen: open)
      } catch let error as StoreError where error.code == .sessionLost {
        if let epoch { self.sessionIsLost(epoch) }
      } catch {
        if Task.isCancelled { return }
        self.noteAvailability(error)
        // The answer may be lost and the claims made: they are found, and given back, without waiting for the next renewal.
        self.houseWakeup.signal()
        troubles += 1
        let delay = Backoff.exponential(from: .milliseconds(50), cap: .seconds(5)).delay(afterFailures: troubles)
        await self.wakeup.wait(within: delay, on: self.shared.clock)
      }
    }
  }

  /// One turn: claims and tends what is due. Answers whether anything was committed.
  private func advance(as epoch: Epoch) async throws -> Bool {
    // The batch is begun before slots are reserved: whoever waits for the commits that know of an executor finds this one.
    let batch = self.beginBatch()
    defer { self.endBatch(batch) }
    let reserved = self.shared.ledger.reserve(for: self.alias)
    let demand = self.demand(slots: reserved)
    let now = self.now()
    let answers: [StoreAnswer]
    do {
      let gate = (self.shared.suspects, self.alias)
      answers = try await self.store.advance(demand, at: now, as: epoch) { record, starts in
        let admits = !record.isSuspect || gate.0.admits(SuspectGate.Suspect(store: gate.1, job: record.id))
        return JobMachine.apply(
          .due(starts: starts, owner: epoch, batch: batch, admitsSuspects: admits),
          to: self.shared.zones.current(record), now: now)
      }
    } catch {
      self.shared.ledger.settle(reserved, started: [:], for: self.alias)
      self.letSuspectGo()
      throw error
    }

    var progressed = false
    var records: [JobRecord] = []
    var starting: [(JobRecord, StartOrder)] = []
    for answer in answers {
      switch answer {
      case .committed(let record, let effects):
        progressed = true
        // Told before it is begun, so that a run's start is heard of before its end.
        self.perform(record, effects)
        records.append(record)
        for case .start(let order) in effects { starting.append((record, order)) }
      case .erased:
        progressed = true
      case .unreadable(let id, let reason):
        progressed = true
        self.logger.warning("stored job cannot be read", metadata: ["job": "\(id)", "error": "\(reason)"])
      case .refused, .missing, .lost:
        break
      }
    }
    var started: [String: Int] = [:]
    for (record, _) in starting { started[record.lane.executor, default: 0] += 1 }
    self.shared.ledger.settle(reserved, started: started, for: self.alias)
    self.begin(starting, as: epoch)
    self.letSuspectGo()
    self.endBatch(batch)
    // After the runs have begun: they do not wait for their history.
    await self.settleOutboxes(records)
    return progressed
  }

  func demand(slots: [String: Int]) -> Demand {
    let demand = Demand(queues: self.configuration.queues, jobNames: self.shared.registry.names, slots: slots)
    return self.shared.isPaused ? demand.tendingOnly : demand
  }

  /// Sleeps until the earliest record of our lanes wants to be looked at, the poll interval is over, or somebody signals.
  ///
  /// - Parameters:
  ///   - contentions: how often in a row something was due that others were faster to take.
  ///   - wereOpen: the slots that no run had when it was looked last for what is due.
  private func sleepUntilNext(_ contentions: inout Int, wereOpen: [String: Int]) async throws {
    let open = self.shared.ledger.open(for: self.alias)
    let demand = self.demand(slots: open)
    let next = try await self.store.earliestWake(demand)
    let (now, isStoreTime) = (self.now(), self.store.capabilities.serverTime)
    // The poll is counted on the uptime: a wall clock that is set back must not draw it out.
    var within = self.configuration.pollInterval
    var until: Instant?
    if let next, next <= now, open.contains(where: { $0.value > wereOpen[$0.key] ?? 0 }) {
      // It was left because no slot was free, and a run has ended since. Each such turn is paid for by an end, so they are not endless.
      return
    }
    if let next, next <= now {
      // What is due and was left to us by nobody is being handled by another loop at this moment: a short while, not at once.
      contentions += 1
      within = min(within, StoreDesk.contentionPause.delay(afterFailures: contentions))
    } else {
      contentions = 0
      if let next, isStoreTime { within = min(within, next - now) } else { until = next }
    }
    self.state.withLock { state in
      state.earliestWake = next
      state.plannedWake = min(until ?? now + within, now + within)
      state.isAsleep = true
    }
    await self.wakeup.wait(until: until, within: within, on: self.shared.clock)
    self.state.withLock { state in
      state.plannedWake = nil
      state.isAsleep = false
    }
  }

  /// How long a scheduler waits before it looks again at records that others were faster to take.
  private static let contentionPause: Backoff = .exponential(from: .milliseconds(5), cap: .milliseconds(500))

  private func beginBatch() -> Int64 {
    self.state.withLock { state in
      // Random, so that no two schedulers use one number and none is used again after a restart.
      state.lastBatch = Surroundings.uniqueNumber()
      state.batches.insert(state.lastBatch)
      return state.lastBatch
    }
  }

  private func endBatch(_ batch: Int64) {
    let wasGoing = self.state.withLock { $0.batches.remove(batch) != nil }
    if wasGoing { self.resumeDrainWaiters() }
  }

  // MARK: What others do

  /// Listens to what other clients of the store do.
  func listen() async {
    for await change in self.store.changes() {
      if Task.isCancelled { return }
      self.shared.meter.enter()
      defer { self.shared.meter.leave() }
      switch change {
      case .wake(let instant):
        self.wake(for: instant)
      case .cancel(let id, let owner):
        if owner == self.state.withLock({ $0.session.epoch }) { await self.stopCancelledRuns(of: id) }
      }
    }
  }
}
