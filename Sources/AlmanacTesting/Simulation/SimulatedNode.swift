import Almanac
import Logging
import Synchronization

/// One machine with one scheduler.
final class SimulatedNode: Sendable {
  private struct State {
    var isFinished = false
    /// When it was told to stop, or was let go on while it stopped.
    var stopping: Instant?
    var ended: Set<SimulationAuditor.ClaimKey> = []
    var isDead = false
    /// How many reasons there are for it to stand still.
    var frozen = 0
    /// Whether more goes wrong with its calls than with others', for a while.
    var isStormy = false
  }

  let number: Int
  let clock: MachineClock
  let link: NodeLink
  let scheduler: Scheduler
  private let executor: SimulatedExecutor
  private let events: AsyncStream<SchedulerEvent>
  private let auditor: SimulationAuditor
  private let isCalm: @Sendable () -> Bool
  private let state = Mutex(State())

  static let drainTimeout: Duration = .seconds(4)
  static let cancelGrace: Duration = .seconds(2)
  static let sessionLifetime: Duration = .seconds(6)

  init(
    _ number: Int, plan: SimulationPlan, clock: MachineClock, link: NodeLink, auditor: SimulationAuditor,
    isCalm: @escaping @Sendable () -> Bool, refusal: @escaping @Sendable () -> Duration?
  ) {
    self.number = number
    self.clock = clock
    self.link = link
    self.auditor = auditor
    self.isCalm = isCalm
    self.executor = SimulatedExecutor(size: plan.slots, clock: clock, refusal: refusal)
    self.scheduler = Scheduler(
      stores: ["default": link], executors: ["default": self.executor],
      configuration: SchedulerConfiguration(
        node: "node-\(number)", sessionLifetime: SimulatedNode.sessionLifetime, pollInterval: plan.pollInterval,
        drainTimeout: SimulatedNode.drainTimeout, cancelGrace: SimulatedNode.cancelGrace, eventBuffer: 1_000_000),
      clock: clock, logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
    self.events = self.scheduler.events()
    self.scheduler.register(SimulatedWork.self) { [weak self] work, context in
      try await self?.work(work, context)
    }
  }

  // MARK: Life

  var isFinished: Bool { self.state.withLock { $0.isFinished } }
  var stopping: Instant? { self.state.withLock { $0.stopping } }
  var isDead: Bool { self.state.withLock { $0.isDead } }
  var isFrozen: Bool { self.state.withLock { $0.frozen > 0 } }
  /// It takes part: neither gone nor told to stop.
  var isUp: Bool { self.state.withLock { !$0.isDead && $0.stopping == nil } }
  var isStormy: Bool { self.state.withLock { $0.isStormy } }

  func setStormy(_ isStormy: Bool) { self.state.withLock { $0.isStormy = isStormy } }

  func start() {
    let scheduler = self.scheduler
    Task(executorPreference: Surroundings.current.executor) { [weak self] in
      do {
        try await scheduler.run()
      } catch {
        self?.auditor.report("node \(self?.number ?? 0) could not run: \(error)")
      }
      self?.state.withLock { $0.isFinished = true }
    }
  }

  func beginStop(at now: Instant) {
    self.state.withLock { $0.stopping = $0.stopping ?? now }
    self.scheduler.beginShutdown()
  }

  /// The machine is gone, in the middle of whatever it did.
  func die() {
    self.state.withLock { $0.isDead = true }
    self.clock.stop()
    self.link.setHalted(true)
    self.auditor.machineDied(self.number)
  }

  /// The machine stands still, as by SIGSTOP: no timer rings, no answer is read.
  func freeze() {
    self.state.withLock { $0.frozen += 1 }
    self.clock.stop()
    self.link.setHalted(true)
  }

  /// It goes on with all that it knew.
  func thaw(at now: Instant) {
    let goesOn = self.state.withLock { state -> Bool in
      guard state.frozen > 0 else { return false }
      state.frozen -= 1
      if state.stopping != nil { state.stopping = now }
      return state.frozen == 0 && !state.isDead
    }
    guard goesOn else { return }
    self.link.setHalted(false)
    self.ringOverdue()
  }

  private func ringOverdue() {
    for ring in self.clock.goOn() { Task(executorPreference: Surroundings.current.executor) { ring() } }
  }

  /// It goes on, however many reasons there are for it to stand still.
  func thawForGood(at now: Instant) {
    while self.isFrozen { self.thaw(at: now) }
  }

  /// Lets go whatever hangs, so that the simulation leaves nothing behind.
  func letGo() {
    self.link.end()
    self.ringOverdue()
    self.scheduler.beginShutdown()
  }

  /// Since when it has been at work with nothing in its way; nil where it is not.
  var healthySince: Instant? {
    guard self.isUp, !self.isFrozen, !self.scheduler.isPaused else { return nil }
    return self.link.clearSince
  }

  // MARK: Work

  /// Its executor wants nothing for a while.
  var isResting: Bool { self.executor.isResting }

  /// Looks at what this scheduler asks the store for.
  func check(_ demand: Demand) {
    guard !self.isDead, self.isResting, let slots = demand.slots.values.max(), slots > 0 else { return }
    self.auditor.report("node \(self.number) asks for \(slots) runs, and its executor wants none")
  }

  private func work(_ work: SimulatedWork, _ context: JobContext) async throws {
    guard !self.isDead else { return }
    self.auditor.codeBegins(
      context.jobID, context.token, work, SimulationAuditor.Code(node: self.number, listens: work.kind != .deaf))
    do {
      try await self.act(work, context)
      self.workEnds(context, .succeeded)
    } catch {
      self.workEnds(context, CodeEnd(error))
      throw error
    }
  }

  private func act(_ work: SimulatedWork, _ context: JobContext) async throws {
    let duration = Duration.milliseconds(work.milliseconds)
    self.check(context)
    switch work.kind {
    case .steady, .flaky:
      try await SimulatedSleep.listening(for: duration, on: self.clock)
      let error = SimulatedWork.error(ofFire: context.fireInstant, attempt: context.attempt)
      if work.kind == .flaky, let error { throw error }
    case .hanging:
      while !self.isCalm() {
        try await SimulatedSleep.listening(for: .seconds(1), on: self.clock)
        self.check(context)
      }
    case .deaf:
      await SimulatedSleep.deaf(for: duration, on: self.clock)
    case .deadly:
      let dies = SimulatedWork.dies(atFire: context.fireInstant, attempt: context.attempt)
      do {
        try await SimulatedSleep.listening(for: duration, on: self.clock)
      } catch  where dies {
        throw SimulatedDeath(wasTold: true)
      }
      if dies { throw SimulatedDeath(wasTold: false) }
    }
    self.check(context)
  }

  private func workEnds(_ context: JobContext, _ end: CodeEnd) {
    guard !self.isDead else { return }
    self.auditor.codeEnds(context.jobID, context.token, end)
    self.state.withLock { _ = $0.ended.insert(.init(job: context.jobID, token: context.token)) }
  }

  private func check(_ context: JobContext) {
    if !self.isDead, context.isStillOwner { self.auditor.codeTrusts(context.jobID, context.token) }
  }

  // MARK: The end

  /// Reads what this scheduler told, to its end, and compares it with what happened.
  ///
  /// - Parameter wasUp: it took part until the end of the troubles, so that everything it had to tell is told.
  func checkEvents(wasUp: Bool) async {
    guard self.isFinished else { return }
    var started: Set<SimulationAuditor.ClaimKey> = []
    var refused: Set<SimulationAuditor.ClaimKey> = []
    var ended: Set<String> = []
    var sequence: Int64 = 0
    for await event in self.events {
      if event.sequence <= sequence { self.auditor.report("node \(self.number) tells its events out of order") }
      sequence = event.sequence
      switch event.kind {
      case .job(let id, _, _, _, .started(let order, _)):
        started.insert(.init(job: id, token: order.token))
        // The incarnation of an end is not told, so an end that was told may be that of an earlier life.
        if ended.contains("\(id) \(order.token.claim) \(order.fireTime)") {
          self.auditor.report("node \(self.number) told of the end of \(order.token) of \(id) before its start")
        }
      case .job(let id, _, _, _, .ended(let end)):
        ended.insert("\(id) \(end.claim) \(end.fireTime)")
      case .resultRefused(let id, _, _, let token):
        refused.insert(.init(job: id, token: token))
      case .eventsDropped(let count):
        self.auditor.report("node \(self.number) dropped \(count) events")
      default:
        break
      }
      if case .stopped = event.kind { break }
    }
    self.auditor.count(\.staleResults, refused.count)
    self.compare(refused, wasUp)
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
