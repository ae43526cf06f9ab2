import Logging
import Synchronization

/// What all parts of a scheduler use, and none of them owns.
final class SchedulerShared: Sendable {
  private struct State {
    var isPaused: Bool
    var executors: [String: any JobExecutor] = [:]
  }

  let configuration: SchedulerConfiguration
  let clock: any SchedulerClock
  let logger: Logger
  let registry: JobRegistry
  let ledger = SlotLedger()
  let suspects = SuspectGate()
  let hub = EventHub()
  let meter = ActivityMeter()
  let metrics = SchedulerMetrics()
  let zones: ZoneKeeper
  let wakeups = WakeupBook()
  private let state: Mutex<State>

  init(configuration: SchedulerConfiguration, clock: any SchedulerClock, logger: Logger) {
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.zones = ZoneKeeper(configuration.zoneDatabase)
    let wakeups = self.wakeups
    self.registry = JobRegistry { wakeups.signalAll() }
    self.state = Mutex(State(isPaused: configuration.startsPaused))
  }

  func publish(_ kind: SchedulerEvent.Kind) {
    self.hub.publish(kind, at: self.clock.now())
  }

  // MARK: Pause

  var isPaused: Bool { self.state.withLock { $0.isPaused } }

  /// Answers whether that changed anything.
  func setPaused(_ isPaused: Bool) -> Bool {
    self.state.withLock { state in
      defer { state.isPaused = isPaused }
      return state.isPaused != isPaused
    }
  }

  // MARK: Executors

  func executor(_ alias: String) -> (any JobExecutor)? { self.state.withLock { $0.executors[alias] } }

  var executorAliases: [String] { self.state.withLock { $0.executors.keys.sorted() } }

  /// Answers false, and changes nothing, where the alias is taken.
  func setExecutor(_ executor: any JobExecutor, as alias: String) -> Bool {
    self.state.withLock { state in
      guard state.executors[alias] == nil else { return false }
      state.executors[alias] = executor
      return true
    }
  }

  func removeExecutor(_ alias: String) {
    self.state.withLock { _ = $0.executors.removeValue(forKey: alias) }
  }

  // MARK: Waking

  func wakeAll() { self.wakeups.signalAll() }

  /// Frees the slot of a run, and wakes the loops that were short of it.
  func release(_ alias: String) {
    self.wakeups.signal(self.ledger.release(alias))
  }

  /// Hands nothing to an executor for a while: it said that it cannot take anything.
  func rest(_ alias: String, for pause: Duration, because reason: String) {
    guard self.ledger.rest(alias, because: reason) else { return }
    self.logger.warning("executor takes no runs", metadata: ["executor": "\(alias)", "reason": "\(reason)"])
    self.metrics.countExecutorRefusal(alias)
    self.publish(.executorRefused(alias, reason: reason))
    // Nobody takes the timer back: where the executor is gone by then, there is nothing to open.
    _ = self.clock.timer(after: pause) { [weak self] in
      guard let self, self.ledger.reopen(alias) else { return }
      self.wakeAll()
    }
  }
}

/// The wakeups of the loops, by store.
final class WakeupBook: Sendable {
  private let wakeups = Mutex<[String: Wakeup]>([:])

  func set(_ wakeup: Wakeup, of store: String) {
    self.wakeups.withLock { $0[store] = wakeup }
  }

  /// Forgets a wakeup, unless another store has the alias by now.
  func clear(_ wakeup: Wakeup, of store: String) {
    self.wakeups.withLock { wakeups in
      if wakeups[store] === wakeup { wakeups[store] = nil }
    }
  }

  func signalAll() {
    for wakeup in self.wakeups.withLock({ Array($0.values) }) { wakeup.signal() }
  }

  func signal(_ stores: Set<String>) {
    guard !stores.isEmpty else { return }
    let wakeups = self.wakeups.withLock { wakeups in stores.compactMap { wakeups[$0] } }
    for wakeup in wakeups { wakeup.signal() }
  }
}
