import Almanac

/// Policies in the words of the configuration file.
enum PolicyText {
  static func pairs(_ policies: JobPolicies) -> [(key: String, value: String)] {
    [
      ("misfireGrace", policies.misfireGrace.map(DurationText.exact) ?? "none"),
      ("catchUp", self.text(policies.catchUp)), ("overlap", self.text(policies.overlap)),
      ("retry", self.text(policies.retry)), ("timeout", policies.timeout.map(DurationText.exact) ?? "none"),
      ("onCrash", policies.onCrash == .runAgain ? "run-again" : "abandon"),
      ("retention", DurationText.exact(policies.retention)),
    ]
  }

  private static func text(_ catchUp: CatchUp) -> String {
    switch catchUp {
    case .latest: "latest"
    case .earliest: "earliest"
    case .all(let limit): "all, at most \(limit)"
    case .none: "none"
    }
  }

  private static func text(_ overlap: Overlap) -> String {
    switch overlap {
    case .skip: "skip"
    case .queue(let limit): "queue, at most \(limit)"
    case .allow(let limit): "allow, at most \(limit)"
    }
  }

  private static func text(_ retry: RetryPolicy) -> String {
    if retry.attempts == 1 { return "never" }
    let backoff =
      switch retry.backoff {
      case .fixed(let delay): "\(DurationText.exact(delay)) apart"
      case .linear(let step, let cap): "linear from \(DurationText.exact(step)) to \(DurationText.exact(cap))"
      case .exponential(let first, let cap):
        "exponential from \(DurationText.exact(first)) to \(DurationText.exact(cap))"
      }
    return "\(retry.attempts) attempts, \(backoff)"
  }
}
