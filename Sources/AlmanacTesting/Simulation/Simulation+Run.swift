import Almanac
import Dispatch
import Synchronization

// From the beginning to the end, and what happens from outside in between.

extension Simulation {
  /// Runs the simulation of one seed.
  public static func run(
    seed: UInt64, steps: Int = 300, trace: (@Sendable (String) -> Void)? = nil
  ) async -> SimulationReport {
    await self.run(seeds: [seed], steps: steps, trace: trace)[0]
  }

  /// Runs many simulations, as many at once as there are processors, on threads that no other task waits for.
  ///
  /// - Parameter done: is told of each as soon as it is over, from any thread; where it answers false no other is begun.
  public static func run(
    seeds: [UInt64], steps: Int = 300, trace: (@Sendable (String) -> Void)? = nil,
    done: @escaping @Sendable (SimulationReport) -> Bool = { _ in true }
  ) async -> [SimulationReport] {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let reports = Mutex<[Int: SimulationReport]>([:])
        let goesOn = Mutex(true)
        DispatchQueue.concurrentPerform(iterations: seeds.count) { index in
          guard goesOn.withLock({ $0 }) else { return }
          let report = Simulation(SimulationPlan(seed: seeds[index], steps: steps), trace: trace).run()
          reports.withLock { $0[index] = report }
          if !done(report) { goesOn.withLock { $0 = false } }
        }
        let all = reports.withLock { $0 }
        continuation.resume(returning: all.sorted { $0.key < $1.key }.map(\.value))
      }
    }
  }

  /// Runs it to its end, on this thread. Not to be called by a task, which would wait in the middle of another.
  func run() -> SimulationReport {
    let numbers = Mutex(SeededGenerator(seed: self.plan.seed ^ 0x0DDB_1A5E_5BAD_5EED))
    let surroundings = Surroundings(
      executor: self.processor,
      uniqueNumber: { numbers.withLock { Int64.random(in: 1...Int64.max, using: &$0) } })
    Surroundings.$current.withValue(surroundings) {
      self.begin()
      self.suffer()
      self.quietDown()
      self.end()
    }
    return SimulationReport(
      seed: self.plan.seed, violations: self.auditor.violations, figures: self.auditor.figures,
      digest: self.auditor.digest)
  }

  private func begin() {
    for _ in 0..<self.plan.nodes { self.startNode() }
    for job in 0..<self.plan.jobs {
      let now = self.auditor.now
      let order = self.roll { Happening.order(now, &$0) }
      let delay = Duration.milliseconds(self.roll { Int64.random(in: 0...4_000, using: &$0) })
      self.later(delay) { $0.perform(.add(job: job, order)) }
    }
    // Whatever else a seed brings: runs are going by then, and their machine dies, another stands still.
    self.later(.seconds(6)) { $0.perform(.kill) }
    self.later(.seconds(9)) { $0.perform(.freeze(.seconds(8))) }
    self.later(.seconds(14)) { $0.perform(.storm(.seconds(5))) }
  }

  /// Lets things happen until enough was checked.
  private func suffer() {
    while self.auditor.figures.steps < self.plan.steps, !self.isStuck {
      let pace = self.plan.pace.wholeMilliseconds
      let delay = Duration.milliseconds(self.roll { Int64.random(in: 1...(2 * pace), using: &$0) })
      self.live(until: self.truth.now() + delay)
      let now = self.auditor.now
      for happening in self.roll({ Happening.random(self.plan, now: now, using: &$0) }) { self.perform(happening) }
    }
  }

  // MARK: What happens

  private func perform(_ happening: Happening) {
    guard !self.isCalm else { return }
    self.auditor.note("\(happening)")
    switch happening {
    case .start: self.startNode()
    case .kill: if let node = self.victim() { self.halt(node.number, nil) }
    case .freeze(let duration): if let node = self.victim() { self.halt(node.number, duration) }
    case .stop: self.stop()
    case .partition(let way, let duration): self.part(way, duration)
    case .storm(let duration): self.storm(duration)
    case .pauseNode(let duration):
      guard let node = self.anybody() else { return }
      node.scheduler.pause()
      self.later(duration) { _ in
        node.link.noteTrouble()
        node.scheduler.resume()
      }
    case .stepClock(let duration): self.stepClock(duration)
    case .restartStore(let duration):
      self.auditor.count(\.storeRestarts)
      self.setStoreDown(true)
      self.later(duration) { $0.setStoreDown(false) }
    default:
      let order = happening
      Task(executorPreference: self.processor) {
        // Users are refused and cut off like everybody; they do not ask again.
        try? await self.use(order)
      }
    }
  }

  /// One that is up and moves.
  private func anybody() -> SimulatedNode? {
    let nodes = self.nodes.filter { $0.isUp && !$0.isFrozen }
    return self.roll { nodes.randomElement(using: &$0) }
  }

  /// One that has runs, where there is one: its end matters most.
  private func victim() -> SimulatedNode? {
    let busy = self.nodes.filter { $0.isUp && !$0.isFrozen && self.auditor.running(on: $0.number) > 0 }
    return self.roll { busy.randomElement(using: &$0) } ?? self.anybody()
  }

  private func stop() {
    guard let node = self.anybody() else { return }
    self.auditor.count(\.shutdowns)
    node.beginStop(at: self.truth.now())
    self.later(.seconds(3)) { $0.startNode() }
  }

  private func part(_ way: NodeLink.Way, _ duration: Duration) {
    guard let node = self.anybody() else { return }
    self.auditor.count(\.partitions)
    node.link.setWay(way)
    self.later(duration) { _ in node.link.setWay(.open) }
  }

  private func storm(_ duration: Duration) {
    guard let node = self.anybody() else { return }
    node.setStormy(true)
    self.later(duration) { _ in node.setStormy(false) }
  }

  private func stepClock(_ duration: Duration) {
    self.auditor.count(\.clockSteps)
    if self.plan.serverTime {
      self.anybody()?.clock.step(by: duration)
    } else {
      // Read before and after, so that the latest time that it ever showed is known.
      _ = self.auditor.now
      self.host.step(by: duration)
      _ = self.auditor.now
      self.noteStep()
    }
  }

  // MARK: Users

  private func id(_ job: Int) -> JobID { JobID("job-\(job)") }

  private func use(_ happening: Happening) async throws {
    switch happening {
    case .add(let job, let order): try await self.add(job, order, .fail)
    case .keep(let job, let order):
      try await SimulatedStore.$isKeeping.withValue(true) { try await self.add(job, order, .keep) }
    case .replace(let job, let order): try await self.add(job, order, .replace)
    case .modify(let job, let policies):
      try await self.client.modify(self.id(job)) { draft in
        let timeout = draft.policies.timeout
        draft.policies = policies
        draft.policies.timeout = timeout ?? policies.timeout
      }
    case .pause(let job): try await self.client.pause(self.id(job))
    case .resume(let job, let policy): try await self.client.resume(self.id(job), policy)
    case .remove(let job): try await self.client.remove(self.id(job))
    case .runNow(let job): try await self.client.runNow(self.id(job))
    case .runNowWith(let job, let work): try await self.client.runNow(self.id(job), with: work)
    case .retryDead(let job, let oldest):
      try await self.client.retryDead(self.id(job), fireTime: oldest ? self.oldestDead(job) : nil)
    case .purgeDead(let job, let oldest):
      try await self.client.purgeDead(self.id(job), fireTime: oldest ? self.oldestDead(job) : nil)
    case .cancel(let job): try await self.client.cancelRuns(of: self.id(job))
    case .skipNext(let job): try await self.client.skipNext(self.id(job))
    case .zoneData(let job, let version): try await self.useZoneData(job, version)
    default: break
    }
  }

  private func oldestDead(_ job: Int) async throws -> Instant? {
    try await self.memory.fetch([self.id(job)])[0]?.state.dead.first?.fireTime
  }

  private func add(_ job: Int, _ order: SimulatedJob, _ policy: ConflictPolicy) async throws {
    try await self.client.add(
      order.work, trigger: order.trigger, id: self.id(job), onConflict: policy, policies: order.policies)
  }

  /// What a machine does on which zone data of this version is installed.
  private func useZoneData(_ job: Int, _ version: String) async throws {
    var surroundings = Surroundings.current
    surroundings.zoneData = version
    let now = self.auditor.now
    let store = SimulatedStore(
      base: self.memory, auditor: self.auditor, node: nil, isOptimistic: false, uncertainty: .zero,
      clockError: { .zero })
    try await Surroundings.$current.withValue(surroundings) {
      _ = try await store.update([self.id(job)]) {
        JobMachine.apply(.zoneDataChanged(version: version), to: $0, now: now)
      }
    }
  }
}
