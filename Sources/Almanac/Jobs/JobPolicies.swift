/// What to do when things do not go by the clock: late fires, overlapping runs, failures, crashes.
///
/// All of it is part of the job and visible in its record. The defaults drop nothing: a late fire runs, however late,
/// several missed fires run once (the latest), and a fire that comes while a run is going is skipped and reported.
public struct JobPolicies: Hashable, Sendable {
  /// How late a fire may start. Nil, the default: however late. A fire beyond it does not run and is reported.
  public var misfireGrace: Duration?
  /// Which of several missed fires run.
  public var catchUp: CatchUp
  /// What becomes of a fire that comes while a run of the same job is going.
  public var overlap: Overlap
  /// Whether and when a failed run is tried again.
  public var retry: RetryPolicy
  /// How long one run may take before it is cancelled; counted from its start. Nil: no limit.
  public var timeout: Duration?
  /// What becomes of a run whose process died.
  public var onCrash: CrashPolicy
  /// How long a finished or removed job is remembered, so that adding its id again with `.keep` does not run it twice.
  public var retention: Duration
  /// Policies of a newer version, which this one does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(
    misfireGrace: Duration? = nil, catchUp: CatchUp = .latest, overlap: Overlap = .skip, retry: RetryPolicy = .never,
    timeout: Duration? = nil, onCrash: CrashPolicy = .runAgain, retention: Duration = .seconds(7 * 86_400),
    unknown: UnknownFields = .none
  ) {
    self.misfireGrace = misfireGrace
    self.catchUp = catchUp
    self.overlap = overlap
    self.retry = retry
    self.timeout = timeout
    self.onCrash = onCrash
    self.retention = retention
    self.unknown = unknown
  }

  public static let `default` = JobPolicies()

  /// When a run that starts now has to be over. Later than now whatever the policy says, as is ``forgetAt(from:)``: what a transition sets up
  /// is never due at once, or a loop that takes what is due would not get on.
  package func timeoutAt(of start: Instant) -> Instant? {
    self.timeout.map { start + max($0, .microseconds(1)) }
  }

  /// When a job that is over now is forgotten.
  package func forgetAt(from end: Instant) -> Instant {
    end + max(self.retention, .microseconds(1))
  }

  /// The grace that counts: a job that does not catch up is never later than on time.
  package var effectiveGrace: Duration? {
    // A grace below zero would have every fire be late before it comes.
    let grace = self.misfireGrace.map { max($0, .zero) }
    switch self.catchUp {
    case .none: return min(grace ?? CatchUp.onTime, CatchUp.onTime)
    case .latest, .earliest, .all: return grace
    }
  }
}

/// Which of the fires that were missed (the scheduler was down, or had no slot) are made up for.
public enum CatchUp: Hashable, Sendable {
  /// The latest one; the others are reported as coalesced.
  case latest
  /// The earliest one; the others are reported as coalesced.
  case earliest
  /// All of them, in their order, but at most `limit` (1 to ``JobState/maximumRuns``) of the latest; older ones are
  /// reported as coalesced.
  case all(limit: Int)
  /// None: a fire that was missed by more than ``onTime`` does not run and is reported.
  case none

  /// How late a fire may be and still count as on time under ``none``.
  public static let onTime: Duration = .seconds(1)
}

/// What becomes of a fire that comes while as many runs of the same job are going as may.
///
/// Runs are counted across all schedulers that share the store. A run that waits for its next attempt is not going: it does not
/// hold the next fire back, and at its time it waits for a free place like any other.
public enum Overlap: Hashable, Sendable {
  /// The fire does not run and is reported.
  case skip
  /// The fire waits for its turn, up to `limit` of them (1 to ``JobState/maximumRuns``); beyond that it is reported.
  case queue(limit: Int)
  /// Up to `limit` runs go at once (1 to ``JobState/maximumRuns``); beyond that a fire is reported.
  case allow(limit: Int)

  /// How many runs may be going at once; at least one, or none ever would.
  package var concurrency: Int {
    switch self {
    case .skip, .queue: 1
    case .allow(let limit): max(limit, 1)
    }
  }

  /// How many fires may wait for their turn while a run is going; nil where none may.
  package var queueLimit: Int? {
    if case .queue(let limit) = self { max(limit, 1) } else { nil }
  }
}

/// Whether a failed run is tried again, and after how long.
public struct RetryPolicy: Hashable, Sendable {
  /// How often a fire is tried in all, the first time included.
  public var attempts: Int
  public var backoff: Backoff

  public init(attempts: Int, backoff: Backoff = .exponential(from: .seconds(1), cap: .seconds(3_600))) {
    self.attempts = attempts
    self.backoff = backoff
  }

  /// Failures are final.
  public static let never = RetryPolicy(attempts: 1)
}

/// The wait before the next attempt, counted from the end of the failed one.
public enum Backoff: Hashable, Sendable {
  case fixed(Duration)
  /// `step` after the first failure, twice `step` after the second, at most `cap`.
  case linear(step: Duration, cap: Duration)
  /// `from` after the first failure, doubled after each further one, at most `cap`.
  case exponential(from: Duration, cap: Duration)

  /// The wait after the given number of failures (1 for the first), never more than the cap and never less than zero.
  public func delay(afterFailures failures: Int) -> Duration {
    let failures = max(failures, 1)
    switch self {
    case .fixed(let delay):
      return max(delay, .zero)
    case .linear(let step, let cap):
      // The cap is reached long before the product could overflow: steps are compared, not multiplied, first.
      let limit = Backoff.limit(cap)
      guard step > .zero else { return .zero }
      return limit / step < Double(failures) ? limit : min(step * failures, limit)
    case .exponential(let first, let cap):
      let limit = Backoff.limit(cap)
      var delay = max(first, .zero)
      // Sixty-three doublings of a microsecond pass any time that an instant can hold.
      for _ in 1..<min(failures, 64) where delay < limit { delay *= 2 }
      return min(delay, limit)
    }
  }

  /// The cap within what an instant can hold, so that no arithmetic on it overflows.
  private static func limit(_ cap: Duration) -> Duration {
    min(max(cap, .zero), .microseconds(Int64.max))
  }
}

/// What becomes of a run whose scheduler died, or lost its session.
public enum CrashPolicy: String, Hashable, Sendable, Codable {
  /// It runs again, on whichever scheduler takes it: at least once.
  case runAgain
  /// It ends with the outcome `unknown` and does not run again: at most once.
  case abandon
}
