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
    var isPaused: Bool
    var desks: [String: StoreDesk] = [:]
    var executors: [String: any JobExecutor] = [:]
    /// Those who wait for the end of a run.
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  let configuration: SchedulerConfiguration
  let clock: any SchedulerClock
  let logger: Logger
  let registry = JobRegistry()
  let ledger = SlotLedger()
  let hub = EventHub()
  let meter = ActivityMeter()
  let metrics = SchedulerMetrics()
  private let state: Mutex<State>

  init(
    stores: [String: any JobStore], executors: [String: any JobExecutor], configuration: SchedulerConfiguration,
    clock: any SchedulerClock, logger: Logger
  ) {
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.state = Mutex(State(isPaused: configuration.startsPaused))
    for (alias, executor) in executors { self.ledger.open(alias, size: executor.size) }
    let desks = Dictionary(
      uniqueKeysWithValues: stores.map { ($0.key, StoreDesk(alias: $0.key, store: $0.value, core: self)) })
    self.state.withLock {
      $0.executors = executors
      $0.desks = desks
    }
  }

  // MARK: Looking up

  func desk(_ alias: String) throws -> StoreDesk {
    let desks = self.state.withLock { $0.desks }
    guard let desk = desks[alias] else {
      let known = desks.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
      throw SchedulerError(
        .unknownStore, store: alias, "there is no store with the alias \"\(alias)\"; there is \(known)")
    }
    return desk
  }

  var desks: [StoreDesk] {
    self.state.withLock { Array($0.desks.values) }.sorted { $0.alias < $1.alias }
  }

  func executor(_ alias: String) -> (any JobExecutor)? {
    self.state.withLock { $0.executors[alias] }
  }

  var executorAliases: [String] { self.state.withLock { $0.executors.keys.sorted() } }

  var isPaused: Bool { self.state.withLock { $0.isPaused } }

  func setPaused(_ isPaused: Bool) {
    let changed = self.state.withLock { state -> Bool in
      defer { state.isPaused = isPaused }
      return state.isPaused != isPaused
    }
    guard changed else { return }
    self.hub.publish(isPaused ? .paused : .resumed, at: self.clock.now())
    self.wakeAll()
  }

  func wakeAll() {
    for desk in self.desks { desk.wake() }
  }

  // MARK: Stores and executors at run time

  func addStore(_ store: any JobStore, as alias: String) async throws {
    let desk = StoreDesk(alias: alias, store: store, core: self)
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
    self.hub.publish(.storeAdded(alias), at: self.clock.now())
    // It may have been removed, or the scheduler stopped, while the store was made ready.
    if self.state.withLock({ $0.phase == .running && $0.desks[alias] === desk }) { desk.start() }
  }

  func removeStore(_ alias: String) async throws {
    let desk = try self.desk(alias)
    await desk.stop(waiting: true)
    self.state.withLock { _ = $0.desks.removeValue(forKey: alias) }
    self.hub.publish(.storeRemoved(alias), at: self.clock.now())
  }

  func addExecutor(_ executor: any JobExecutor, as alias: String) async throws {
    let isRunning = try self.state.withLock { state -> Bool in
      guard state.executors[alias] == nil else {
        throw SchedulerError(.aliasTaken, "an executor has the alias \"\(alias)\" already")
      }
      state.executors[alias] = executor
      return state.phase == .running
    }
    if isRunning {
      do {
        try await executor.start()
      } catch {
        self.state.withLock { _ = $0.executors.removeValue(forKey: alias) }
        throw error
      }
    }
    self.ledger.open(alias, size: executor.size)
    self.hub.publish(.executorAdded(alias), at: self.clock.now())
    self.wakeAll()
  }

  /// Jobs for it wait from now on; its runs are waited for.
  func removeExecutor(_ alias: String) async throws {
    guard let executor = self.executor(alias) else {
      throw SchedulerError(.unknownExecutor, "there is no executor with the alias \"\(alias)\"")
    }
    self.ledger.close(alias)
    for desk in self.desks { await desk.finishRuns(onExecutor: alias) }
    self.state.withLock { _ = $0.executors.removeValue(forKey: alias) }
    await executor.stop()
    self.hub.publish(.executorRemoved(alias), at: self.clock.now())
  }

  // MARK: Life

  func run() async throws {
    let isFirst = self.state.withLock { state -> Bool in
      guard state.phase == .stopped else { return false }
      state.phase = .running
      return true
    }
    guard isFirst else { throw SchedulerError(.alreadyRunning, "this scheduler is running already") }
    // The desks work in tasks of their own, so that cancelling this one lets them give back their runs in peace.
    await withTaskCancellationHandler {
      do {
        try await self.begin()
        await self.untilStopping()
      } catch {
        self.failure.withLock { $0 = error }
      }
      await self.end()
    } onCancel: {
      self.beginShutdown(waiting: false)
    }
    let failure = self.failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
    if let failure { throw failure }
  }

  private let failure = Mutex<(any Error)?>(nil)
  private let stopping = Mutex<CheckedContinuation<Void, Never>?>(nil)
  private let drains = Mutex(true)

  private func begin() async throws {
    self.drains.withLock { $0 = true }
    for alias in self.executorAliases { try await self.executor(alias)?.start() }
    for desk in self.desks {
      do {
        try await desk.prepare()
      } catch let error as StoreError where error.isTransient {
        // Its loop goes on trying.
        self.logger.warning("store is unavailable", metadata: ["store": "\(desk.alias)", "error": "\(error)"])
      }
    }
    self.hub.publish(.started, at: self.clock.now())
    for desk in self.desks { desk.start() }
  }

  private func untilStopping() async {
    await withCheckedContinuation { continuation in
      let isStopping = self.state.withLock { state -> Bool in
        if state.phase == .stopping { return true }
        self.stopping.withLock { $0 = continuation }
        return false
      }
      if isStopping { continuation.resume() }
    }
  }

  /// Begins the end of ``run()``. Told twice, the more urgent counts.
  func beginShutdown(waiting: Bool) {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.phase != .stopped else { return nil }
      state.phase = .stopping
      return self.stopping.withLock { stopping in
        defer { stopping = nil }
        return stopping
      }
    }
    if !waiting {
      self.drains.withLock { $0 = false }
      for desk in self.desks { desk.hurry() }
    }
    continuation?.resume()
  }

  private func end() async {
    let desks = self.desks
    self.hub.publish(.draining(running: desks.reduce(0) { $0 + $1.runningCount }), at: self.clock.now())
    let waits = self.drains.withLock { $0 }
    await withTaskGroup(of: Void.self) { group in
      for desk in desks { group.addTask { await desk.stop(waiting: waits) } }
    }
    for alias in self.executorAliases { await self.executor(alias)?.stop() }
    self.hub.publish(.stopped, at: self.clock.now())
    let waiters = self.state.withLock { state in
      state.phase = .stopped
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
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
