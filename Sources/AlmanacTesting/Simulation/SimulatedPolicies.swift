import Almanac

/// The policies that simulated jobs have, and what an auditor takes them to mean. **This is the one place to extend when a policy is added**:
/// let ``random(_:using:)`` choose it, and say below what has to follow from it.
enum SimulatedPolicies {
  // MARK: Choosing

  static func random(_ kind: SimulatedWork.Kind, using random: inout SeededGenerator) -> JobPolicies {
    var policies = JobPolicies()
    policies.overlap =
      [.skip, .skip, .queue(limit: 3), .allow(limit: 2), .allow(limit: 3)].randomElement(using: &random) ?? .skip
    policies.catchUp = [.latest, .earliest, .all(limit: 4), .none].randomElement(using: &random) ?? .latest
    policies.misfireGrace = [nil, nil, .seconds(2)].randomElement(using: &random) ?? nil
    policies.retry = RetryPolicy(
      attempts: Int.random(in: 1...4, using: &random),
      backoff: .fixed(.milliseconds(Int64.random(in: 0...3_000, using: &random))))
    policies.onCrash = Int.random(in: 0..<4, using: &random) == 0 ? .abandon : .runAgain
    policies.retention = .milliseconds(Int64.random(in: 500...20_000, using: &random))
    // What hangs needs a limit, or a user who cancels it.
    if kind == .hanging || Bool.random(using: &random) {
      policies.timeout = .milliseconds(Int64.random(in: 500...5_000, using: &random))
    }
    return policies
  }

  // MARK: Meaning

  /// How many runs of one job may be going at once.
  static func concurrency(_ overlap: Overlap) -> Int {
    switch overlap {
    case .skip, .queue, .cancelRunning: 1
    case .allow(let limit): limit
    }
  }

  /// Whether a fire that failed so often is tried again.
  static func retries(_ policies: JobPolicies, failures: Int) -> Bool { failures < policies.retry.attempts }

  /// How long after a failure it is tried again; nil where that is not to be foretold.
  static func delay(_ policies: JobPolicies, failures: Int) -> Duration? {
    if case .fixed(let delay) = policies.retry.backoff { delay } else { nil }
  }

  /// How long a run waits whose attempt was cut off: after the first crash in a row not at all, then 1 s, 2 s, 4 s, up to a minute.
  static func pause(_ outcome: OutcomeKind, crashes: Int) -> Duration {
    guard outcome == .crashed, crashes > 1 else { return .zero }
    return .seconds(min(1 << min(crashes - 2, 6), 60))
  }

  /// How late a fire may be; nil for however late.
  static func grace(_ policies: JobPolicies) -> Duration? {
    guard case .none = policies.catchUp else { return policies.misfireGrace }
    return min(policies.misfireGrace ?? CatchUp.onTime, CatchUp.onTime)
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
