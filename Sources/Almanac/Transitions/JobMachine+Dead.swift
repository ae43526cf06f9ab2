// Fires that ended badly for good: kept, tried again, let go.

extension JobMachine {
  /// Keeps a fire that ended badly, as far as the job keeps any.
  static func bury(_ change: inout RecordChange, _ run: Run, _ outcome: OutcomeKind, _ message: String?) {
    let limit = min(max(change.policies.deadLetters, 0), JobPolicies.maximumDeadLetters)
    guard limit > 0, change.state.status != .removed else { return }
    change.state.dead.append(
      DeadRun(
        fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, outcome: outcome, message: message,
        diedAt: change.now, payload: run.payload))
    // The oldest go: what became of them is in the history.
    change.state.dead.removeFirst(max(change.state.dead.count - limit, 0))
  }

  /// Tries fires again that ended badly, as if they were asked for by hand: with all attempts, without grace or deadline.
  static func retryDead(_ change: inout RecordChange, _ fire: Instant?) -> Refusal? {
    switch change.state.status {
    case .active, .paused, .finished: break
    case .quarantined: return .quarantined
    case .removed: return .isTombstone(.removed)
    }
    let chosen = self.chosen(change, fire)
    guard !chosen.isEmpty else { return .noDeadRun }
    guard change.state.runs.count + chosen.count <= JobState.maximumRuns else {
      return .tooManyRuns(limit: JobState.maximumRuns)
    }
    if change.state.status == .finished {
      change.setStatus(.active)
      change.state.forgetAt = nil
    }
    for dead in chosen {
      change.insert(
        Run(
          fireTime: dead.fireTime, origin: .hand, attempt: dead.attempt.countedUp, phase: .waiting(until: change.now),
          payload: dead.payload))
    }
    change.state.dead.removeAll { dead in chosen.contains { $0.fireTime == dead.fireTime } }
    change.report(.deadRetried(chosen.count))
    return nil
  }

  /// Lets fires go that ended badly.
  static func purgeDead(_ change: inout RecordChange, _ fire: Instant?) -> Refusal? {
    if change.state.status == .removed { return .isTombstone(.removed) }
    let chosen = self.chosen(change, fire)
    guard !chosen.isEmpty else { return .noDeadRun }
    change.state.dead.removeAll { dead in chosen.contains { $0.fireTime == dead.fireTime } }
    change.report(.deadPurged(chosen.count))
    return nil
  }

  /// Those of the given fire time, or all; none that is on its way again.
  private static func chosen(_ change: RecordChange, _ fire: Instant?) -> [DeadRun] {
    change.state.dead.filter { dead in
      (fire == nil || dead.fireTime == fire) && !change.state.runs.contains { $0.fireTime == dead.fireTime }
    }
  }
}
