#if CommandLine
import Almanac
import Yams

// What happens when things do not go by the clock. The same keys stand in a job and under `defaults`.

extension ConfigReader {
  static let policyKeys = [
    "misfireGrace", "catchUp", "overlap", "retry", "timeout", "onCrash", "retention",
  ]

  /// The defaults, with what the mapping says in their place.
  func policies(_ scope: ConfigScope) -> JobPolicies {
    var policies = self.defaults
    // `none` takes back what the defaults set.
    if let grace = self.optionalDuration(scope, "misfireGrace", zeroAllowed: true) {
      policies.misfireGrace = grace.value
    }
    if let timeout = self.optionalDuration(scope, "timeout", zeroAllowed: false) { policies.timeout = timeout.value }
    if let retention = scope.duration("retention") { policies.retention = retention }
    if let policy = scope.choice("onCrash", [("run-again", CrashPolicy.runAgain), ("abandon", .abandon)]) {
      policies.onCrash = policy
    }
    if let catchUp = self.catchUp(scope) { policies.catchUp = catchUp }
    if let overlap = self.overlap(scope) { policies.overlap = overlap }
    if let retry = self.retry(scope) { policies.retry = retry }
    return policies
  }

  private struct Setting { var value: Duration? }

  private func optionalDuration(_ scope: ConfigScope, _ key: String, zeroAllowed: Bool) -> Setting? {
    scope.value(key) { text throws(SyntaxProblem) in
      if text == "none" { return Setting(value: nil) }
      let duration = try DurationText.parse(text)
      if !zeroAllowed, duration <= .zero { throw SyntaxProblem(column: 1, message: "must be more than zero, or none") }
      return Setting(value: duration)
    }
  }

  private func catchUp(_ scope: ConfigScope) -> CatchUp? {
    guard let node = scope["catchUp"] else { return nil }
    if case .scalar = node {
      return scope.choice(
        "catchUp",
        [("latest", .latest), ("earliest", .earliest), ("none", .none), ("all", .all(limit: JobState.maximumRuns))])
    }
    let mapping = ConfigScope(node, "\"catchUp\"", keys: ["all"], problems: self.problems)
    return mapping?.number("all", in: 1...JobState.maximumRuns).map { .all(limit: $0) }
  }

  private func overlap(_ scope: ConfigScope) -> Overlap? {
    guard let node = scope["overlap"] else { return nil }
    if case .scalar = node {
      return scope.choice(
        "overlap",
        [
          ("skip", .skip), ("queue", .queue(limit: JobState.maximumRuns)),
          ("allow", .allow(limit: JobState.maximumRuns)),
        ])
    }
    let limits = 1...JobState.maximumRuns
    guard let mapping = ConfigScope(node, "\"overlap\"", keys: ["queue", "allow"], problems: self.problems) else {
      return nil
    }
    if mapping.has("queue"), mapping.has("allow") {
      self.problems.add(node.problem("\"overlap\" is either queue or allow"))
      return nil
    }
    return mapping.number("queue", in: limits).map { .queue(limit: $0) }
      ?? mapping.number("allow", in: limits).map { .allow(limit: $0) }
  }

  private func retry(_ scope: ConfigScope) -> RetryPolicy? {
    guard let node = scope["retry"] else { return nil }
    let attempts = 1...ConfigReader.mostAttempts
    if case .scalar = node { return scope.number("retry", in: attempts).map { RetryPolicy(attempts: $0) } }
    let keys = ["attempts", "backoff", "delay", "cap"]
    guard let retry = ConfigScope(node, "\"retry\"", keys: keys, problems: self.problems) else { return nil }
    if !retry.has("attempts") {
      self.problems.add(node.problem("\"retry\" has no \"attempts\": how often a fire is tried in all"))
    }
    enum Shape { case fixed, linear, exponential }
    let shape =
      retry.choice("backoff", [("fixed", Shape.fixed), ("linear", .linear), ("exponential", .exponential)])
      ?? .exponential
    let delay = retry.duration("delay") ?? .seconds(1)
    let cap = retry.duration("cap") ?? .seconds(3_600)
    let backoff: Backoff =
      switch shape {
      case .fixed: .fixed(delay)
      case .linear: .linear(step: delay, cap: cap)
      case .exponential: .exponential(from: delay, cap: cap)
      }
    return retry.number("attempts", in: attempts).map { RetryPolicy(attempts: $0, backoff: backoff) }
  }

  private static let mostAttempts = 1_000_000
}
#endif
