/// Whether a failed run is tried again, and after how long.
///
/// ```swift
/// var retry = RetryPolicy(attempts: 5, backoff: .exponential(from: .seconds(2), cap: .seconds(300)), jitter: 0.5)
/// retry.giveUpOn = ["MyApp.InvalidOrder"]
/// ```
///
/// A job's own code knows more than a policy does: it may throw ``RetryAfter``, ``Snooze`` or ``GiveUp``.
public struct RetryPolicy: Hashable, Sendable {
  /// How often a fire is tried in all, the first time included.
  public var attempts: Int
  public var backoff: Backoff
  /// By which part of itself a wait may be shortened, from 0, the default, to 1: failures of the same moment do not come back at the same moment.
  /// How much it is follows from the job, the fire and the attempt, the same on every server. Kept in hundredths.
  public var jitter: Double {
    get { Double(self.jitterPercent) / 100 }
    set { self.jitterPercent = newValue.isFinite ? Int((min(max(newValue, 0), 1) * 100).rounded()) : 0 }
  }
  /// Which errors are tried again, by the names of their types as ``Failure/type`` has them, or the names that they give themselves
  /// (``NamedFailure``); nil, the default, for all.
  public var retryOn: Set<String>?
  /// Which errors are final, by the names of their types; of an error that both sets name this one holds.
  public var giveUpOn: Set<String>
  package var jitterPercent = 0

  public init(
    attempts: Int, backoff: Backoff = .exponential(from: .seconds(1), cap: .seconds(3_600)), jitter: Double = 0,
    retryOn: Set<String>? = nil, giveUpOn: Set<String> = []
  ) {
    self.attempts = attempts
    self.backoff = backoff
    self.retryOn = retryOn
    self.giveUpOn = giveUpOn
    self.jitter = jitter
  }

  /// Failures are final.
  public static let never = RetryPolicy(attempts: 1)

  /// The name under which a timeout stands in ``retryOn`` and ``giveUpOn``.
  public static let timeout = "timeout"

  /// Whether an attempt that failed this way is tried again, given attempts that are left.
  ///
  /// - Parameter type: the name of the error's type; nil where the run stopped without saying why.
  package func retries(_ type: String?, timedOut: Bool) -> Bool {
    var names: Set<String> = []
    if let type { names.insert(type) }
    if timedOut { names.insert(RetryPolicy.timeout) }
    if !names.isDisjoint(with: self.giveUpOn) { return false }
    guard let retryOn = self.retryOn else { return true }
    return !names.isDisjoint(with: retryOn)
  }

  /// The wait after the given number of failures.
  package func delay(afterFailures failures: Int, job: JobID, fire: Instant) -> Duration {
    let delay = self.backoff.delay(afterFailures: failures)
    let percent = Int64(min(max(self.jitterPercent, 0), 100))
    guard percent > 0, delay > .zero else { return delay }
    // Another seed for each attempt: the fire's time alone would shorten every wait of it by the same part.
    let seed = fire + .microseconds(Int64(min(failures, 1_000_000)))
    let (product, overflow) = delay.wholeMicroseconds.multipliedReportingOverflow(by: percent)
    let most: Duration = .microseconds(overflow ? delay.wholeMicroseconds / 100 * percent : product / 100)
    return delay - jitterOffset(job: job.rawValue.utf8, nominal: seed, maximum: most)
  }
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
