import Logging
import Synchronization

/// The parts of a scheduler and the life of the whole: made, run, shut down, run again.
final class SchedulerCore: Sendable {
  private enum Phase {
    case stopped
    case running
    case stopping
  }

  private struct State {
    var phase = Phase.stopped
    var desks: [String: StoreDesk] = [:]
    /// Counts the runs, so that what one of them left behind does nothing in the next.
    var generation = 0
    /// Why the run could not begin.
    var failure: (any Error)?
    var stopping: CheckedContinuation<Void, Never>?
    /// Whether a shutdown waits for runs.
    var drains = true
    /// Those who wait for the end of a run.
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  let shared: SchedulerShared
  private let state = Mutex(State())

  init(
    stores: [String: any JobStore], executors: [String: any JobExecutor], configuration: SchedulerConfiguration,
    clock: any SchedulerClock, logger: Logger
  ) {
    let shared = SchedulerShared(configuration: configuration, clock: clock, logger: logger)
    self.shared = shared
    for (alias, executor) in executors where shared.setExecutor(executor, as: alias) {
      shared.ledger.open(alias, size: executor.size)
    }
    self.state.withLock { state in
      for (alias, store) in stores { state.desks[alias] = StoreDesk(alias: alias, store: store, shared: shared) }
    }
  }

  // MARK: Looking up

  func desk(_ alias: String) throws -> StoreDesk {
    guard let desk = self.state.withLock({ $0.desks[alias] }) else { throw self.unknownStore(alias) }
    return desk
  }

  private func unknownStore(_ alias: String) -> SchedulerError {
    let known = self.desks.map { "\"\($0.alias)\"" }.joined(separator: ", ")
    return SchedulerError(
      .unknownStore, store: alias, "there is no store with the alias \"\(alias)\"; there is \(known)")
  }

  var desks: [StoreDesk] {
    self.state.withLock { Array($0.desks.values) }.sorted { $0.alias < $1.alias }
  }

  func setPaused(_ isPaused: Bool) {
    guard self.shared.setPaused(isPaused) else { return }
    self.shared.publish(isPaused ? .paused : .resumed)
    self.shared.wakeAll()
  }

  var health: SchedulerHealth {
    let phase: SchedulerHealth.Phase =
      switch self.state.withLock({ $0.phase }) {
      case .stopped: .stopped
      case .running: .running
      case .stopping: .draining
      }
    let executors = self.shared.ledger.usage.map {
      SchedulerHealth.ExecutorHealth(
        alias: $0.key, size: $0.value.size, busy: $0.value.running, restsBecause: $0.value.restsBecause)
    }
    return SchedulerHealth(
      phase: phase, isPaused: self.shared.isPaused, stores: self.desks.map(\.health),
      executors: executors.sorted { $0.alias < $1.alias }, zoneData: self.shared.zones.database.version)
  }

  // MARK: Stores and executors at run time

  func addStore(_ store: any JobStore, as alias: String) async throws {
    let desk = StoreDesk(alias: alias, store: store, shared: self.shared)
    let added = self.state.withLock { state -> Bool in
      guard state.desks[alias] == nil else { return false }
      state.desks[alias] = desk
      return true
    }
    guard added else {
      throw SchedulerError(.aliasTaken, store: alias, "a store has the alias \"\(alias)\" already")
    }
    do {
      try await desk.prepare()
    } catch {
      self.state.withLock { _ = $0.desks.removeValue(forKey: alias) }
      throw error
    }
    self.shared.publish(.storeAdded(alias))
    self.start(desk, in: nil)
  }

  /// Starts a desk, unless its store was removed or the scheduler told to stop while the store was made ready.
  private func start(_ desk: StoreDesk, in generation: Int?) {
    // Under the lock, so that whoever ends the run, or removes the store, finds the desk started or never to be.
    self.state.withLock { state in
      guard state.phase == .running, generation ?? state.generation == state.generation,
        state.desks[desk.alias] === desk
      else { return }
      desk.start()
    }
  }

  func removeStore(_ alias: String) async throws {
    // Taken out first: from here on nobody starts it, and nobody is told of it.
    guard let desk = self.state.withLock({ $0.desks.removeValue(forKey: alias) }) else {
      throw self.unknownStore(alias)
    }
    self.shared.meter.enter()
    defer { self.shared.meter.leave() }
    await desk.stop(waiting: true)
    self.shared.publish(.storeRemoved(alias))
  }

  func addExecutor(_ executor: any JobExecutor, as alias: String) async throws {
    guard self.shared.setExecutor(executor, as: alias) else {
      throw SchedulerError(.aliasTaken, "an executor has the alias \"\(alias)\" already")
    }
    if self.state.withLock({ $0.phase == .running }) {
      do {
        try await executor.start()
      } catch {
        self.shared.removeExecutor(alias)
        throw error
      }
    }
    self.shared.ledger.open(alias, size: executor.size)
    self.shared.publish(.executorAdded(alias))
    self.shared.wakeAll()
  }

  /// Jobs for it wait from now on; its runs are waited for.
  func removeExecutor(_ alias: String) async throws {
    guard let executor = self.shared.executor(alias) else {
      throw SchedulerError(.unknownExecutor, "there is no executor with the alias \"\(alias)\"")
    }
    self.shared.meter.enter()
    defer { self.shared.meter.leave() }
    self.shared.ledger.close(alias)
    for desk in self.desks { await desk.finishRuns(onExecutor: alias) }
    self.shared.removeExecutor(alias)
    await executor.stop()
    self.shared.publish(.executorRemoved(alias))
  }

  // MARK: Life

  /// Marks the beginning of a run: from here on it can be told to stop.
  func enter() throws {
    let isFirst = self.state.withLock { state -> Bool in
      guard state.phase == .stopped else { return false }
      state.phase = .running
      state.drains = true
      state.generation += 1
      state.failure = nil
      return true
    }
    guard isFirst else { throw SchedulerError(.alreadyRunning, "this scheduler is running already") }
  }

  /// Runs from ``enter()`` until told to stop.
  func run() async throws {
    let generation = self.state.withLock { $0.generation }
    // Everything works in tasks of its own, so that cancelling this one lets the desks give back their runs in peace, and a store that does
    // not answer holds up no end.
    let hasBegun = Latch(meter: self.shared.meter)
    self.shared.meter.enter()
    let beginning = Surroundings.begin {
      do {
        try await self.begin(generation)
      } catch {
        self.fail(error, generation)
      }
      hasBegun.open()
      self.shared.meter.leave()
    }
    let failure = await withTaskCancellationHandler {
      await self.untilStopping()
      beginning.cancel()
      _ = await hasBegun.wait(within: StoreDesk.partingTime, on: self.shared.clock)
      let failure = self.state.withLock { $0.failure }
      await self.end()
      return failure
    } onCancel: {
      self.beginShutdown(waiting: false)
    }
    if let failure { throw failure }
  }

  private func fail(_ error: any Error, _ generation: Int) {
    let counts = self.state.withLock { state -> Bool in
      // What is thrown once the end was asked for is of no interest: it may be only that.
      guard state.generation == generation, state.phase == .running else { return false }
      state.failure = error
      return true
    }
    if counts { self.beginShutdown(waiting: false) }
  }

  private func begin(_ generation: Int) async throws {
    for alias in self.shared.executorAliases {
      try Task.checkCancellation()
      try await self.shared.executor(alias)?.start()
    }
    // Each by itself, so that a store that is slow or gone holds up no other.
    await self.withAll(self.desks) { await self.begin($0, generation) }
    if Task.isCancelled { return }
    self.shared.publish(.started)
  }

  private func begin(_ desk: StoreDesk, _ generation: Int) async {
    do {
      try await desk.prepare()
    } catch let error as StoreError where error.isTransient {
      // Its loop goes on trying.
      self.shared.logger.warning("store is unavailable", metadata: ["store": "\(desk.alias)", "error": "\(error)"])
    } catch {
      return self.fail(error, generation)
    }
    self.start(desk, in: generation)
  }

  private func untilStopping() async {
    await withCheckedContinuation { continuation in
      let isStopping = self.state.withLock { state -> Bool in
        if state.phase == .stopping { return true }
        state.stopping = continuation
        return false
      }
      if isStopping { continuation.resume() }
    }
  }

  /// Begins the end of ``run()``. Told twice, the more urgent counts.
  func beginShutdown(waiting: Bool) {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.phase != .stopped else { return nil }
      // The end counts as under way from the moment at which it is asked for; `end()` leaves.
      if state.phase == .running { self.shared.meter.enter() }
      state.phase = .stopping
      state.drains = state.drains && waiting
      defer { state.stopping = nil }
      return state.stopping
    }
    if !waiting {
      for desk in self.desks { desk.hurry() }
    }
    continuation?.resume()
  }

  private func end() async {
    let desks = self.desks
    self.shared.publish(.draining(running: desks.reduce(0) { $0 + $1.runningCount }))
    let waits = self.state.withLock { $0.drains }
    await self.withAll(desks) { await $0.stop(waiting: waits) }
    for alias in self.shared.executorAliases { await self.shared.executor(alias)?.stop() }
    self.shared.publish(.stopped)
    let waiters = self.state.withLock { state in
      state.phase = .stopped
      defer { state.waiters = [] }
      return state.waiters
    }
    self.shared.meter.leave()
    for waiter in waiters { waiter.resume() }
  }

  /// Does something with all desks at once. Each counts as at work by itself, so that time can pass as soon as all of them wait.
  private func withAll(_ desks: [StoreDesk], _ body: @escaping @Sendable (StoreDesk) async -> Void) async {
    let left = Countdown(desks.count)
    for _ in desks.dropFirst() { self.shared.meter.enter() }
    await withTaskGroup(of: Void.self) { group in
      for desk in desks {
        group.addTask {
          await body(desk)
          // The last one's count is the caller's again.
          if !left.isLast() { self.shared.meter.leave() }
        }
      }
    }
  }

  /// Returns when the scheduler is not running.
  func stopped() async {
    await withCheckedContinuation { continuation in
      let isStopped = self.state.withLock { state -> Bool in
        if state.phase == .stopped { return true }
        state.waiters.append(continuation)
        return false
      }
      if isStopped { continuation.resume() }
    }
  }
}

/// Tells the last of several who come.
private final class Countdown: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) {
    self.left = Mutex(count)
  }

  func isLast() -> Bool {
    self.left.withLock { left in
      left -= 1
      return left == 0
    }
  }
}
