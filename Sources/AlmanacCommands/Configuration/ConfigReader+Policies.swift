#if CommandLine
import Almanac
import Yams

// What happens when things do not go by the clock. The same keys stand in a job and under `defaults`.

extension ConfigReader {
  static let policyKeys = [
    "misfireGrace", "catchUp", "catchUpWindow", "jitter", "deadline", "overlap", "retry", "timeout", "onCrash",
    "crashLimit", "pauseAfterFailures", "runLimit", "deadLetters", "logLines", "historyAge", "historyLimit",
    "retention",
  ]

  /// The defaults, with what the mapping says in their place.
  ///
  /// - Parameter kind: what the job does, which decides the names of failures; nil where it is open.
  func policies(_ scope: ConfigScope, of kind: FailureName.Kind? = nil) -> JobPolicies {
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
    if let retry = self.retry(scope, of: kind) { policies.retry = retry }
    self.readLimits(scope, into: &policies)
    return policies
  }

  /// The durations and numbers that few jobs say.
  private func readLimits(_ scope: ConfigScope, into policies: inout JobPolicies) {
    if let window = self.optionalDuration(scope, "catchUpWindow", zeroAllowed: true) {
      policies.catchUpWindow = window.value
    }
    if let jitter = self.optionalDuration(scope, "jitter", zeroAllowed: true) {
      policies.jitter = jitter.value ?? .zero
    }
    if let deadline = self.optionalDuration(scope, "deadline", zeroAllowed: false) {
      policies.deadline = deadline.value
    }
    if let limit = self.optionalNumber(scope, "crashLimit") { policies.crashLimit = limit.value }
    if let limit = self.optionalNumber(scope, "pauseAfterFailures") { policies.pauseAfterFailures = limit.value }
    if let limit = self.optionalNumber(scope, "runLimit") { policies.runLimit = limit.value }
    if let count = scope.number("deadLetters", in: 0...JobPolicies.maximumDeadLetters) { policies.deadLetters = count }
    if let count = scope.number("logLines", in: 0...JobPolicies.maximumLogLines) { policies.logLines = count }
    if let age = self.optionalDuration(scope, "historyAge", zeroAllowed: true) { policies.historyAge = age.value }
    if let limit = self.optionalNumber(scope, "historyLimit") { policies.historyLimit = limit.value }
  }

  private struct Setting<Value> { var value: Value? }

  private func optionalNumber(_ scope: ConfigScope, _ key: String) -> Setting<Int>? {
    scope.value(key) { text throws(SyntaxProblem) in
      if text == "none" { return Setting(value: nil) }
      guard let number = Int(text), (1...ConfigReader.mostAttempts).contains(number) else {
        throw SyntaxProblem(
          column: 1,
          message:
            "expected a whole number from 1 to \(ConfigReader.mostAttempts), or none, not \"\(VisibleText.line(text))\""
        )
      }
      return Setting(value: number)
    }
  }

  private func optionalDuration(_ scope: ConfigScope, _ key: String, zeroAllowed: Bool) -> Setting<Duration>? {
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
          ("allow", .allow(limit: JobState.maximumRuns)), ("cancel-running", .cancelRunning), ("queue-one", .queueOne),
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

  private func retry(_ scope: ConfigScope, of kind: FailureName.Kind?) -> RetryPolicy? {
    guard let node = scope["retry"] else { return nil }
    let attempts = 1...ConfigReader.mostAttempts
    if case .scalar = node { return scope.number("retry", in: attempts).map { RetryPolicy(attempts: $0) } }
    let keys = ["attempts", "backoff", "delay", "cap", "jitter", "only", "not"]
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
    let jitter = retry.value("jitter", ConfigReader.share) ?? 0
    let only = self.failures(retry, "only", of: kind)
    let not = self.failures(retry, "not", of: kind)
    return retry.number("attempts", in: attempts).map {
      RetryPolicy(attempts: $0, backoff: backoff, jitter: jitter, retryOn: only, giveUpOn: not ?? [])
    }
  }

  /// A set of names of failures.
  private func failures(_ scope: ConfigScope, _ key: String, of kind: FailureName.Kind?) -> Set<String>? {
    guard let node = scope[key] else { return nil }
    let nodes: [Node] =
      if case .sequence(let sequence) = node { Array(sequence) } else { [node] }
    if nodes.isEmpty { self.problems.add(node.problem("\"\(key)\" names no failure")) }
    let names = nodes.compactMap { node in
      scope.value(node, key) { text throws(SyntaxProblem) in try FailureName.parse(text, of: kind) }
    }
    return Set(names)
  }

  /// A part of a whole: `0.5` or `50%`.
  private static func share(_ text: String) throws(SyntaxProblem) -> Double {
    let problem = SyntaxProblem(
      column: 1, message: "expected a share such as 0.5 or 50%, at most 1 or 100%, not \"\(VisibleText.line(text))\"")
    let isPercent = text.last == "%"
    var digits = text
    if isPercent {
      digits.removeLast()
      while digits.last == " " { digits.removeLast() }
    }
    // Only figures and a point: the numbers of the library know infinities, exponents and hexadecimal figures too.
    guard digits.allSatisfy({ $0.asciiDigit != nil || $0 == "." }), let number = Double(digits) else {
      throw problem
    }
    let share = isPercent ? number / 100 : number
    guard (0...1).contains(share) else { throw problem }
    return share
  }

  private static let mostAttempts = 1_000_000
}
#endif
