import Almanac

// Promise 2: at least once, or at most once. Promise 4: nothing stale is written.

extension JobBook {
  /// What has to follow from an attempt's end.
  private struct Sequel {
    var outcome: OutcomeKind
    /// How long after it the next attempt comes; nil where there is none.
    var wait: ClosedRange<Duration>?
    /// Whether the deadline lets it come depends on a part of the wait that is left to chance.
    var isOpen = false
  }

  mutating func end(
    _ end: AttemptEnd, at: Instant, taken: Bool, said: CodeEnd?, _ before: JobRecord, _ after: JobRecord
  ) -> [String] {
    let what = "attempt \(end.attempt) of fire \(end.fireTime), claim \(end.claim)"
    guard let entry = self.open.removeValue(forKey: end.claim) else {
      return ["the end of \(what), as \(end.outcome), was written, and the claim was not held"]
    }
    var problems: [String] = []
    if entry.fire != end.fireTime || entry.attempt != end.attempt {
      problems.append("\(what) was claimed for attempt \(entry.attempt) of fire \(entry.fire)")
    }
    if !taken, said == nil, end.outcome == .succeeded || end.outcome == .failed || end.outcome == .snoozed {
      problems.append("\(what) ended as \(end.outcome), and its code did not end")
    }
    var fire = self.fires[entry.fire] ?? FireEntry()
    fire.claim = nil
    fire.endedAttempts += 1
    if !taken { self.count(said, entry.stop != nil) }
    let sequel = self.sequel(entry, &fire, taken ? nil : said ?? .stopped, at, before, after)
    if end.outcome != sequel.outcome {
      problems.append(
        "\(what) ended as \(end.outcome), where \(sequel.outcome) is right: its code came to \(said as Any), "
          + "it was told to stop for \(entry.stop?.reason as Any), taken back: \(taken)")
    }
    if (sequel.wait != nil) != (end.retryAt != nil), !sequel.isOpen {
      problems.append(
        "\(what) ended as \(end.outcome) after \(fire.failures) failures, with retry \(end.retryAt as Any)")
    }
    if let retryAt = end.retryAt {
      if !after.state.runs.contains(where: { $0.fireTime == end.fireTime && $0.attempt == end.attempt + 1 }) {
        problems.append("the next attempt after \(what) is not in the record")
      }
      if let wait = sequel.wait, !wait.contains(retryAt - at) {
        problems.append("\(what) is tried again \(retryAt - at) later, not \(wait)")
      }
    } else {
      fire.isOver = true
      self.follow(end, before.state.status, after.definition.policies)
    }
    self.fires[entry.fire] = fire
    return problems
  }

  /// Whether a worker that died is one more crash in a row, or ends the row: any other end does that, and a worker that was killed does neither.
  private mutating func count(_ said: CodeEnd?, _ wasStopped: Bool) {
    switch said {
    case .died(wasTold: false)? where !wasStopped:
      self.crashes += 1
      self.strikes = self.crashes
    case .died?: break
    default: self.crashes = 0
    }
  }

  private func sequel(
    _ entry: ClaimEntry, _ fire: inout FireEntry, _ said: CodeEnd?, _ at: Instant, _ before: JobRecord,
    _ after: JobRecord
  ) -> Sequel {
    let policies = after.definition.policies
    let isOver = before.state.status.isTombstone
    var sequel = Sequel(outcome: .crashed, wait: nil)
    if let said, !said.isDeath {
      sequel.outcome = said.outcome(entry.stop?.reason)
    } else if policies.onCrash == .abandon || (isOver && entry.stop == nil) {
      sequel.outcome = .unknown
    } else if let said {
      sequel.outcome = said.outcome(entry.stop?.reason)
    } else if let stop = entry.stop {
      sequel.outcome = CodeEnd.stopped.outcome(stop.reason)
    }
    if sequel.outcome == .failed || sequel.outcome == .timedOut { fire.failures += 1 }
    if !isOver { sequel.wait = self.wait(sequel.outcome, said, policies, fire.failures) }
    if let wait = sequel.wait, entry.origin == .trigger, let deadline = policies.deadline {
      let end = entry.fire + deadline
      if at + wait.lowerBound >= end {
        sequel.wait = nil
      } else if at + wait.upperBound >= end {
        sequel.isOpen = true
      }
    }
    if sequel.wait == nil {
      // What would have gone on, and may not.
      switch sequel.outcome {
      case .crashed, .interrupted: sequel.outcome = .unknown
      case .snoozed: sequel.outcome = .failed
      case .succeeded, .failed, .timedOut, .cancelled, .unknown: break
      }
    }
    return sequel
  }

  private func wait(
    _ outcome: OutcomeKind, _ said: CodeEnd?, _ policies: JobPolicies, _ failures: Int
  ) -> ClosedRange<Duration>? {
    switch outcome {
    case .failed, .timedOut:
      guard said != .gaveUp, failures < policies.retry.attempts else { return nil }
      if case .failedUntil(let wait)? = said { return wait...wait }
      var names: Set<String> = outcome == .timedOut ? ["timeout"] : []
      if case .failed(let name)? = said { names.insert(name) }
      return SimulatedPolicies.retries(policies, names) ? SimulatedPolicies.delays(policies, failures) : nil
    case .snoozed:
      guard case .snoozed(let wait)? = said else { return nil }
      return wait...wait
    case .crashed:
      let pause = SimulatedPolicies.pause(crashes: self.crashes)
      return pause...pause
    case .interrupted:
      return policies.onCrash == .runAgain ? .zero ... .zero : nil
    case .succeeded, .cancelled, .unknown:
      return nil
    }
  }

  /// What follows for the job from the end of a fire.
  private mutating func follow(_ end: AttemptEnd, _ status: JobStatus, _ policies: JobPolicies) {
    switch end.outcome {
    case .succeeded: self.failures = 0
    case .failed, .timedOut: self.failures += 1
    case .cancelled, .snoozed, .unknown, .crashed, .interrupted: break
    }
    guard end.outcome == .failed || end.outcome == .timedOut || end.outcome == .unknown, status != .removed,
      policies.deadLetters > 0
    else { return }
    self.dead.append(DeadEntry(fire: end.fireTime, attempt: end.attempt))
    if self.dead.count > policies.deadLetters { self.dead.removeFirst(self.dead.count - policies.deadLetters) }
  }
}
