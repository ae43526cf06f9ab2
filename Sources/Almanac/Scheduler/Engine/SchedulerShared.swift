import Logging
import Synchronization

/// What all parts of a scheduler use, and none of them owns.
final class SchedulerShared: Sendable {
  private struct State {
    var isPaused: Bool
    var executors: [String: any JobExecutor] = [:]
    /// The loops' wakeups, by store.
    var wakeups: [String: Wakeup] = [:]
  }

  let configuration: SchedulerConfiguration
  let clock: any SchedulerClock
  let logger: Logger
  let registry = JobRegistry()
  let ledger = SlotLedger()
  let hub = EventHub()
  let meter = ActivityMeter()
  let metrics = SchedulerMetrics()
  let zones: ZoneKeeper
  private let state: Mutex<State>

  init(configuration: SchedulerConfiguration, clock: any SchedulerClock, logger: Logger) {
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.zones = ZoneKeeper(configuration.zoneDatabase)
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

  func setWakeup(_ wakeup: Wakeup, of store: String) {
    self.state.withLock { $0.wakeups[store] = wakeup }
  }

  /// Forgets a wakeup, unless another store has the alias by now.
  func clearWakeup(_ wakeup: Wakeup, of store: String) {
    self.state.withLock { state in
      if state.wakeups[store] === wakeup { state.wakeups[store] = nil }
    }
  }

  func wakeAll() {
    for wakeup in self.state.withLock({ Array($0.wakeups.values) }) { wakeup.signal() }
  }

  /// Frees the slot of a run, and wakes the loops that were short of it.
  func release(_ alias: String) {
    let stores = self.ledger.release(alias)
    guard !stores.isEmpty else { return }
    let wakeups = self.state.withLock { state in stores.compactMap { state.wakeups[$0] } }
    for wakeup in wakeups { wakeup.signal() }
  }
}
