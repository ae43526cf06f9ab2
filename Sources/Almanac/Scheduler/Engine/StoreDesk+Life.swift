import Logging
import Synchronization

// Started and stopped. The end is bounded whatever the store does: a call that never answers is left behind.

extension StoreDesk {
  func start() {
    self.state.withLock { state in
      guard state.loops.isEmpty else { return }
      state.isStopping = false
      state.isHurried = false
      self.shared.wakeups.set(self.wakeup, of: self.alias)
      self.shared.ledger.setSharing(true, self.alias)
      state.loops = [
        self.task(&state) { await $0.keepSession() },
        self.task(&state) { await $0.keepHouse() },
        self.task(&state) { await $0.watchPeers() },
        self.task(&state) { await $0.loop() },
        Surroundings.begin { await self.listen() },
      ]
    }
  }

  /// Begins a loop that counts as at work until it ends.
  private func task(_ state: inout State, _ body: @escaping @Sendable (StoreDesk) async -> Void) -> Task<Void, Never> {
    state.lastLoop += 1
    let number = state.lastLoop
    state.loopsGoing.insert(number)
    // Entered here, not in the task: from this line on the desk counts as at work.
    self.shared.meter.enter()
    return Surroundings.begin {
      await body(self)
      self.state.withLock { _ = $0.loopsGoing.remove(number) }
      self.resumeDrainWaiters()
      self.shared.meter.leave()
    }
  }

  var isStopping: Bool { self.state.withLock { $0.isStopping } }

  /// Ends the waiting of a shutdown: what is going is cancelled.
  func hurry() {
    self.state.withLock { $0.isHurried = true }
    self.resumeDrainWaiters()
  }

  /// Claims nothing more, waits for what is going or cancels it, writes what ended, and gives back the session.
  ///
  /// Returns within the drain timeout, the grace for what was cancelled, and twice ``partingTime``, also where the store does not
  /// answer at all.
  func stop(waiting: Bool) async {
    let loops = self.state.withLock { state in
      state.isStopping = true
      return state.loops
    }
    guard !loops.isEmpty else { return }
    self.wakeup.signal()
    if waiting { await self.untilDrained(within: self.configuration.drainTimeout, unlessHurried: true) }
    if !self.state.withLock({ $0.isDrained }) {
      self.cancelRuns()
      await self.untilDrained(within: self.configuration.cancelGrace, unlessHurried: false)
    }
    // The session is given back by nobody who might still renew it.
    for loop in loops { loop.cancel() }
    let going = self.state.withLock { $0.loopsGoing }
    await self.until(within: StoreDesk.partingTime) { $0.loopsGoing.isDisjoint(with: going) }
    await self.giveBackSession(within: StoreDesk.partingTime)
    if !self.state.withLock({ $0.loopsGoing.isDisjoint(with: going) }) {
      self.logger.warning("store did not answer before the end; what was asked of it is left behind")
    }
    self.shared.wakeups.clear(self.wakeup, of: self.alias)
    self.shared.ledger.setSharing(false, self.alias)
    self.state.withLock { $0.loops = [] }
    // Whoever still tries to write outcomes gives up: its runs are others' by now.
    self.writerWakeup.signal()
  }

  /// How long the end waits for a store that does not answer.
  static let partingTime: Duration = .seconds(5)
}
