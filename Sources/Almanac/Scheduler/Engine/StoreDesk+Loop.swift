import Logging
import Synchronization

// The loop: take what is due, let the transitions decide, commit, perform; then sleep until the next instant or a signal.

extension StoreDesk {
  /// Runs until the desk is stopped. Whatever a store throws ends no loop: it is told, and tried again.
  func loop() async {
    defer { self.shared.meter.leave() }
    var troubles = 0
    while !self.isStopping {
      do {
        try await self.prepare()
        guard let epoch = self.trustedEpoch else {
          // The keeper signals as soon as there is a session.
          await self.wakeup.wait(.never, on: self.shared.clock)
          continue
        }
        let progressed = try await self.advance(as: epoch)
        self.noteAvailability(nil)
        troubles = 0
        if progressed { continue }
        try await self.sleepUntilNext()
      } catch let error as StoreError where error.code == .sessionLost {
        self.sessionIsLost()
      } catch {
        self.noteAvailability(error)
        troubles += 1
        let delay = Backoff.exponential(from: .milliseconds(50), cap: .seconds(5)).delay(afterFailures: troubles)
        await self.wakeup.wait(.after(delay), on: self.shared.clock)
      }
    }
  }

  /// One turn: claims and tends what is due. Answers whether anything was committed.
  private func advance(as epoch: Epoch) async throws -> Bool {
    let reserved = self.shared.ledger.reserveAll()
    var unused = reserved
    defer { self.shared.giveBack(unused) }

    let demand = self.demand(slots: reserved)
    let now = self.now()
    let batch = self.beginBatch()
    defer { self.endBatch(batch) }
    let answers = try await self.store.advance(demand, at: now, as: epoch) { record, starts in
      JobMachine.apply(.due(starts: starts, owner: epoch, batch: batch), to: record, now: now)
    }

    var progressed = false
    var starting: [(JobRecord, StartOrder)] = []
    for answer in answers {
      switch answer {
      case .committed(let record, let effects):
        progressed = true
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
    // Told before it is begun, so that a run's start is heard of before its end.
    await self.perform(answers)
    for (record, _) in starting { unused[record.lane.executor, default: 0] -= 1 }
    self.begin(starting)
    return progressed
  }

  private func demand(slots: [String: Int]) -> Demand {
    let demand = Demand(queues: self.configuration.queues, jobNames: self.shared.registry.names, slots: slots)
    return self.shared.isPaused ? demand.tendingOnly : demand
  }

  /// Sleeps until the earliest record of our lanes wants to be looked at, the poll interval is over, or somebody signals.
  private func sleepUntilNext() async throws {
    let demand = self.demand(slots: self.shared.ledger.free(for: self.alias))
    let next = try await self.store.earliestWake(demand)
    let now = self.now()
    var until = now + self.configuration.pollInterval
    if let next {
      // What is due and was left to us by nobody is being handled by another scheduler at this moment: a short while, not at once.
      until = min(until, next <= now ? now + StoreDesk.contentionPause : next)
    }
    self.state.withLock { state in
      state.plannedWake = until
      state.isAsleep = true
    }
    await self.wakeup.wait(.at(self.local(until)), on: self.shared.clock)
    self.state.withLock { state in
      state.plannedWake = nil
      state.isAsleep = false
    }
  }

  /// How long a scheduler waits before it looks again at records that others were faster to take.
  private static let contentionPause: Duration = .milliseconds(5)

  private func beginBatch() -> Int64 {
    self.state.withLock { state in
      // Random, so that no two schedulers use one number and none is used again after a restart.
      state.lastBatch = Int64.random(in: 1...Int64.max)
      state.batches.insert(state.lastBatch)
      return state.lastBatch
    }
  }

  private func endBatch(_ batch: Int64) {
    self.state.withLock { _ = $0.batches.remove(batch) }
  }

  // MARK: What others do

  /// Listens to what other clients of the store do.
  func listen() async {
    for await change in self.store.changes() {
      if Task.isCancelled { return }
      switch change {
      case .wake(let instant):
        self.wake(for: instant)
      case .cancel(let id, let owner):
        if owner == self.state.withLock({ $0.session.epoch }) { await self.stopCancelledRuns(of: id) }
      }
    }
  }
}
