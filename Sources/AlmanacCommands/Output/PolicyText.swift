import Almanac

/// Policies in the words of the configuration file.
enum PolicyText {
  static func pairs(_ policies: JobPolicies) -> [(key: String, value: String)] {
    let pairs = [
      ("misfireGrace", policies.misfireGrace.map(DurationText.exact) ?? "none"),
      ("catchUp", self.text(policies.catchUp)), ("overlap", self.text(policies.overlap)),
      ("retry", self.text(policies.retry)), ("timeout", policies.timeout.map(DurationText.exact) ?? "none"),
      ("onCrash", policies.onCrash == .runAgain ? "run-again" : "abandon"),
      ("retention", DurationText.exact(policies.retention)),
    ]
    return pairs.map { (key: $0.0, value: $0.1) } + self.rarePairs(policies)
  }

  /// Policies that few jobs have: shown where they are not the default.
  private static func rarePairs(_ policies: JobPolicies) -> [(key: String, value: String)] {
    let usual = JobPolicies.default
    func duration(_ duration: Duration?) -> String { duration.map(DurationText.exact) ?? "none" }
    func count(_ count: Int?) -> String { count.map(String.init) ?? "none" }
    var pairs: [(key: String, value: String)] = []
    if policies.catchUpWindow != nil { pairs.append(("catchUpWindow", duration(policies.catchUpWindow))) }
    if policies.jitter != usual.jitter { pairs.append(("jitter", duration(policies.jitter))) }
    if policies.deadline != nil { pairs.append(("deadline", duration(policies.deadline))) }
    if policies.crashLimit != usual.crashLimit { pairs.append(("crashLimit", count(policies.crashLimit))) }
    if policies.pauseAfterFailures != nil { pairs.append(("pauseAfterFailures", count(policies.pauseAfterFailures))) }
    if policies.runLimit != nil { pairs.append(("runLimit", count(policies.runLimit))) }
    if policies.deadLetters != usual.deadLetters { pairs.append(("deadLetters", "\(policies.deadLetters)")) }
    if policies.logLines != usual.logLines { pairs.append(("logLines", "\(policies.logLines)")) }
    if policies.historyAge != nil { pairs.append(("historyAge", duration(policies.historyAge))) }
    if policies.historyLimit != nil { pairs.append(("historyLimit", count(policies.historyLimit))) }
    return pairs
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
    case .cancelRunning: "cancel-running"
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
    var words = ["\(retry.attempts) attempts", backoff]
    if retry.jitterPercent > 0 { words.append("up to \(retry.jitterPercent) % sooner") }
    if let names = retry.retryOn { words.append("only on \(names.sorted().joined(separator: ", "))") }
    if !retry.giveUpOn.isEmpty { words.append("not on \(retry.giveUpOn.sorted().joined(separator: ", "))") }
    return words.joined(separator: ", ")
  }
}
