import Logging
import Synchronization

/// Everything that this scheduler does with one store: a desk where its records are handled.
///
/// Each store has a desk with loops of its own, so that a store that is slow or gone holds up no other. The desk's parts:
/// `+Calls` (one call of a user), `+Loop` (claiming what is due), `+Runs` (the runs that are going), `+Outcomes` (writing how they
/// ended), `+Session` (staying the owner, and taking over from those who are gone).
final class StoreDesk: Sendable {
  let alias: String
  let store: any JobStore
  let shared: SchedulerShared
  let logger: Logger
  let wakeup: Wakeup
  let keeperWakeup: Wakeup
  let state = Mutex(State())
  private let combiners = Mutex<[ConflictPolicy: Combiner<JobRecord, InsertAnswer>]>([:])

  struct State {
    var isPrepared = false
    /// The store's clock less this machine's, in microseconds.
    var clockOffset: Int64 = 0
    var loops: [Task<Void, Never>] = []
    var isStopping = false
    /// A shutdown that waits no more.
    var isHurried = false
    /// The loop sleeps until then; nil while it is awake or has nothing to wait for.
    var plannedWake: Instant?
    var isAsleep = false
    var session = SessionHold()
    /// The runs that this scheduler has, by claim.
    var runs: [RunKey: ActiveRun] = [:]
    /// The commits that are under way: what they claimed is not yet among `runs`.
    var batches: Set<Int64> = []
    var lastBatch: Int64 = 0
    var outcomes: [Outcome] = []
    var isWritingOutcomes = false
    /// Those who wait for the last run, or the last outcome.
    var drainWaiters: [CheckedContinuation<Bool, Never>] = []
    var isUnavailable = false
  }

  init(alias: String, store: any JobStore, shared: SchedulerShared) {
    self.alias = alias
    self.store = store
    self.shared = shared
    var logger = shared.logger
    logger[metadataKey: "store"] = "\(alias)"
    self.logger = logger
    self.wakeup = Wakeup(meter: shared.meter)
    self.keeperWakeup = Wakeup(meter: shared.meter)
  }

  var configuration: SchedulerConfiguration { self.shared.configuration }

  /// The store's time: what every decision about its records is made by.
  func now() -> Instant {
    let offset = self.state.withLock { $0.clockOffset }
    return self.shared.clock.now() + .microseconds(offset)
  }

  /// A time of the store's clock as this machine's clock will show it.
  func local(_ instant: Instant) -> Instant {
    instant - .microseconds(self.state.withLock { $0.clockOffset })
  }

  var runningCount: Int { self.state.withLock { $0.runs.count } }

  // MARK: Getting ready

  func prepare() async throws {
    if self.state.withLock({ $0.isPrepared }) { return }
    try await self.store.prepare()
    try await self.measureClock()
    self.state.withLock { $0.isPrepared = true }
  }

  /// Measures how far the store's clock is from this machine's, from the middle of a question and its answer.
  func measureClock() async throws {
    guard self.store.capabilities.serverTime else { return }
    let asked = self.shared.clock.now()
    let answer = try await self.store.now()
    let answered = self.shared.clock.now()
    let middle = asked + (answered - asked) / 2
    let offset = (answer.now - middle).wholeMicroseconds
    self.state.withLock { $0.clockOffset = offset }
  }

  /// Makes one insert out of many that are asked for at once.
  func inserts(_ policy: ConflictPolicy) -> Combiner<JobRecord, InsertAnswer> {
    self.combiners.withLock { combiners in
      if let combiner = combiners[policy] { return combiner }
      let combiner = Combiner<JobRecord, InsertAnswer>(limit: self.store.capabilities.maximumBatch) {
        [unowned self] records in try await self.insert(records, onConflict: policy)
      }
      combiners[policy] = combiner
      return combiner
    }
  }

  // MARK: Waking

  func wake() { self.wakeup.signal() }

  /// Wakes the loop if a record wants to be looked at before it would wake by itself.
  func wake(for instant: Instant?) {
    guard let instant else { return }
    let isEarlier = self.state.withLock { state in
      guard state.isAsleep else { return true }
      return state.plannedWake.map { instant < $0 } ?? true
    }
    if isEarlier { self.wakeup.signal() }
  }

  // MARK: Starting and stopping

  func start() {
    self.state.withLock { state in
      guard state.loops.isEmpty else { return }
      state.isStopping = false
      state.isHurried = false
      // Entered here, not in the tasks: from this line on the desk counts as at work.
      self.shared.meter.enter()
      self.shared.meter.enter()
      self.shared.setWakeup(self.wakeup, of: self.alias)
      state.loops = [
        Task { await self.keepSession() },
        Task { await self.loop() },
        Task { await self.listen() },
      ]
    }
  }

  var isStopping: Bool { self.state.withLock { $0.isStopping } }

  /// Ends the waiting of a shutdown: what is going is cancelled.
  func hurry() {
    self.state.withLock { $0.isHurried = true }
    self.resumeDrainWaiters()
  }

  /// Claims nothing more, waits for what is going or cancels it, writes what ended, and gives back the session.
  func stop(waiting: Bool) async {
    let loops = self.state.withLock { state in
      state.isStopping = true
      return state.loops
    }
    guard !loops.isEmpty else { return }
    self.wakeup.signal()
    if waiting { await self.untilDrained(within: self.configuration.drainTimeout, unlessHurried: true) }
    if self.runningCount > 0 {
      self.cancelRuns()
      await self.untilDrained(within: self.configuration.cancelGrace, unlessHurried: false)
    }
    await self.giveBackSession()
    for loop in loops { loop.cancel() }
    self.keeperWakeup.signal()
    for loop in loops { await loop.value }
    self.shared.setWakeup(nil, of: self.alias)
    self.state.withLock { $0.loops = [] }
  }

  /// Tells of trouble once when it begins, and once when it is over.
  func noteAvailability(_ error: (any Error)?) {
    let changed = self.state.withLock { state -> Bool in
      defer { state.isUnavailable = error != nil }
      return state.isUnavailable != (error != nil)
    }
    guard changed else { return }
    if let error {
      self.logger.warning("store is unavailable", metadata: ["error": "\(error)"])
      self.shared.hub.publish(.storeUnavailable(self.alias, reason: String(describing: error)), at: self.now())
    } else {
      self.logger.info("store is available again")
      self.shared.hub.publish(.storeRecovered(self.alias), at: self.now())
    }
  }
}

/// A claim of this scheduler's.
struct RunKey: Hashable, Sendable {
  let job: JobID
  let token: FencingToken
}

/// A run that this scheduler has.
struct ActiveRun: Sendable {
  let control: RunControl
  let executor: String
  let order: StartOrder
  let definition: JobDefinition
  /// False once the run's code has ended and only its outcome is still to be written.
  var isGoing = true
}
