import Logging
import Synchronization

// Staying the owner of what was claimed.
//
// An owner stops trusting itself before its session expires in the store: the time is counted from before the renewal was sent, on a
// clock that runs through suspend, so that neither a slow answer nor a sleeping machine can stretch it. The keeper does nothing else, so that
// nothing else can hold up a renewal.

extension StoreDesk {
  /// This scheduler's hold on its session.
  struct SessionHold: Sendable {
    var epoch: Epoch?
    /// On the clock's uptime. Nil where nothing is trusted.
    var trustedUntil: Duration?
    /// Tells when the trust has ended. Whether it has is read from the clock: a timer may be late.
    var timer: ClockTimer?

    func isTrusted(_ epoch: Epoch, at uptime: Duration) -> Bool {
      guard let trustedUntil = self.trustedUntil else { return false }
      return self.epoch == epoch && uptime < trustedUntil
    }
  }

  /// The session under which runs may be claimed now.
  var trustedEpoch: Epoch? {
    let uptime = self.shared.clock.uptime()
    return self.state.withLock { state in
      state.session.epoch.flatMap { state.session.isTrusted($0, at: uptime) ? $0 : nil }
    }
  }

  /// Runs until the desk is stopped: opens the session and renews it.
  func keepSession() async {
    var troubles = 0
    while !Task.isCancelled {
      var wait = self.configuration.sessionLifetime / 3
      do {
        try await self.prepare()
        if let epoch = self.state.withLock({ $0.session.epoch }) {
          try await self.renew(epoch)
        } else if !self.isStopping {
          try await self.open()
        }
        // An answer that came too late to be trusted is asked for again at once.
        if self.state.withLock({ $0.session.epoch }) != nil, self.trustedEpoch == nil { wait = .zero }
        troubles = 0
      } catch {
        if Task.isCancelled { return }
        self.noteAvailability(error)
        troubles += 1
        wait = min(wait, Backoff.exponential(from: .milliseconds(50), cap: .seconds(2)).delay(afterFailures: troubles))
      }
      if Task.isCancelled { return }
      await self.keeperWakeup.wait(within: max(wait, .milliseconds(10)), on: self.shared.clock)
    }
  }

  private var draft: SessionDraft {
    let identity = self.configuration.host
    return SessionDraft(
      node: self.configuration.node, host: identity.host, processID: identity.processID, machine: identity.machine,
      version: AlmanacVersion.current, queues: self.configuration.queues?.sorted(),
      executors: self.shared.executorAliases, running: self.runningCount,
      zoneData: self.shared.zones.database.version, clockOffset: self.state.withLock { $0.clockOffset },
      lifetime: self.configuration.sessionLifetime)
  }

  private func open() async throws {
    let asked = self.shared.clock.uptime()
    let session = try await self.store.openSession(self.draft)
    if Task.isCancelled || self.isStopping {
      // It was asked for before the end, and nobody would renew it. Where this fails it expires.
      _ = try? await self.store.markDead(session.epoch, expiringAt: session.expiresAt)
      return
    }
    self.trust(session.epoch, since: asked)
    self.logger.debug("session opened", metadata: ["epoch": "\(session.epoch)"])
    self.shared.hub.publish(.sessionOpened(session.epoch, store: self.alias), at: self.now())
    self.wakeup.signal()
    self.houseWakeup.signal()
  }

  private func renew(_ epoch: Epoch) async throws {
    let asked = self.shared.clock.uptime()
    try await self.measureClock()
    let isAlive = try await self.store.renewSession(epoch, self.draft) != nil
    if Task.isCancelled { return }
    if isAlive {
      self.trust(epoch, since: asked)
      self.wakeup.signal()
    } else {
      self.sessionIsLost(epoch)
      if !self.isStopping { try await self.open() }
    }
  }

  private func trust(_ epoch: Epoch, since asked: Duration) {
    // A tenth is left for what a clock and a scheduler's thread may be off.
    let until = asked + self.configuration.sessionLifetime * 9 / 10
    let old = self.state.withLock { state -> ClockTimer? in
      defer { state.session = SessionHold(epoch: epoch, trustedUntil: until) }
      return state.session.timer
    }
    old?.cancel()
    // Only after the hold is written: where the answer came too late, the timer fires at once and must find what to end.
    let timer = self.shared.clock.timer(after: until - self.shared.clock.uptime()) { [weak self] in
      self?.trustHasEnded(epoch, until)
    }
    self.state.withLock { state in
      if state.session.epoch == epoch, state.session.trustedUntil == until { state.session.timer = timer }
    }
  }

  /// The session was not renewed in time: nothing that runs here is trusted to be ours any more.
  private func trustHasEnded(_ epoch: Epoch, _ until: Duration) {
    let isOver = self.state.withLock { state -> Bool in
      guard state.session.epoch == epoch, state.session.trustedUntil == until else { return false }
      state.session.trustedUntil = nil
      return true
    }
    guard isOver else { return }
    self.logger.warning(
      "session is no longer trusted: its renewal did not succeed in time", metadata: ["epoch": "\(epoch)"])
    self.shared.hub.publish(.sessionLost(epoch, store: self.alias), at: self.now())
    self.cancelRuns()
  }

  /// The store says that the session is dead. One that was opened meanwhile is not meant.
  func sessionIsLost(_ epoch: Epoch) {
    let (wasTrusted, timer) = self.state.withLock { state -> (Bool?, ClockTimer?) in
      guard state.session.epoch == epoch else { return (nil, nil) }
      defer { state.session = SessionHold() }
      return (state.session.trustedUntil != nil, state.session.timer)
    }
    timer?.cancel()
    guard let wasTrusted else { return }
    self.logger.warning("session was lost", metadata: ["epoch": "\(epoch)"])
    if wasTrusted { self.shared.hub.publish(.sessionLost(epoch, store: self.alias), at: self.now()) }
    self.cancelRuns()
    self.keeperWakeup.signal()
  }

  /// Leaves the store as one who will not come back: what is still claimed by us is others' to take.
  ///
  /// In a task of its own: the scheduler's may be cancelled, which would have a store refuse, and may be waited for no longer.
  func giveBackSession(within limit: Duration) async {
    let hold = self.state.withLock { $0.session }
    hold.timer?.cancel()
    guard let epoch = hold.epoch else { return }
    let end = Latch(meter: self.shared.meter)
    self.shared.meter.enter()
    let task = Surroundings.begin {
      await self.giveBack(epoch)
      end.open()
      self.shared.meter.leave()
    }
    if await !end.wait(within: limit, on: self.shared.clock) {
      self.logger.info("session could not be given back in time; it will expire", metadata: ["epoch": "\(epoch)"])
      task.cancel()
    }
    self.state.withLock { state in
      if state.session.epoch == epoch { state.session = SessionHold() }
    }
  }

  private func giveBack(_ epoch: Epoch) async {
    do {
      // Again where a renewal that was left behind came in between.
      for _ in 0..<3 {
        guard let session = try await self.store.sessions().first(where: { $0.epoch == epoch }) else { break }
        if try await self.store.markDead(epoch, expiringAt: session.expiresAt) {
          let leave: RecordEvent = .ownerLost(epoch, node: self.configuration.node, tookLeave: true)
          _ = try await self.takeBackRuns(leave, of: epoch, until: nil)
          return
        }
      }
    } catch {
      self.logger.info("session could not be given back; it will expire", metadata: ["error": "\(error)"])
    }
  }
}
