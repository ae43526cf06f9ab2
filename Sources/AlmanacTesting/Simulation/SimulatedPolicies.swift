import Almanac

/// The policies that simulated jobs have, and what an auditor takes them to mean. **This is the one place to extend when a policy is added**:
/// let ``random(_:using:)`` choose it, and say below what has to follow from it.
enum SimulatedPolicies {
  // MARK: Choosing

  static func random(_ kind: SimulatedWork.Kind, using random: inout SeededGenerator) -> JobPolicies {
    var policies = JobPolicies()
    policies.overlap =
      [.skip, .skip, .queue(limit: 3), .allow(limit: 2), .allow(limit: 3), .cancelRunning].randomElement(using: &random)
      ?? .skip
    policies.catchUp = [.latest, .earliest, .all(limit: 4), .none].randomElement(using: &random) ?? .latest
    policies.misfireGrace = [nil, nil, .seconds(2)].randomElement(using: &random) ?? nil
    policies.catchUpWindow = [nil, nil, nil, .seconds(5)].randomElement(using: &random) ?? nil
    policies.jitter = [.zero, .zero, .milliseconds(800), .seconds(5)].randomElement(using: &random) ?? .zero
    policies.deadline = [nil, nil, nil, .seconds(4), .seconds(12)].randomElement(using: &random) ?? nil
    policies.retry = self.randomRetry(using: &random)
    policies.crashLimit = [5, 5, nil, 2, 3].randomElement(using: &random) ?? 5
    policies.pauseAfterFailures = [nil, nil, nil, 2, 3].randomElement(using: &random) ?? nil
    policies.runLimit = [nil, nil, nil, nil, 3, 10].randomElement(using: &random) ?? nil
    policies.deadLetters = [10, 3, 1, 0].randomElement(using: &random) ?? 10
    policies.onCrash = Int.random(in: 0..<4, using: &random) == 0 ? .abandon : .runAgain
    policies.retention = .milliseconds(Int64.random(in: 500...20_000, using: &random))
    // What hangs needs a limit, or a user who cancels it.
    if kind == .hanging || Bool.random(using: &random) {
      policies.timeout = .milliseconds(Int64.random(in: 500...5_000, using: &random))
    }
    return policies
  }

  private static func randomRetry(using random: inout SeededGenerator) -> RetryPolicy {
    let milliseconds = Duration.milliseconds(Int64.random(in: 0...3_000, using: &random))
    let backoffs: [Backoff] = [
      .fixed(milliseconds), .fixed(milliseconds), .linear(step: milliseconds, cap: .seconds(4)),
      .exponential(from: milliseconds, cap: .seconds(5)),
    ]
    var retry = RetryPolicy(
      attempts: Int.random(in: 1...4, using: &random),
      backoff: backoffs.randomElement(using: &random) ?? .fixed(milliseconds))
    retry.jitter = [0, 0, 0.5, 1].randomElement(using: &random) ?? 0
    retry.retryOn = [nil, nil, nil, [SimulatedFailure.name], ["timeout"]].randomElement(using: &random) ?? nil
    retry.giveUpOn = [[], [], [SimulatedRefusal.name], ["timeout"]].randomElement(using: &random) ?? []
    return retry
  }

  // MARK: Meaning

  /// How many runs of one job may be going at once.
  static func concurrency(_ overlap: Overlap) -> Int {
    switch overlap {
    case .skip, .queue, .cancelRunning: 1
    case .allow(let limit): limit
    }
  }

  /// Whether a failure of these names is tried again, as far as the attempts go.
  static func retries(_ policies: JobPolicies, _ names: Set<String>) -> Bool {
    if !policies.retry.giveUpOn.isDisjoint(with: names) { return false }
    return policies.retry.retryOn.map { !$0.isDisjoint(with: names) } ?? true
  }

  /// How long after so many failures a fire is tried again: the backoff's wait, or less by the jitter's part of it.
  static func delays(_ policies: JobPolicies, _ failures: Int) -> ClosedRange<Duration> {
    let longest: Duration
    switch policies.retry.backoff {
    case .fixed(let delay): longest = delay
    case .linear(let step, let cap): longest = min(step * failures, cap)
    case .exponential(let first, let cap): longest = min(first * (1 << (failures - 1)), cap)
    }
    let percent = Int((policies.retry.jitter * 100).rounded())
    return (longest - longest * percent / 100)...longest
  }

  /// How long a run waits whose scheduler was lost: after the first crash in a row not at all, then 1 s, 2 s, 4 s, up to a minute.
  static func pause(crashes: Int) -> Duration {
    crashes > 1 ? .seconds(min(1 << min(crashes - 2, 6), 60)) : .zero
  }

  /// How late a fire may be taken on; nil for however late.
  static func grace(_ policies: JobPolicies) -> Duration? {
    var limits = [policies.misfireGrace, policies.catchUpWindow].compactMap { $0 }
    if case .none = policies.catchUp { limits.append(.seconds(1)) }
    return limits.min()
  }

  /// Whether a fire must not start any more. Its start may have been put off by the jitter at the most.
  static func isTooLate(_ fire: Instant, to now: Instant, _ policies: JobPolicies, _ grace: Duration?) -> Bool {
    if let deadline = policies.deadline, now >= fire + deadline { return true }
    return grace.map { now > fire + policies.jitter + $0 } ?? false
  }

  /// By when a run has to be told to stop that starts now.
  static func timeoutAt(_ order: StartOrder, at now: Instant, _ policies: JobPolicies) -> Instant? {
    var ends = [policies.timeout.map { now + $0 }].compactMap { $0 }
    if order.origin == .trigger, let deadline = policies.deadline { ends.append(order.fireTime + deadline) }
    return ends.min()
  }

  /// Which of the fires that came at once have to run, where nothing stands in the way.
  static func toRun(_ fires: [Instant], _ policies: JobPolicies) -> [Instant] {
    switch policies.catchUp {
    case .latest, .none: fires.suffix(1)
    case .earliest: Array(fires.prefix(1))
    case .all(let limit): fires.suffix(limit)
    }
  }
}

extension Duration {
  var wholeMilliseconds: Int64 { self.components.seconds * 1_000 + self.components.attoseconds / 1_000_000_000_000_000 }
}
