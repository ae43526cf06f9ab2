import Almanac

/// Policies in the words of the configuration file: what stands here may be written there.
enum PolicyText {
  /// The usual ones, and those that few jobs have where they are not the default.
  static func pairs(_ policies: JobPolicies) -> [(key: String, value: String)] {
    let usual = JobPolicies.default
    let pairs: [(key: String, value: String, isShown: Bool)] = [
      ("misfireGrace", self.text(policies.misfireGrace), true),
      ("catchUp", self.text(policies.catchUp), true),
      ("catchUpWindow", self.text(policies.catchUpWindow), policies.catchUpWindow != usual.catchUpWindow),
      ("jitter", self.text(policies.jitter), policies.jitter != usual.jitter),
      ("deadline", self.text(policies.deadline), policies.deadline != usual.deadline),
      ("overlap", self.text(policies.overlap), true),
      ("retry", self.text(policies.retry), true),
      ("timeout", self.text(policies.timeout), true),
      ("onCrash", policies.onCrash == .runAgain ? "run-again" : "abandon", true),
      ("crashLimit", self.text(policies.crashLimit), policies.crashLimit != usual.crashLimit),
      (
        "pauseAfterFailures", self.text(policies.pauseAfterFailures),
        policies.pauseAfterFailures != usual.pauseAfterFailures
      ),
      ("runLimit", self.text(policies.runLimit), policies.runLimit != usual.runLimit),
      ("deadLetters", "\(policies.deadLetters)", policies.deadLetters != usual.deadLetters),
      ("logLines", "\(policies.logLines)", policies.logLines != usual.logLines),
      ("historyAge", self.text(policies.historyAge), policies.historyAge != usual.historyAge),
      ("historyLimit", self.text(policies.historyLimit), policies.historyLimit != usual.historyLimit),
      ("retention", self.text(policies.retention), true),
    ]
    return pairs.filter(\.isShown).map { ($0.key, $0.value) }
  }

  /// Those that are not the default.
  static func unusualPairs(_ policies: JobPolicies) -> [(key: String, value: String)] {
    let usual = Dictionary(self.pairs(.default).map { ($0.key, $0.value) }) { first, _ in first }
    return self.pairs(policies).filter { usual[$0.key] != $0.value }
  }

  private static func text(_ duration: Duration?) -> String { duration.map(DurationText.exact) ?? "none" }

  private static func text(_ count: Int?) -> String { count.map(String.init) ?? "none" }

  private static func text(_ catchUp: CatchUp) -> String {
    switch catchUp {
    case .latest: "latest"
    case .earliest: "earliest"
    case .all(let limit): "{all: \(limit)}"
    case .none: "none"
    }
  }

  private static func text(_ overlap: Overlap) -> String {
    switch overlap {
    case .skip: "skip"
    case .cancelRunning: "cancel-running"
    case .queue(let limit): "{queue: \(limit)}"
    case .allow(let limit): "{allow: \(limit)}"
    }
  }

  private static func text(_ retry: RetryPolicy) -> String {
    if retry == .never { return "1" }
    var members = ["attempts: \(retry.attempts)"]
    switch retry.backoff {
    case .fixed(let delay):
      members += ["backoff: fixed", "delay: \(DurationText.exact(delay))"]
    case .linear(let step, let cap):
      members += ["backoff: linear", "delay: \(DurationText.exact(step))", "cap: \(DurationText.exact(cap))"]
    case .exponential(let first, let cap):
      members += ["backoff: exponential", "delay: \(DurationText.exact(first))", "cap: \(DurationText.exact(cap))"]
    }
    let percent = Int((retry.jitter * 100).rounded())
    if percent > 0 { members.append("jitter: \(percent)%") }
    if let names = retry.retryOn { members.append("only: \(self.list(names))") }
    if !retry.giveUpOn.isEmpty { members.append("not: \(self.list(retry.giveUpOn))") }
    return "{\(members.joined(separator: ", "))}"
  }

  private static func list(_ names: Set<String>) -> String { "[\(names.sorted().joined(separator: ", "))]" }
}
