import Almanac
import Logging
import Synchronization

/// Several schedulers on one store, in virtual time, with troubles that a seed decides: requests and answers that are lost or late, machines that
/// die in the middle of a call, or stand still and go on, partitions, clocks that are set, and users who change their minds. An auditor
/// holds all of it to the promises.
///
/// ```swift
/// let report = await Simulation.run(seed: 42)
/// #expect(report.violations.isEmpty)
/// ```
///
/// All tasks run on one thread, in an order that the seed chooses, so a simulation can be had again exactly, in a process with
/// `SWIFT_DETERMINISTIC_HASHING=1` in its environment: sets and dictionaries are walked in the same order then.
public final class Simulation: Sendable {
  let plan: SimulationPlan
  let truth = ManualClock()
  /// The wall of the one host, where all machines share one.
  let host: MachineClock
  let auditor: SimulationAuditor
  let memory: MemoryStore
  let processor: SimulatedProcessor
  private let dice: Mutex<SeededGenerator>
  private let state = Mutex(State())
  /// Users work through a scheduler that is not run.
  let client: Scheduler
  let clientLink: NodeLink

  private struct State {
    var nodes: [SimulatedNode] = []
    var isCalm = false
    var isStoreDown = false
    /// When the wall of the host was set the last time.
    var steppedAt: Instant?
    /// Since when the node of a number has had a free slot; nil where all are taken.
    var freeSince: [Int: Instant] = [:]
    var isStuck = false
  }

  /// - Parameter trace: is told of everything that happens, a line each.
  init(_ plan: SimulationPlan, trace: (@Sendable (String) -> Void)? = nil) {
    let (truth, host) = (self.truth, MachineClock(self.truth))
    let dice = Mutex(SeededGenerator(seed: plan.seed ^ 0x5DEE_CE66_D1CE_4E5B))
    self.plan = plan
    self.host = host
    self.processor = SimulatedProcessor(seed: plan.seed ^ 0xA24B_AED4_963E_E407)
    self.dice = dice
    self.memory = MemoryStore(
      clock: plan.serverTime ? truth : host,
      options: .init(
        atomicHistory: plan.atomicHistory, notifies: plan.notifies, serverTime: plan.serverTime, maximumBatch: 100,
        historyLimit: .max))
    self.auditor = SimulationAuditor(
      truth: truth, wall: plan.serverTime ? truth : host, uncertainty: plan.uncertainty, slots: plan.slots,
      trace: trace)
    let lucky = Mutex(SeededGenerator(seed: plan.seed ^ 0x1234_5678_9ABC_DEF0))
    self.clientLink = NodeLink(
      SimulatedStore(
        base: self.memory, auditor: self.auditor, node: nil, isOptimistic: plan.isOptimistic,
        uncertainty: plan.uncertainty, clockError: { .zero }),
      truth: truth,
      fault: { _ in
        guard let oneIn = plan.weather.lossOneIn else { return nil }
        return lucky.withLock { random in
          guard Int.random(in: 0..<oneIn, using: &random) == 0 else { return nil }
          return Bool.random(using: &random) ? .requestLost : .answerLost
        }
      },
      halt: { _ in })
    self.client = Scheduler(
      store: self.clientLink, clock: plan.serverTime ? truth : host,
      logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
  }

  // MARK: Chance

  func roll<Number>(_ choose: (inout SeededGenerator) -> Number) -> Number { self.dice.withLock { choose(&$0) } }

  private func oneIn(_ number: Int?) -> Bool {
    guard let number else { return false }
    return self.roll { Int.random(in: 0..<number, using: &$0) } == 0
  }

  // MARK: Nodes

  var nodes: [SimulatedNode] { self.state.withLock { $0.nodes } }
  var isCalm: Bool { self.state.withLock { $0.isCalm } }

  func setCalm() { self.state.withLock { $0.isCalm = true } }

  /// - Parameter isNeeded: it starts, however many there are.
  func startNode(isNeeded: Bool = false) {
    // Those that stand still count: they may go on at any moment.
    let present = self.nodes.count { !$0.isDead && !$0.isFinished }
    guard isNeeded || present < self.plan.most else { return }
    let number = self.nodes.count
    let clock = MachineClock(self.plan.serverTime ? self.truth : self.host)
    let skew = Duration.milliseconds(self.roll { Int64.random(in: -5_000...5_000, using: &$0) })
    if self.plan.serverTime { clock.step(by: skew) }
    let limit = self.plan.uncertainty.wholeMilliseconds
    let store = SimulatedStore(
      base: self.plan.serverTime ? self.memory : self.memory.client(clock: clock), auditor: self.auditor, node: number,
      isOptimistic: self.plan.isOptimistic, uncertainty: self.plan.uncertainty,
      seesConnections: self.plan.seesConnections,
      clockError: { [weak self] in
        .milliseconds(self?.roll { Int64.random(in: -limit...limit, using: &$0) } ?? 0)
      })
    let link = NodeLink(
      store, truth: self.truth, fault: { [weak self] in self?.fault(number, $0) },
      halt: { [weak self] duration in self?.halt(number, duration) },
      watch: { [weak self] demand in self?.node(number)?.check(demand) })
    let node = SimulatedNode(
      number, plan: self.plan, clock: clock, link: link, auditor: self.auditor,
      isCalm: { [weak self] in self?.isCalm ?? true }, refusal: { [weak self] in self?.refusal(number) })
    self.state.withLock { $0.nodes.append(node) }
    self.auditor.note("node \(number) starts", Int64(number))
    self.auditor.count(\.nodes)
    if self.state.withLock({ $0.isStoreDown }) { link.setWay(.cut) }
    node.start()
  }

  // MARK: What goes wrong by itself

  /// What goes wrong at a call of a node.
  private func fault(_ number: Int, _ name: String) -> NodeLink.Fault? {
    guard !self.isCalm, let node = self.node(number), !node.isDead else { return nil }
    let weather = node.isStormy ? self.plan.storm : self.plan.weather
    if self.oneIn(weather.haltOneIn) {
      let isAnswered = self.roll { Bool.random(using: &$0) }
      if self.roll({ Int.random(in: 0..<3, using: &$0) }) == 0 { return .killed(isAnswered: isAnswered) }
      return .frozen(.milliseconds(self.roll { Int64.random(in: 6_500...15_000, using: &$0) }), isAnswered: isAnswered)
    }
    if self.oneIn(weather.slowOneIn) {
      self.auditor.count(\.slowCalls)
      let duration = Duration.milliseconds(self.roll { Int64.random(in: 10...9_000, using: &$0) })
      return .slow(duration, thenLost: self.roll { Bool.random(using: &$0) })
    }
    guard self.oneIn(weather.lossOneIn) else { return nil }
    if self.roll({ Bool.random(using: &$0) }) {
      self.auditor.count(\.lostRequests)
      self.auditor.note("node \(number) loses its request \(name)")
      return .requestLost
    }
    self.auditor.count(\.lostAnswers)
    self.auditor.note("node \(number) loses the answer to \(name)")
    return .answerLost
  }

  /// For how long the executor of a node wants nothing, where it cannot begin a run.
  private func refusal(_ number: Int) -> Duration? {
    guard !self.isCalm, self.oneIn(self.plan.refusalOneIn) else { return nil }
    self.auditor.count(\.refusals)
    self.auditor.note("node \(number) refuses a run")
    return .milliseconds(self.roll { Int64.random(in: 100...4_000, using: &$0) })
  }

  private func node(_ number: Int) -> SimulatedNode? {
    self.state.withLock { $0.nodes.indices.contains(number) ? $0.nodes[number] : nil }
  }

  /// A machine dies, where no duration is given, or stands still for so long.
  func halt(_ number: Int, _ duration: Duration?) {
    guard let node = self.node(number), !node.isDead else { return }
    guard let duration else {
      self.auditor.note("node \(number) dies", Int64(number))
      self.auditor.count(\.crashes)
      node.die()
      return self.later(.milliseconds(self.roll { Int64.random(in: 100...12_000, using: &$0) })) { $0.startNode() }
    }
    self.auditor.note("node \(number) stands still for \(duration)", Int64(number))
    self.auditor.count(\.longPauses)
    node.freeze()
    let truth = self.truth
    self.later(duration) { simulation in
      simulation.auditor.note("node \(number) goes on")
      node.thaw(at: truth.now())
    }
  }

  /// Has something happen after a time.
  func later(_ delay: Duration, _ body: @escaping @Sendable (Simulation) -> Void) {
    _ = self.truth.timer(after: delay) { [weak self] in
      if let self { body(self) }
    }
  }

  // MARK: The store

  func setStoreDown(_ isDown: Bool) {
    self.state.withLock { $0.isStoreDown = isDown }
    for link in self.nodes.map(\.link) + [self.clientLink] { link.setWay(isDown ? .cut : .open) }
  }

  func noteStep() {
    let now = self.truth.now()
    self.state.withLock { $0.steppedAt = now }
  }

  var steppedAt: Instant? { self.state.withLock { $0.steppedAt } }

  // MARK: Time

  var isStuck: Bool { self.state.withLock { $0.isStuck } }

  /// Lets time pass, and looks whenever everybody has done what there was to do: each such moment is a step.
  func live(until end: Instant, checking: Bool = true) {
    while !self.isStuck {
      self.step(checking)
      guard let next = self.truth.earliestTimer, next <= end else { break }
      self.truth.advance(to: next)
    }
    self.truth.advance(to: end)
  }

  private func step(_ checking: Bool) {
    let calls = self.nodes.reduce(0) { $0 + $1.link.calls }
    guard self.processor.settle(within: 200_000) else {
      self.state.withLock { $0.isStuck = true }
      return self.auditor.report("there is no end of work at one instant: somebody is in a busy loop")
    }
    let made = self.nodes.reduce(0) { $0 + $1.link.calls } - calls
    self.auditor.count(\.calls, made)
    if made > 2_000 { self.auditor.report("the store was called \(made) times at one instant") }
    guard checking else { return }
    self.auditor.count(\.steps)
    self.check()
  }

  /// Writes down whether a node has a free slot. Answers since when it has had one.
  func noteSlots(of node: Int, isFree: Bool) -> Instant? {
    let now = self.truth.now()
    return self.state.withLock { state in
      state.freeSince[node] = isFree ? state.freeSince[node] ?? now : nil
      return state.freeSince[node]
    }
  }

  /// Does something that waits for nobody but the store itself.
  func atOnce<Answer: Sendable>(_ body: @escaping @Sendable () async throws -> Answer) throws -> Answer {
    let result = Mutex<Result<Answer, any Error>?>(nil)
    Task(executorPreference: self.processor) {
      do {
        let answer = try await body()
        result.withLock { $0 = .success(answer) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
    }
    _ = self.processor.settle(within: 200_000)
    guard let answer = result.withLock({ $0 }) else { throw CancellationError() }
    return try answer.get()
  }
}
