import Almanac

// What must hold at every moment at which nothing is under way. What must hold for every commit is in `JobBook`.

extension Simulation {
  func check() {
    let now = self.truth.now()
    let nodes = self.nodes
    self.checkEnds(nodes, now)
    let sessions = (try? self.atOnce { [memory = self.memory] in try await memory.sessions() }) ?? []
    let alive = Dictionary(
      sessions.filter { !$0.isDead }.map { ($0.epoch, $0) }, uniquingKeysWith: { first, _ in first })
    let situation = Situation(self, nodes, now)
    for claim in self.auditor.claims { self.check(claim, alive[claim.entry.owner], nodes, situation) }
    self.checkStarts(nodes, situation)
  }

  /// How well everybody is.
  struct Situation {
    /// On the store's clock.
    var now: Instant
    var truth: Instant
    /// For how long the store's clock has not been set; nil for ever.
    var unset: Duration?
    /// For how long the one has been well that has been for longest; nil where nobody is.
    var anyHealth: Duration?

    init(_ simulation: Simulation, _ nodes: [SimulatedNode], _ truth: Instant) {
      self.now = simulation.auditor.now
      self.truth = truth
      self.unset = simulation.steppedAt.map { truth - $0 }
      self.anyHealth = nodes.compactMap(\.healthySince).min().map { truth - $0 }
    }

    func health(of node: SimulatedNode?) -> Duration { node?.healthySince.map { self.truth - $0 } ?? .zero }

    /// Whether so much time has passed since an instant of the store's clock, and its clock was not set meanwhile.
    func isPast(_ instant: Instant, by patience: Duration) -> Bool {
      self.now > instant + patience && (self.unset.map { $0 > patience } ?? true)
    }
  }

  /// How long somebody who is well may take for what has to be done.
  static let patience: Duration = .seconds(10)

  /// A shutdown is bounded, whatever the store does.
  private func checkEnds(_ nodes: [SimulatedNode], _ now: Instant) {
    for node in nodes {
      guard let stopping = node.stopping, !node.isFinished, !node.isDead, !node.isFrozen else { continue }
      let limit = SimulatedNode.drainTimeout + SimulatedNode.cancelGrace + .seconds(16)
      if now > stopping + limit { self.auditor.report("node \(node.number) does not come to its end") }
    }
  }

  private func check(
    _ claim: SimulationAuditor.HeldClaim, _ session: Session?, _ nodes: [SimulatedNode], _ situation: Situation
  ) {
    let patience = Simulation.patience
    let what = "run \(claim.entry.token) of job \(claim.job)"
    let owner = claim.node.flatMap { nodes.indices.contains($0) ? nodes[$0] : nil }
    let anyHealth = situation.anyHealth ?? .zero
    // Promise 2: a run whose owner is lost is taken up again within the session's expiry.
    let expiry = session?.expiresAt ?? self.auditor.death(of: claim.entry.owner) ?? .distantPast
    if anyHealth > patience, situation.isPast(expiry, by: patience + SimulatedNode.sessionLifetime) {
      self.auditor.report("\(what) is still its lost owner's, session \(claim.entry.owner)")
    }
    let health = situation.health(of: owner)
    // A claim whose answer was lost is found, and a result is written until the store has it.
    if health > patience, session != nil, claim.code == nil, situation.isPast(claim.entry.claimedAt, by: patience) {
      self.auditor.report("\(what) is claimed by node \(claim.node ?? -1), which is well, and nobody runs it")
    }
    // Tending needs no slot: what takes too long is told to stop though all slots are taken by what hangs.
    let tends = health > patience || anyHealth > self.plan.pollInterval + patience
    if tends, claim.entry.stop == nil, let timeout = claim.entry.timeoutAt, situation.isPast(timeout, by: patience) {
      self.auditor.report("\(what) takes too long since \(timeout), and was not told to stop")
    }
    if let stop = claim.entry.stop, let code = claim.code, code.listens, health > patience,
      situation.isPast(stop.at, by: patience)
    {
      self.auditor.report("\(what) was told to stop at \(stop.at), and its code does not know")
    }
  }

  /// What may start does, where somebody is well who has a slot for it.
  private func checkStarts(_ nodes: [SimulatedNode], _ situation: Situation) {
    var free: Duration?
    for node in nodes {
      guard let health = node.healthySince else { continue }
      let isFree = self.auditor.running(on: node.number) < self.plan.slots && !node.isResting
      let since = self.noteSlots(of: node.number, isFree: isFree)
      guard let since else { continue }
      free = max(free ?? .zero, situation.truth - max(since, health))
    }
    guard let free else { return }
    // Alone, it knows of everything that it does itself, and where the store notifies it is told of everything else.
    let present = nodes.count { !$0.isDead && !$0.isFinished }
    let isTold = present == 1 && self.plan.notifies && free > .seconds(6)
    let patience = isTold ? .milliseconds(800) : Simulation.patience
    guard free > patience else { return }
    for record in self.records() {
      guard let start = record.startAt, situation.isPast(start, by: patience), self.auditor.rest(of: record) > patience
      else { continue }
      self.auditor.report("job \(record.id) could start at \(start), and does not")
    }
  }

  func records() -> [JobRecord] {
    do {
      return try self.atOnce { [memory = self.memory] in
        try await memory.query(JobQuery(statuses: nil, limit: 1_000)).records
      }
    } catch {
      self.auditor.report("the store itself failed: \(error)")
      return []
    }
  }
}
