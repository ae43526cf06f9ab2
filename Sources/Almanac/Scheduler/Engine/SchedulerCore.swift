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

  func setPaused(_ isPaused: Bool) {
    guard self.shared.setPaused(isPaused) else { return }
    self.shared.publish(isPaused ? .paused : .resumed)
    self.shared.wakeAll()
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
    // It may have been removed, or the scheduler stopped, while the store was made ready.
    if self.state.withLock({ $0.phase == .running && $0.desks[alias] === desk }) { desk.start() }
  }

  func removeStore(_ alias: String) async throws {
    let desk = try self.desk(alias)
    self.shared.meter.enter()
    defer { self.shared.meter.leave() }
    await desk.stop(waiting: true)
    self.state.withLock { _ = $0.desks.removeValue(forKey: alias) }
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
      return true
    }
    guard isFirst else { throw SchedulerError(.alreadyRunning, "this scheduler is running already") }
  }

  /// Runs from ``enter()`` until told to stop.
  func run() async throws {
    // The desks work in tasks of their own, so that cancelling this one lets them give back their runs in peace.
    let failure = await withTaskCancellationHandler {
      var failure: (any Error)?
      do {
        try await self.begin()
        await self.untilStopping()
      } catch {
        failure = error
        self.beginShutdown(waiting: false)
      }
      await self.end()
      return failure
    } onCancel: {
      self.beginShutdown(waiting: false)
    }
    if let failure { throw failure }
  }

  private func begin() async throws {
    for alias in self.shared.executorAliases { try await self.shared.executor(alias)?.start() }
    for desk in self.desks {
      do {
        try await desk.prepare()
      } catch let error as StoreError where error.isTransient {
        // Its loop goes on trying.
        self.shared.logger.warning("store is unavailable", metadata: ["store": "\(desk.alias)", "error": "\(error)"])
      }
    }
    for desk in self.desks { desk.start() }
    self.shared.publish(.started)
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
    await withTaskGroup(of: Void.self) { group in
      for desk in desks { group.addTask { await desk.stop(waiting: waits) } }
    }
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
