import Almanac
import Logging
import Synchronization

/// One machine with one scheduler.
final class SimulatedNode: Sendable {
  private struct State {
    var task: Task<Void, Never>?
    var isFinished = false
    /// When it was told to stop.
    var stopping: Instant?
    var ended: Set<SimulationAuditor.ClaimKey> = []
    var isDead = false
  }

  let number: Int
  let clock: MachineClock
  let store: NodeStore
  let scheduler: Scheduler
  private let events: AsyncStream<SchedulerEvent>
  private let time: VirtualTime
  private let auditor: SimulationAuditor
  private let truth: ManualClock
  private let isCalm: @Sendable () -> Bool
  private let state = Mutex(State())

  static let drainTimeout: Duration = .seconds(4)
  static let cancelGrace: Duration = .seconds(2)
  static let sessionLifetime: Duration = .seconds(6)

  init(
    _ number: Int, plan: SimulationPlan, memory: MemoryStore, clock: ManualClock, auditor: SimulationAuditor,
    isCalm: @escaping @Sendable () -> Bool
  ) {
    self.number = number
    self.truth = clock
    self.clock = MachineClock(clock)
    self.auditor = auditor
    self.isCalm = isCalm
    self.time = VirtualTime(clock, [])
    self.store = NodeStore(
      AuditedStore(base: memory.client(clock: self.clock), auditor: auditor), clock: clock,
      seed: plan.seed &+ UInt64(number) &* 0xA24B_AED4_963E_E407, weather: plan.weather)
    self.scheduler = Scheduler(
      stores: ["default": self.store], executors: ["default": AsyncExecutor(size: plan.slots)],
      configuration: SchedulerConfiguration(
        node: "node-\(number)", sessionLifetime: SimulatedNode.sessionLifetime, pollInterval: .seconds(2),
        drainTimeout: SimulatedNode.drainTimeout, cancelGrace: SimulatedNode.cancelGrace, eventBuffer: 1_000_000),
      clock: self.clock, logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
    self.events = self.scheduler.events()
    self.store.attach(self.scheduler.activity)
    self.scheduler.register(SimulatedWork.self) { [weak self] work, context in
      try await self?.work(work, context)
    }
  }

  // MARK: Life

  var isFinished: Bool { self.state.withLock { $0.isFinished } }
  var stopping: Instant? { self.state.withLock { $0.stopping } }
  var isDead: Bool { self.state.withLock { $0.isDead } }
  /// It takes part: neither gone nor told to stop.
  var isUp: Bool { self.state.withLock { !$0.isDead && $0.stopping == nil } }

  /// Returns when the scheduler is at work.
  func start() async {
    let scheduler = self.scheduler
    let task = Task { [weak self] in
      do {
        try await scheduler.run()
      } catch {
        self?.auditor.report("node \(self?.number ?? 0) could not run: \(error)")
      }
      self?.state.withLock { $0.isFinished = true }
    }
    self.state.withLock { $0.task = task }
    while !self.store.wasCalled { await Task.yield() }
  }

  func beginStop() {
    self.state.withLock { $0.stopping = $0.stopping ?? self.truth.now() }
    self.scheduler.beginShutdown()
  }

  func kill() {
    self.state.withLock { $0.isDead = true }
    self.store.vanish()
  }

  /// Waits for the end, which must have come already but for what the machine that runs the simulation takes for it.
  func finish() async {
    for _ in 0..<100_000 where !self.isFinished { await Task.yield() }
    if !self.isFinished { self.auditor.report("node \(self.number) did not come to its end") }
  }

  // MARK: Work

  private func work(_ work: SimulatedWork, _ context: JobContext) async throws {
    self.auditor.codeBegins(context.jobID, context.token)
    defer {
      if !self.store.isGone {
        self.auditor.codeEnds(context.jobID, context.token)
        self.state.withLock { _ = $0.ended.insert(.init(job: context.jobID, token: context.token)) }
      }
    }
    let time = self.time
    let scheduler = self.scheduler
    switch work.kind {
    case .steady, .flaky:
      try await self.live(context) { try await time.sleep(for: .milliseconds(work.milliseconds), in: scheduler) }
      let isUnlucky = (context.fireInstant.microsecondsSinceEpoch / 1_000 + Int64(context.attempt)) % 3 == 0
      if work.kind == .flaky, isUnlucky { throw SimulatedFailure() }
    case .hanging:
      while !self.isCalm() {
        try await self.live(context) { try await time.sleep(for: .seconds(5), in: scheduler) }
      }
    case .deaf:
      // In a task of its own, which nobody cancels.
      try await self.live(context) {
        await Task { try? await time.sleep(for: .milliseconds(work.milliseconds), in: scheduler) }.value
      }
    }
  }

  /// Lets time pass for the code of a run. On a machine that is gone it does not get on.
  private func live(_ context: JobContext, _ sleep: () async throws -> Void) async throws {
    self.check(context)
    do {
      try await sleep()
    } catch {
      await self.store.standStill()
      throw error
    }
    await self.store.standStill()
    self.check(context)
  }

  private func check(_ context: JobContext) {
    if !self.store.isGone, context.isStillOwner { self.auditor.codeTrusts(context.jobID, context.token) }
  }

  // MARK: The end

  /// Reads what this scheduler told, to its end, and compares it with what happened.
  ///
  /// - Parameter wasUp: it took part until the end of the troubles, so that everything it had to tell is told.
  func checkEvents(wasUp: Bool) async {
    guard self.isFinished else { return }
    var started: Set<SimulationAuditor.ClaimKey> = []
    var refused: Set<SimulationAuditor.ClaimKey> = []
    var ended: [SimulationAuditor.ClaimKey] = []
    var sequence: Int64 = 0
    for await event in self.events {
      if event.sequence <= sequence { self.auditor.report("node \(self.number) tells its events out of order") }
      sequence = event.sequence
      switch event.kind {
      case .job(let id, _, _, _, .started(let order, _)):
        started.insert(.init(job: id, token: order.token))
        // Only what comes before the start is wrong; the incarnation of an end is not told.
        if ended.contains(where: { $0.job == id && $0.token == order.token }) {
          self.auditor.report("node \(self.number) told of the end of \(order.token) of \(id) before its start")
        }
      case .job(let id, _, _, _, .ended(let end)):
        for key in started where key.job == id && key.token.claim == end.claim { ended.append(key) }
      case .resultRefused(let id, _, _, let token):
        refused.insert(.init(job: id, token: token))
      case .eventsDropped(let count):
        self.auditor.report("node \(self.number) dropped \(count) events")
      default:
        break
      }
      if case .stopped = event.kind { return self.compare(refused, wasUp) }
    }
  }

  private func compare(_ refused: Set<SimulationAuditor.ClaimKey>, _ wasUp: Bool) {
    // A machine that is gone may have died before it asked; one that hangs at its end gives up.
    guard !self.isDead else { return }
    for key in refused where self.state.withLock({ !$0.ended.contains(key) }) {
      self.auditor.report("node \(self.number) told of a refused result of \(key), which did not end there")
    }
    let lost = self.state.withLock { $0.ended }.filter {
      self.auditor.isLost($0.job, $0.token) && !refused.contains($0)
    }
    if let first = lost.first, wasUp {
      self.auditor.report(
        "node \(self.number) did not tell that \(lost.count) results were refused, \(first) among them")
    }
  }
}
