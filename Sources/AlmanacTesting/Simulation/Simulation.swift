import Almanac
import Logging
import Synchronization

/// What a simulation came to.
public struct SimulationReport: Sendable {
  public let seed: UInt64
  /// What broke a promise, with the virtual time at which it was seen; empty where nothing did.
  public let violations: [String]
  /// Transitions that were committed.
  public let commits: Int
  /// Runs that were claimed.
  public let starts: Int
  /// Schedulers that took part.
  public let nodes: Int
}

/// Several schedulers on one store, in virtual time, with troubles that a seed decides: requests and answers that are lost or late, cables that
/// are cut, machines that vanish, clocks that are set, and users who change their minds. An auditor holds all of it to the promises.
///
/// ```swift
/// let report = await Simulation(seed: 42).run()
/// #expect(report.violations.isEmpty)
/// ```
///
/// The seed decides what goes wrong and when, in virtual time. What happens at one and the same instant on several schedulers is
/// ordered by the machine that runs the simulation, as in life.
public final class Simulation: Sendable {
  private let plan: SimulationPlan
  private let clock = ManualClock()
  private let auditor: SimulationAuditor
  private let memory: MemoryStore
  private let nodes = Mutex<[SimulatedNode]>([])
  private let calm = Mutex(false)
  /// Users work through a scheduler that is not run.
  private let client: Scheduler
  private let clientStore: NodeStore

  public convenience init(seed: UInt64) { self.init(SimulationPlan(seed: seed)) }

  public init(_ plan: SimulationPlan) {
    self.plan = plan
    self.auditor = SimulationAuditor(self.clock)
    self.memory = MemoryStore(
      clock: self.clock,
      options: .init(
        atomicHistory: plan.atomicHistory, notifies: plan.notifies, serverTime: plan.serverTime, maximumBatch: 100,
        historyLimit: .max))
    self.clientStore = NodeStore(
      AuditedStore(base: self.memory, auditor: self.auditor), clock: self.clock, seed: plan.seed,
      weather: SimulationPlan.Weather(throwsOneIn: plan.weather.throwsOneIn))
    self.client = Scheduler(
      store: self.clientStore, clock: self.clock,
      logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
  }

  public func run() async -> SimulationReport {
    for _ in 0..<self.plan.nodes { await self.startNode() }
    let beginning = self.clock.now()
    for (at, action) in self.plan.script {
      await self.live(until: beginning + at)
      await self.perform(action)
    }
    await self.live(until: beginning + self.plan.length)
    await self.quietDown()
    await self.end()
    let nodes = self.nodes.withLock { $0.count }
    return SimulationReport(
      seed: self.plan.seed, violations: self.auditor.violations, commits: self.auditor.commits,
      starts: self.auditor.starts, nodes: nodes)
  }

  // MARK: Time

  private var everybody: [SimulatedNode] { self.nodes.withLock { $0 } }

  /// Lets time pass, and looks whenever everybody has done what there was to do.
  private func live(until end: Instant) async {
    while true {
      await self.settle()
      await self.check()
      guard let next = self.clock.earliestTimer, next <= end else { break }
      self.clock.advance(to: next)
    }
    self.clock.advance(to: end)
    await self.settle()
  }

  private func settle() async {
    let schedulers = self.everybody.map(\.scheduler) + [self.client]
    await VirtualTime(self.clock, schedulers).settle()
  }

  /// What must hold at every moment at which nothing is under way.
  private func check() async {
    let now = self.clock.now()
    for node in self.everybody {
      guard let stopping = node.stopping, !node.isFinished else { continue }
      let limit = SimulatedNode.drainTimeout + SimulatedNode.cancelGrace + .seconds(16)
      if now > stopping + limit { self.auditor.report("node \(node.number) does not come to its end") }
    }
    guard let sessions = try? await self.memory.sessions() else { return }
    let alive = Dictionary(uniqueKeysWithValues: sessions.filter { !$0.isDead }.map { ($0.epoch, $0.expiresAt) })
    let healthy = self.everybody.filter(\.isUp).compactMap(\.store.healthySince).min()
    for claim in self.auditor.claims {
      // From when on somebody who could take the run back had to.
      let over = alive[claim.owner] ?? sessions.first { $0.epoch == claim.owner }?.expiresAt ?? .distantPast
      guard let healthy, now > max(over, healthy) + SimulatedNode.sessionLifetime + .seconds(15) else { continue }
      self.auditor.report("run \(claim.token) of job \(claim.job) is still its lost owner's, \(claim.owner)")
    }
  }

  // MARK: What happens

  private func startNode() async {
    let node = self.nodes.withLock { nodes -> SimulatedNode in
      let node = SimulatedNode(
        nodes.count, plan: self.plan, memory: self.memory, clock: self.clock, auditor: self.auditor,
        isCalm: { [weak self] in self?.calm.withLock { $0 } ?? true })
      nodes.append(node)
      return node
    }
    await node.start()
  }

  private func node(_ number: Int) -> SimulatedNode? {
    self.nodes.withLock { $0.indices.contains(number) ? $0[number] : nil }
  }

  private func perform(_ action: SimulationPlan.Action) async {
    switch action {
    case .cut(let node): self.node(node)?.store.cut()
    case .mend(let node): self.node(node)?.store.mend()
    case .kill(let node): self.node(node)?.kill()
    case .stop(let node): if let node = self.node(node), node.isUp { node.beginStop() }
    case .start: await self.startNode()
    case .pauseNode(let node): self.node(node)?.scheduler.pause()
    case .resumeNode(let node): self.node(node)?.scheduler.resume()
    case .stepClock(let node, let duration): self.node(node)?.clock.step(by: duration)
    default:
      // Users are refused and cut off like everybody; they do not ask again.
      try? await self.use(action)
    }
  }

  private func use(_ action: SimulationPlan.Action) async throws {
    switch action {
    case .add(let job, let order): try await self.add(job, order, .fail)
    case .replace(let job, let order): try await self.add(job, order, .replace)
    case .modify(let job): try await self.client.modify(self.id(job)) { $0.tags.insert("modified") }
    case .pause(let job): try await self.client.pause(self.id(job))
    case .resume(let job, let policy): try await self.client.resume(self.id(job), policy)
    case .remove(let job): try await self.client.remove(self.id(job))
    case .runNow(let job): try await self.client.runNow(self.id(job))
    case .cancel(let job): try await self.client.cancelRuns(of: self.id(job))
    case .skipNext(let job): try await self.client.skipNext(self.id(job))
    default: break
    }
  }

  private func id(_ job: Int) -> JobID { JobID("job-\(job)") }

  private func add(_ job: Int, _ order: SimulationPlan.JobOrder, _ policy: ConflictPolicy) async throws {
    try await self.client.add(
      order.work, trigger: order.trigger, id: self.id(job), onConflict: policy, policies: order.policies)
  }

  // MARK: The end

  /// Ends the troubles, and lets everybody get over them.
  private func quietDown() async {
    self.calm.withLock { $0 = true }
    for node in self.everybody {
      node.store.clearUp()
      node.store.mend()
      node.scheduler.resume()
    }
    self.clientStore.clearUp()
    if !self.everybody.contains(where: \.isUp) { await self.startNode() }
    await self.live(until: self.clock.now() + .seconds(60))
    await self.checkQuiet()
  }

  /// What must hold once the troubles are over.
  private func checkQuiet() async {
    do {
      let alive = Set(try await self.memory.sessions().filter { !$0.isDead }.map(\.epoch))
      let now = self.clock.now()
      var overdue: [String] = []
      for record in try await self.records() {
        for claim in record.state.runs.compactMap(\.claim) {
          let token = FencingToken(incarnation: record.definition.incarnation, claim: claim.number)
          if !alive.contains(claim.owner) {
            self.auditor.report("run \(token) of job \(record.id) stays with session \(claim.owner), which is dead")
          } else if !self.auditor.isGoing(record.id, token) {
            self.auditor.report("run \(token) of job \(record.id) is claimed, and nobody runs it")
          }
        }
        if let tend = record.tendAt, tend < now - .seconds(10) { overdue.append("\(record.id) since \(tend)") }
      }
      if !overdue.isEmpty { self.auditor.report("nobody looks after \(overdue)") }
    } catch {
      self.auditor.report("the store itself failed: \(error)")
    }
  }

  private func records() async throws -> [JobRecord] {
    try await self.memory.query(JobQuery(statuses: nil, limit: 1_000)).records
  }

  /// Shuts everybody down, those too whose store never answers, and closes the books.
  private func end() async {
    let up = self.everybody.filter(\.isUp).map(\.number)
    for node in self.everybody { node.beginStop() }
    let limit = self.clock.now() + SimulatedNode.drainTimeout + SimulatedNode.cancelGrace + .seconds(17)
    await self.live(until: limit)
    // Whatever hangs is let go, so that the simulation leaves nothing behind.
    for node in self.everybody { node.store.letGo() }
    await self.settle()
    for node in self.everybody { await node.finish() }
    for node in self.everybody { await node.checkEvents(wasUp: up.contains(node.number)) }
    do {
      var history: [HistoryRow] = []
      var query = HistoryQuery(limit: 1_000)
      repeat {
        let page = try await self.memory.history(query)
        history += page.rows
        query.cursor = page.next
      } while query.cursor != nil
      self.auditor.close(history: history, records: try await self.records())
      for problem in self.memory.problems { self.auditor.report("the store is damaged: \(problem)") }
    } catch {
      self.auditor.report("the store itself failed: \(error)")
    }
  }
}
