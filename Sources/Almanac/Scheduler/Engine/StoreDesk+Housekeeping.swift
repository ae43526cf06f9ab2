import Logging
import Synchronization

// Keeping house in the store: what was claimed and never begun is given back, runs that were taken from us are stopped, the runs of schedulers
// that are gone are taken over, what is too old is forgotten.

extension StoreDesk {
  /// Runs until the desk is stopped, apart from the keeper: however much there is to do, or however long a store takes for it, the
  /// session is renewed meanwhile.
  func keepHouse() async {
    var troubles = 0
    var watch = WallWatch(self.shared.clock, patience: self.configuration.sessionLifetime)
    var sweep = ZoneSweep()
    while !Task.isCancelled {
      var wait = self.configuration.sessionLifetime / 3
      do {
        self.recordGauges()
        try await self.prepare()
        // First what others wait for: the runs of somebody who is gone.
        wait = min(wait, try await self.takeOver(&watch, &sweep) ?? wait)
        try await self.compareRuns()
        try await self.measureSlotWait()
        wait = min(wait, try await self.keepZones(&sweep) ?? wait)
        try await self.prune()
        troubles = 0
      } catch {
        if Task.isCancelled { return }
        self.noteAvailability(error)
        troubles += 1
        wait = min(wait, Backoff.exponential(from: .milliseconds(50), cap: .seconds(2)).delay(afterFailures: troubles))
      }
      if Task.isCancelled { return }
      await self.houseWakeup.wait(within: max(wait, .milliseconds(10)), on: self.shared.clock)
    }
  }

  /// What is measured by looking is measured in each turn.
  private func recordGauges() {
    self.shared.metrics.recordWaitingOutcomes(self.state.withLock { $0.outcomes.count }, store: self.alias)
    for (alias, usage) in self.shared.ledger.usage {
      self.shared.metrics.recordExecutor(alias, size: usage.size, busy: usage.running)
    }
  }

  // MARK: Comparing

  /// Compares the runs that we have with the runs that the store says we have.
  private func compareRuns() async throws {
    guard let epoch = self.trustedEpoch else { return }
    let ours = self.state.withLock { Set($0.runs.keys) }
    // More than we know of, so that what we do not know of is among them.
    let limit = ours.count + self.store.capabilities.maximumBatch
    let ids = try await self.store.records(ownedBy: epoch, limit: limit)
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

  /// Marks sessions dead that have expired or whose process or connection is gone, and takes back what they held. Answers how long it is until
  /// there is more to do.
  private func takeOver(_ watch: inout WallWatch, _ sweep: inout ZoneSweep) async throws -> Duration? {
    // Owners before sessions: whoever owns a run now opened a session before, so one that is not among the sessions read later is
    // forgotten. The other way round, a scheduler that opened in between would be taken for dead.
    let owners = try await self.store.owners()
    let sessions = try await self.store.sessions()
    sweep.look(at: sessions, having: self.shared.zones.database.release)
    let uncertainty = try await self.store.now().uncertainty
    let now = self.now()
    // Where sessions are dated by wall clocks, a wall that was just set forward makes all of them look expired.
    let trustsWall = watch.look(patience: self.configuration.sessionLifetime) || self.store.capabilities.serverTime
    let own = self.state.withLock { $0.session.epoch }
    let disconnected = self.look(at: sessions)
    defer { self.peerWakeup.signal() }
    var alive: Set<Epoch> = []
    var nextExpiry: Instant?
    for session in sessions where !session.isDead {
      let isExpired = trustsWall && session.expiresAt + uncertainty < now
      let isOver =
        isExpired || disconnected.contains(session.epoch) || self.configuration.host.knowsToBeGone(session.draft)
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
    let turnEnds = self.shared.clock.uptime() + self.configuration.sessionLifetime / 3
    for epoch in owners where !alive.contains(epoch) && epoch != own {
      let node = sessions.first { $0.epoch == epoch }?.draft.node
      // The rest in the next turn, so that the runs of our own are compared in between.
      if try await !self.takeBackRuns(.ownerLost(epoch, node: node), of: epoch, until: turnEnds) { return .zero }
    }
    guard trustsWall else { return self.configuration.sessionLifetime / 3 }
    return nextExpiry.map { max($0 + uncertainty + .milliseconds(50) - now, .milliseconds(50)) }
  }

  /// Takes back what a dead session holds. Answers false where the time was over before all was done.
  func takeBackRuns(_ event: RecordEvent, of epoch: Epoch, until end: Duration?) async throws -> Bool {
    let limit = min(self.store.capabilities.maximumBatch, 500)
    while true {
      let ids = try await self.store.records(ownedBy: epoch, limit: limit)
      if ids.isEmpty { return true }
      let now = self.now()
      let answers = try await self.update(ids) { JobMachine.apply(event, to: $0, now: now) }
      // Bounded: where nothing could be taken back, others are at it or the records cannot be read.
      let progressed = answers.contains { if case .committed = $0 { true } else { false } }
      if !progressed { return true }
      if let end, self.shared.clock.uptime() >= end { return false }
    }
  }

  // MARK: Forgetting

  private func prune() async throws {
    let now = self.now()
    try await self.store.forgetSessions(expiredBefore: now - StoreDesk.sessionMemory)
    _ = try await self.store.pruneHistory(
      before: now - self.configuration.historyRetention, at: now, limit: StoreDesk.pruneLimit)
    try await self.trimHistory()
  }

  /// The most rows that one call deletes: a store is not to be busy with what is gone.
  static let pruneLimit = 1_000

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

/// Notices when the wall clock is set, by comparing it with the uptime.
struct WallWatch {
  private let clock: any SchedulerClock
  private var wallAtBoot: Instant
  /// On the uptime.
  private var distrustedUntil: Duration?

  /// The wall may have been set just before anybody looked, and whoever lives would not have renewed by the new time yet: so it is not
  /// trusted from the beginning.
  init(_ clock: any SchedulerClock, patience: Duration) {
    self.clock = clock
    let uptime = clock.uptime()
    self.wallAtBoot = clock.now() - uptime
    self.distrustedUntil = uptime + patience
  }

  /// Answers whether the wall tells how much time has passed: false for as long as `patience` after it was set.
  ///
  /// Set back too: it may have been set back further and then forward, and who renewed in between looks expired. A wall that was only set back
  /// lets sessions live longer anyway, so nothing is lost by the patience.
  mutating func look(patience: Duration) -> Bool {
    let uptime = self.clock.uptime()
    let wallAtBoot = self.clock.now() - uptime
    let step = wallAtBoot - self.wallAtBoot
    if step > WallWatch.slew || step < .zero - WallWatch.slew { self.distrustedUntil = uptime + patience }
    self.wallAtBoot = wallAtBoot
    guard let end = self.distrustedUntil else { return true }
    if uptime >= end { self.distrustedUntil = nil }
    return uptime >= end
  }

  /// What a time service may adjust from one look to the next without setting the clock.
  private static let slew: Duration = .milliseconds(500)
}
