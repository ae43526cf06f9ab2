extension JobPolicies {
  /// What is wrong with these policies, or nil where they can be followed.
  package var problem: String? {
    self.problemOfDurations ?? self.problemOfCounts ?? self.problemOfOverlap
  }

  private var problemOfDurations: String? {
    let notNegative: [(String, Duration?)] = [
      ("misfire grace", self.misfireGrace), ("window for catching up", self.catchUpWindow), ("jitter", self.jitter),
      ("retention", self.retention), ("age of history", self.historyAge),
    ]
    for (name, duration) in notNegative {
      if let duration, duration < .zero { return "the \(name) must not be negative, it is \(duration)" }
    }
    for (name, duration) in [("timeout", self.timeout), ("deadline", self.deadline)] {
      if let duration, duration <= .zero { return "the \(name) must be more than zero, it is \(duration)" }
    }
    return nil
  }

  private var problemOfCounts: String? {
    if self.retry.attempts < 1 { return "a job is tried at least once, attempts is \(self.retry.attempts)" }
    let atLeastOne: [(String, Int?)] = [
      ("limit of crashes", self.crashLimit), ("number of failures after which it is paused", self.pauseAfterFailures),
      ("limit of runs", self.runLimit), ("limit of history", self.historyLimit),
    ]
    for (name, count) in atLeastOne {
      if let count, count < 1 { return "the \(name) must be at least 1, or nil for none; it is \(count)" }
    }
    return self.problem(self.deadLetters, in: 0...JobPolicies.maximumDeadLetters, "number of dead letters")
      ?? self.problem(self.logLines, in: 0...JobPolicies.maximumLogLines, "number of log lines")
  }

  private var problemOfOverlap: String? {
    let limits = 1...JobState.maximumRuns
    if case .all(let count) = self.catchUp,
      let problem = self.problem(count, in: limits, "limit of catching up")
    {
      return problem
    }
    switch self.overlap {
    case .skip, .cancelRunning: return nil
    case .queue(let count): return self.problem(count, in: limits, "limit of the overlap queue")
    case .allow(let count): return self.problem(count, in: limits, "number of overlapping runs")
    }
  }

  private func problem(_ number: Int, in range: ClosedRange<Int>, _ name: String) -> String? {
    range.contains(number)
      ? nil : "the \(name) must be from \(range.lowerBound) to \(range.upperBound), it is \(number)"
  }
}
