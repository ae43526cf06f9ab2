import Logging
import Synchronization

// Staying the owner of what was claimed, and taking over from those who are gone.
//
// An owner stops trusting itself before its session expires in the store: the time is counted from before the renewal was sent, on a
// clock that runs through suspend, so that neither a slow answer nor a sleeping machine can stretch it.

extension StoreDesk {
  /// This scheduler's hold on its session.
  struct SessionHold: Sendable {
    var epoch: Epoch?
    /// On the clock's uptime. Nil where nothing is trusted.
    var trustedUntil: Duration?
    var timer: ClockTimer?
    /// Where a wait for others' expiry has to end before the next renewal is due.
    var isTrusted: Bool { self.epoch != nil && self.trustedUntil != nil }
  }

  var trustedEpoch: Epoch? {
    self.state.withLock { $0.session.isTrusted ? $0.session.epoch : nil }
  }

  /// Runs until the desk is stopped: opens the session, renews it, compares, takes over.
  func keepSession() async {
    defer { self.shared.meter.leave() }
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
        try await self.compareRuns()
        wait = min(wait, try await self.takeOver() ?? wait)
        try await self.prune()
        troubles = 0
      } catch {
        if Task.isCancelled { return }
        self.noteAvailability(error)
        troubles += 1
        wait = min(wait, Backoff.exponential(from: .milliseconds(50), cap: .seconds(2)).delay(afterFailures: troubles))
      }
      if Task.isCancelled { return }
      await self.keeperWakeup.wait(.after(max(wait, .milliseconds(10))), on: self.shared.clock)
    }
  }

  private var draft: SessionDraft {
    let identity = HostIdentity.current
    return SessionDraft(
      node: self.configuration.node, host: identity.host, processID: identity.processID, machine: identity.machine,
      version: AlmanacVersion.current, queues: self.configuration.queues?.sorted(), running: self.runningCount,
      lifetime: self.configuration.sessionLifetime)
  }

  private func open() async throws {
    let asked = self.shared.clock.uptime()
    let session = try await self.store.openSession(self.draft)
    self.trust(session.epoch, since: asked)
    self.logger.debug("session opened", metadata: ["epoch": "\(session.epoch)"])
    self.shared.hub.publish(.sessionOpened(session.epoch, store: self.alias), at: self.now())
    self.wakeup.signal()
  }

  private func renew(_ epoch: Epoch) async throws {
    let asked = self.shared.clock.uptime()
    try await self.measureClock()
    if try await self.store.renewSession(epoch, self.draft) != nil {
      self.trust(epoch, since: asked)
      self.wakeup.signal()
    } else {
      self.sessionIsLost()
      if !self.isStopping { try await self.open() }
    }
  }

  private func trust(_ epoch: Epoch, since asked: Duration) {
    // A tenth is left for what a clock and a scheduler's thread may be off.
    let until = asked + self.configuration.sessionLifetime * 9 / 10
    let timer = self.shared.clock.timer(after: until - self.shared.clock.uptime()) { [weak self] in
      self?.trustHasEnded(epoch, until)
    }
    let old = self.state.withLock { state -> ClockTimer? in
      defer { state.session = SessionHold(epoch: epoch, trustedUntil: until, timer: timer) }
      return state.session.timer
    }
    old?.cancel()
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

  /// The store says that our session is dead.
  func sessionIsLost() {
    let lost = self.state.withLock { state -> Epoch? in
      guard let epoch = state.session.epoch else { return nil }
      state.session.timer?.cancel()
      state.session = SessionHold()
      return epoch
    }
    guard let lost else { return }
    self.logger.warning("session was lost", metadata: ["epoch": "\(lost)"])
    self.shared.hub.publish(.sessionLost(lost, store: self.alias), at: self.now())
    self.cancelRuns()
    self.keeperWakeup.signal()
  }

  /// Leaves the store as one who will not come back: what is still claimed by us is others' to take.
  func giveBackSession() async {
    guard let epoch = self.state.withLock({ $0.session.epoch }) else { return }
    do {
      if let session = try await self.store.sessions().first(where: { $0.epoch == epoch }) {
        _ = try await self.store.markDead(epoch, expiringAt: session.expiresAt)
      }
      try await self.takeBackRuns(of: epoch)
    } catch {
      self.logger.info("session could not be given back; it will expire", metadata: ["error": "\(error)"])
    }
    self.state.withLock { state in
      state.session.timer?.cancel()
      state.session = SessionHold()
    }
  }

  // MARK: Comparing

  /// Compares the runs that we have with the runs that the store says we have.
  private func compareRuns() async throws {
    guard let epoch = self.trustedEpoch else { return }
    let ours = self.state.withLock { Set($0.runs.keys) }
    let ids = try await self.store.records(ownedBy: epoch, limit: self.store.capabilities.maximumBatch)
    let wanted = Array(Set(ids).union(ours.map(\.job)))
    var claimed: Set<RunKey> = []
    for chunk in wanted.chunks(of: self.store.capabilities.maximumBatch) {
      for record in try await self.store.fetch(Array(chunk)).compactMap({ $0 }) {
        self.stopCancelledRuns(of: record)
        for claim in record.state.runs.compactMap(\.claim) where claim.owner == epoch {
          let key = RunKey(
            job: record.id, token: FencingToken(incarnation: record.definition.incarnation, claim: claim.number))
          claimed.insert(key)
          // Claimed by a commit whose answer we never got: nobody began it, so it costs no attempt to give it back.
          let isOrphan = self.state.withLock { $0.runs[key] == nil && !$0.batches.contains(claim.batch) }
          if isOrphan { self.record(Outcome(key: key, event: .released(key.token))) }
        }
      }
    }
    // What we had before we asked, and the store does not know of, was taken from us.
    for key in ours.subtracting(claimed) {
      self.state.withLock { $0.runs[key] }?.control.cancel()
    }
  }

  // MARK: Taking over

  /// Marks sessions dead that have expired or whose process is gone, and takes back what they held. Answers how long it is until
  /// the next one may expire.
  private func takeOver() async throws -> Duration? {
    let sessions = try await self.store.sessions()
    let uncertainty = try await self.store.now().uncertainty
    let now = self.now()
    let own = self.state.withLock { $0.session.epoch }
    var alive: Set<Epoch> = []
    var nextExpiry: Instant?
    for session in sessions where !session.isDead {
      let isOver = session.expiresAt + uncertainty < now || HostIdentity.current.knowsToBeGone(session.draft)
      if session.epoch != own, isOver,
        try await self.store.markDead(session.epoch, expiringAt: session.expiresAt)
      {
        self.logger.info(
          "another scheduler is gone", metadata: ["epoch": "\(session.epoch)", "node": "\(session.draft.node)"])
        self.shared.hub.publish(.peerLost(session, store: self.alias), at: now)
      } else {
        alive.insert(session.epoch)
        if session.epoch != own { nextExpiry = min(nextExpiry ?? session.expiresAt, session.expiresAt) }
      }
    }
    for epoch in try await self.store.owners() where !alive.contains(epoch) && epoch != own {
      try await self.takeBackRuns(of: epoch)
    }
    return nextExpiry.map { max($0 + uncertainty + .milliseconds(50) - now, .milliseconds(50)) }
  }

  private func takeBackRuns(of epoch: Epoch) async throws {
    let limit = min(self.store.capabilities.maximumBatch, 500)
    while true {
      let ids = try await self.store.records(ownedBy: epoch, limit: limit)
      if ids.isEmpty { return }
      let now = self.now()
      let answers = try await self.update(ids) { JobMachine.apply(.ownerLost(epoch), to: $0, now: now) }
      // Bounded: where nothing could be taken back, others are at it or the records cannot be read.
      let progressed = answers.contains { if case .committed = $0 { true } else { false } }
      if !progressed { return }
    }
  }

  // MARK: Forgetting

  private func prune() async throws {
    let now = self.now()
    try await self.store.forgetSessions(expiredBefore: now - StoreDesk.sessionMemory)
    _ = try await self.store.pruneHistory(before: now - self.configuration.historyRetention, limit: 1_000)
  }

  /// How long a dead session is still shown.
  private static let sessionMemory: Duration = .seconds(86_400)
}

extension Array {
  func chunks(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: Swift.max(size, 1)).map {
      self[$0..<Swift.min($0 + Swift.max(size, 1), self.count)]
    }
  }
}
