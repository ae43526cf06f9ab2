/// What to do when things do not go by the clock: late fires, overlapping runs, failures, crashes.
///
/// All of it is part of the job and visible in its record. The defaults drop nothing: a late fire runs, however late,
/// several missed fires run once (the latest), and a fire that comes while a run is going is skipped and reported.
///
/// ```swift
/// var policies = JobPolicies(overlap: .queueOne, retry: RetryPolicy(attempts: 5), timeout: .seconds(30))
/// policies.deadline = .seconds(3_600)
/// ```
public struct JobPolicies: Hashable, Sendable {
  // MARK: Late fires

  /// How late a fire may start. Nil, the default: however late. A fire beyond it does not run and is reported.
  public var misfireGrace: Duration?
  /// Which of several missed fires run.
  public var catchUp: CatchUp
  /// How long ago a missed fire may lie and still be made up for, so that a month of downtime is no stampede. Nil, the default: any time.
  /// Unlike ``misfireGrace`` it does not concern a fire that waits in the queue for its turn.
  public var catchUpWindow: Duration?
  /// By how much the start of a fire may be put off, so that jobs of one fire time do not all begin at once. The offset is the same on every
  /// server; it follows from the job's id and the fire time, and never reaches the next fire. Default: none.
  public var jitter: Duration
  /// How long after its fire time a fire must be over, all attempts included: nothing of it starts later, what runs then is told to stop, and
  /// what fails is not tried again beyond it. Nil, the default: no limit.
  public var deadline: Duration?

  // MARK: Runs

  /// What becomes of a fire that comes while a run of the same job is going.
  public var overlap: Overlap
  /// Whether and when a failed run is tried again.
  public var retry: RetryPolicy
  /// How long one run may take before it is cancelled; counted from its start. Nil: no limit.
  public var timeout: Duration?
  /// What becomes of a run whose process died.
  public var onCrash: CrashPolicy
  /// After how many crashes in a row, with no run in between that came to an end, the job is quarantined: it may be what kills the process. Nil:
  /// never. From the second crash on its runs are started one at a time, so that those beside it are not blamed.
  public var crashLimit: Int?
  /// After how many fires in a row that ended badly the job is paused, with a note. Nil, the default: never.
  public var pauseAfterFailures: Int?
  /// How many fires of the trigger run before the job is over. Fires that did not run, attempts, and runs by hand do not count. Nil, the
  /// default: no limit.
  public var runLimit: Int?

  // MARK: What is kept

  /// How many fires that ended badly are kept in the record, to be listed, retried or purged; the oldest go first. 0 for none.
  public var deadLetters: Int
  /// How many lines that a run logs are kept with its history, the last ones; 0 for none.
  public var logLines: Int
  /// How long a line of the job's history is kept. Nil, the default: as long as the scheduler says.
  public var historyAge: Duration?
  /// How many lines of the job's history are kept, at the least: a few more may be there for a while. Nil, the default: all that are young enough.
  public var historyLimit: Int?
  /// How long a finished or removed job is remembered, so that adding its id again with `.keep` does not run it twice.
  public var retention: Duration
  /// Policies of a newer version, which this one does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(
    misfireGrace: Duration? = nil, catchUp: CatchUp = .latest, catchUpWindow: Duration? = nil, jitter: Duration = .zero,
    deadline: Duration? = nil, overlap: Overlap = .skip, retry: RetryPolicy = .never, timeout: Duration? = nil,
    onCrash: CrashPolicy = .runAgain, crashLimit: Int? = JobPolicies.defaultCrashLimit,
    pauseAfterFailures: Int? = nil, runLimit: Int? = nil, deadLetters: Int = JobPolicies.defaultDeadLetters,
    logLines: Int = JobPolicies.defaultLogLines, historyAge: Duration? = nil, historyLimit: Int? = nil,
    retention: Duration = .seconds(7 * 86_400), unknown: UnknownFields = .none
  ) {
    self.misfireGrace = misfireGrace
    self.catchUp = catchUp
    self.catchUpWindow = catchUpWindow
    self.jitter = jitter
    self.deadline = deadline
    self.overlap = overlap
    self.retry = retry
    self.timeout = timeout
    self.onCrash = onCrash
    self.crashLimit = crashLimit
    self.pauseAfterFailures = pauseAfterFailures
    self.runLimit = runLimit
    self.deadLetters = deadLetters
    self.logLines = logLines
    self.historyAge = historyAge
    self.historyLimit = historyLimit
    self.retention = retention
    self.unknown = unknown
  }

  public static let `default` = JobPolicies()
  public static let defaultCrashLimit = 5
  public static let defaultDeadLetters = 10
  public static let defaultLogLines = 32
  /// The most dead letters of one job: a record is read and written whole.
  public static let maximumDeadLetters = 64
  /// The most lines that a run may leave in its history.
  public static let maximumLogLines = 1_000
}

// What the transitions derive from the policies. Policies may come from a store that others write to, so nothing here trusts them to be in order.
extension JobPolicies {
  /// When a run that starts now has to be over. Later than now whatever the policy says, as is ``forgetAt(from:)``: what a transition sets up
  /// is never due at once, or a loop that takes what is due would not get on.
  package func timeoutAt(of start: Instant, fire: Instant) -> Instant? {
    let byTimeout = self.timeout.map { start + max($0, .microseconds(1)) }
    guard let deadline = self.deadlineAt(of: fire) else { return byTimeout }
    return max(min(byTimeout ?? deadline, deadline), start + .microseconds(1))
  }

  /// When a fire has to be over.
  package func deadlineAt(of fire: Instant) -> Instant? {
    self.deadline.map { fire + max($0, .zero) }
  }

  /// When a job that is over now is forgotten.
  package func forgetAt(from end: Instant) -> Instant {
    end + max(self.retention, .microseconds(1))
  }

  /// How late a fire may be taken on: beyond it the fire does not run. A job that does not catch up is never later than on time.
  package var effectiveGrace: Duration? {
    var grace: Duration?
    // A grace below zero would have every fire be late before it comes.
    for limit in [self.misfireGrace, self.catchUpWindow] {
      if let limit { grace = min(grace ?? limit, max(limit, .zero)) }
    }
    if case .none = self.catchUp { grace = min(grace ?? CatchUp.onTime, CatchUp.onTime) }
    return grace.map { max($0, .zero) }
  }
}
