import Logging
import Synchronization

/// Everything that this scheduler does with one store: a desk where its records are handled.
///
/// Each store has a desk with loops of its own, so that a store that is slow or gone holds up no other. The desk's parts:
/// `+Life` (started and stopped), `+Calls` (one call of a user), `+Loop` (claiming what is due), `+Runs` (the runs that are going),
/// `+Progress` (how far they say they are), `+Outcomes` (writing how they ended), `+Session` (staying the owner), `+Housekeeping` (taking over from those who are gone).
final class StoreDesk: Sendable {
  let alias: String
  let store: any JobStore
  let shared: SchedulerShared
  let logger: Logger
  let wakeup: Wakeup
  let keeperWakeup: Wakeup
  let houseWakeup: Wakeup
  let writerWakeup: Wakeup
  let state = Mutex(State())
  private let combiners = Mutex<[ConflictPolicy: Combiner<JobRecord, InsertAnswer>]>([:])

  struct State {
    var isPrepared = false
    /// Nil where the store's time is this machine's wall clock.
    var clockReading: ClockReading?
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
    var isUnavailable = false

    /// True where nothing of ours is going, and nothing is left to be written.
    var isDrained: Bool {
      self.runs.isEmpty && self.batches.isEmpty && self.outcomes.isEmpty && !self.isWritingOutcomes
    }
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
    self.houseWakeup = Wakeup(meter: shared.meter)
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

  /// Measures the store's clock against this machine's uptime.
  ///
  /// The store read its clock at some moment between the question and the answer. Taken as the last of these moments the store's time is
  /// never ahead, so nothing fires early and nobody is taken for dead too soon; taken as the middle it would be, by half of what
  /// a slow answer took. How far behind it may be is the time that the answer took, so an answer that took longer than an earlier one is
  /// believed only when that has grown old.
  func measureClock() async throws {
    guard self.store.capabilities.serverTime else { return }
    let asked = self.shared.clock.uptime()
    let answer = try await self.store.now()
    let answered = self.shared.clock.uptime()
    let reading = ClockReading(timeAtBoot: answer.now - answered, error: answered - asked, takenAt: answered)
    self.state.withLock { state in
      guard let old = state.clockReading, reading.error > old.error(at: answered) else {
        state.clockReading = reading
        return
      }
    }
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

  // MARK: Telling

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

/// What was learned of a store's clock by asking for it once.
struct ClockReading: Sendable {
  /// What it showed when this machine's uptime was zero.
  let timeAtBoot: Instant
  /// How far behind it that may be.
  let error: Duration
  /// On the uptime.
  let takenAt: Duration

  /// The error as it grows with age: no two clocks that are fit for use drift apart by more than one part in a thousand.
  func error(at uptime: Duration) -> Duration { self.error + max(uptime - self.takenAt, .zero) / 1_000 }
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
