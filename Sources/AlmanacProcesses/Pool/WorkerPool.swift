#if Processes
import Almanac

/// The number of one worker, never used again by its pool.
struct WorkerID: Hashable, Comparable, Sendable {
  let number: Int

  static func < (left: WorkerID, right: WorkerID) -> Bool { left.number < right.number }
}

/// The number of one run, never used again by its executor.
struct Ticket: Hashable, Sendable, Codable {
  let number: Int
}

/// How a run that was handed to the pool came to its end.
enum RunEnding: Hashable, Sendable {
  case outcome(RunOutcome)
  /// The values cannot be decoded; the reason.
  case unreadable(String)
  /// It was not begun; nothing is wanted for a while.
  case refused(String, pause: Duration)
}

/// Every decision of a pool of workers, as a value: which worker takes a run; when to start one, to let one go, to kill one, to give up.
///
/// It reads no clock, knows no process, and says what is to be done as a list of ``Action``s, to be performed in their order. Whoever holds it tells
/// it what happened, and calls ``tick(_:)`` when ``deadline`` has come.
struct WorkerPool: Sendable {
  struct Limits: Hashable, Sendable {
    /// The most processes, those among them that are about to end.
    var size: Int
    /// How many are kept although nothing is to be done.
    var minimum: Int
    /// How long one beyond the minimum stays without a run.
    var idleTime: Duration
    /// After how many runs a worker is replaced; nil for never.
    var runsPerWorker: Int?
    var startTimeout: Duration
    /// How long a run that was told to stop, or a worker that was told to leave, may go on before the worker is killed.
    var cancelGrace: Duration
    var firstBackoff: Duration = .milliseconds(100)
    var longestBackoff: Duration = .seconds(30)
    /// How many starts in a row may fail before runs are not kept waiting any longer.
    var patience = 3
  }

  /// Why a worker was killed by us.
  enum KillReason: Hashable, Sendable {
    case notReady
    case runDidNotStop
    case didNotLeave
    case poolStopped
    /// It sent what is no frame, or none that it may send.
    case breach(String)
    /// The conversation ended: its process is gone, or as good as that.
    case hungUp
  }

  enum State: Hashable, Sendable {
    /// Can transition to: idle when it is ready, killed.
    case starting(until: Duration)
    /// Can transition to: running, leaving, killed.
    case idle(since: Duration)
    /// `killAt` is nil until the run is told to stop. Can transition to: idle, leaving, killed.
    case running(Ticket, killAt: Duration?)
    /// It was told to leave. Can transition to: killed.
    case leaving(killAt: Duration)
    /// It is to be reaped, and then forgotten. The run is the one that it takes along.
    case killed(Ticket?, KillReason)
  }

  struct Worker: Hashable, Sendable {
    var state: State
    var runsDone = 0
    var wasReady = false
    /// Whether its run was told to stop before the worker was killed.
    var wasTold = false
  }

  enum Phase: Hashable, Sendable {
    case closed
    /// Can transition to: open when the minimum is ready, closing.
    case opening
    case open
    /// The failure is the one for which opening was given up. Can transition to: closed.
    case closing(failure: String?)
  }

  enum Action: Hashable, Sendable {
    case start(WorkerID)
    /// Sends the run to the worker.
    case give(Ticket, WorkerID)
    case tellToStop(Ticket, WorkerID)
    case askToLeave(WorkerID)
    case kill(WorkerID)
    case end(Ticket, RunEnding)
    /// Workers do not start; the next attempt comes after the pause.
    case trouble(String, pause: Duration)
    case opened
    /// No process is left. The failure is the one for which opening was given up.
    case closed(failure: String?)
  }

  let limits: Limits
  private(set) var phase = Phase.closed
  var workers: [WorkerID: Worker] = [:]
  /// Runs without a worker, in the order in which they came. Those that ran before are at the front.
  var waiting: [Ticket] = []
  /// Starts that failed in a row. Those that fail during one pause count as one.
  var failures = 0
  /// No worker is started before this time where the last start failed.
  var retryAt = Duration.zero
  var lastFailure = ""
  /// What is to be done, in this order; taken by whoever does it.
  var actions: [Action] = []
  private var lastNumber = 0

  init(_ limits: Limits) {
    var limits = limits
    limits.size = max(limits.size, 1)
    limits.minimum = min(max(limits.minimum, 0), limits.size)
    limits.runsPerWorker = limits.runsPerWorker.map { max($0, 1) }
    self.limits = limits
  }

  mutating func takeActions() -> [Action] {
    defer { self.actions = [] }
    return self.actions
  }

  // MARK: Opening and closing

  /// Starts the minimum of workers; ``Action/opened`` says that all of them are ready.
  mutating func open(_ now: Duration) {
    guard self.phase == .closed else { return }
    self.phase = .opening
    self.failures = 0
    self.openIfReady()
    self.balance(now)
  }

  mutating func openIfReady() {
    guard self.phase == .opening, self.workers.values.count(where: \.wasReady) >= self.limits.minimum else { return }
    self.phase = .open
    self.actions.append(.opened)
  }

  /// Gives up what there is: runs are told to stop, workers to leave, and who does not is killed.
  ///
  /// - Parameter failure: why it could not be opened.
  mutating func close(_ now: Duration, failure: String? = nil) {
    switch self.phase {
    case .closing: return
    case .closed, .opening, .open: self.phase = .closing(failure: failure)
    }
    for ticket in self.waiting { self.actions.append(.end(ticket, Self.isClosed)) }
    self.waiting = []
    for (id, worker) in self.workers.sorted(by: { $0.key < $1.key }) {
      switch worker.state {
      case .starting: self.kill(id, .poolStopped)
      case .idle: self.letGo(id, now)
      case .running(let ticket, killAt: nil): self.tellToStop(ticket, id, now)
      case .running, .leaving, .killed: break
      }
    }
    self.closeIfEmpty()
  }

  mutating func closeIfEmpty() {
    guard case .closing(let failure) = self.phase, self.workers.isEmpty else { return }
    self.phase = .closed
    self.actions.append(.closed(failure: failure))
  }

  static let isClosed = RunEnding.refused("the executor is not running", pause: .seconds(1))

  // MARK: What is there

  mutating func nextID() -> WorkerID {
    self.lastNumber += 1
    return WorkerID(number: self.lastNumber)
  }

  /// Workers that have a run or may get one.
  var liveCount: Int {
    self.workers.values.count { worker in
      switch worker.state {
      case .starting, .idle, .running: true
      case .leaving, .killed: false
      }
    }
  }

  var startingCount: Int {
    self.workers.values.count { if case .starting = $0.state { true } else { false } }
  }

  var runningCount: Int {
    self.workers.values.count { if case .running = $0.state { true } else { false } }
  }

  /// How many workers there should be for what is to be done.
  var wantedCount: Int {
    switch self.phase {
    case .closed, .closing: 0
    case .opening, .open: min(max(self.limits.minimum, self.runningCount + self.waiting.count), self.limits.size)
    }
  }
}
#endif
