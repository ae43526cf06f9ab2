import Logging
import Synchronization

/// Everything that this scheduler does with one store: a desk where its records are handled.
///
/// Each store has a desk with loops of its own, so that a store that is slow or gone holds up no other. The desk's parts:
/// `+Life` (started and stopped), `+Calls` (one call of a user), `+Loop` (claiming what is due), `+Runs` (the runs that are going),
/// `+Progress` (how far they say they are), `+Outcomes` (writing how they ended), `+Session` (staying the owner), `+Peers` (seeing who is gone),
/// `+Housekeeping` (taking over from them), `+History` (keeping no more of it than was asked for), `+Zones` (newer zone data), `+Clock` (the store's time), `+Health` (how it is).
final class StoreDesk: Sendable {
  let alias: String
  let store: any JobStore
  let shared: SchedulerShared
  let logger: Logger
  let wakeup: Wakeup
  let keeperWakeup: Wakeup
  let houseWakeup: Wakeup
  let peerWakeup: Wakeup
  let writerWakeup: Wakeup
  let state = Mutex(State())
  private let combiners = Mutex<[ConflictPolicy: Combiner<JobRecord, InsertAnswer>]>([:])

  struct State {
    var isPrepared = false
    /// Nil where the store's time is this machine's wall clock.
    var clockReading: ClockReading?
    /// How far this machine's wall is ahead of the store's clock, and whether that was told as too much.
    var clockOffset: Duration?
    var isClockOff = false
    var loops: [Task<Void, Never>] = []
    /// The loops that have not ended. One whose store never answers stays, and does nothing when it comes back.
    var loopsGoing: Set<Int> = []
    var lastLoop = 0
    var isStopping = false
    /// A shutdown that waits no more.
    var isHurried = false
    /// The loop sleeps until then; nil while it is awake or has nothing to wait for.
    var plannedWake: Instant?
    var isAsleep = false
    var session = SessionHold()
    var peers = PeerWatch()
    /// The runs that this scheduler has, by claim.
    var runs: [RunKey: ActiveRun] = [:]
    /// The commits that are under way: what they claimed is not yet among `runs`.
    var batches: Set<Int64> = []
    var lastBatch: Int64 = 0
    var progress: [RunKey: ProgressNote] = [:]
    var outcomes: [Outcome] = []
    var isWritingOutcomes = false
    /// Those who wait for the last run, the last outcome, or the end of a commit or a loop.
    var drainWaiters: [CheckedContinuation<Bool, Never>] = []
    var trouble = Trouble()
    /// Jobs with a limit of their history that wrote rows since it was trimmed last, and their limits.
    var historyLimits: [JobID: Int] = [:]
    /// What the loop was told last that wants to be looked at; nil where there was nothing.
    var earliestWake: Instant?
    /// The same of the executors that were full when the housekeeping looked last, as if they had a slot.
    var earliestWithoutSlot: Instant?

    /// True where nothing of ours is going, and nothing is left to be written.
    var isDrained: Bool {
      self.runs.isEmpty && self.batches.isEmpty && self.outcomes.isEmpty && !self.isWritingOutcomes
    }
  }

  init(alias: String, store: any JobStore, shared: SchedulerShared) {
    self.alias = alias
    self.store = MeteredStore(store, as: alias, shared)
    self.shared = shared
    var logger = shared.logger
    logger[metadataKey: "store"] = "\(alias)"
    self.logger = logger
    self.wakeup = Wakeup(meter: shared.meter)
    self.keeperWakeup = Wakeup(meter: shared.meter)
    self.houseWakeup = Wakeup(meter: shared.meter)
    self.peerWakeup = Wakeup(meter: shared.meter)
    self.writerWakeup = Wakeup(meter: shared.meter)
  }

  var configuration: SchedulerConfiguration { self.shared.configuration }

  /// The store's time: what every decision about its records is made by.
  ///
  /// Where the store has a clock of its own, its time goes on with this machine's uptime, not with its wall clock: whoever sets
  /// the wall must not make this scheduler fire early, or take others for dead.
  func now() -> Instant {
    guard let boot = self.state.withLock({ $0.clockReading?.timeAtBoot }) else { return self.shared.clock.now() }
    return boot + self.shared.clock.uptime()
  }

  var runningCount: Int { self.state.withLock { $0.runs.count } }

  // MARK: Getting ready

  func prepare() async throws {
    if self.state.withLock({ $0.isPrepared }) { return }
    try await self.store.prepare()
    try await self.measureClock()
    self.state.withLock { $0.isPrepared = true }
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
  /// The session that claimed it.
  let owner: Epoch
  let order: StartOrder
  let definition: JobDefinition
  /// False once the run's code has ended and only its outcome is still to be written.
  var isGoing = true
}
