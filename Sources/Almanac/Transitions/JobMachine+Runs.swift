// What becomes of runs: they end, are given back, are lost with their scheduler, or are told to stop.

extension JobMachine {
  static func finished(
    _ change: inout RecordChange, _ token: FencingToken, _ outcome: RunOutcome, startedAt: Instant, endedAt: Instant,
    node: String?
  ) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    guard let claim = change.state.runs[index].claim else { return .noSuchRun }
    var end = RunEnd(startedAt: startedAt, endedAt: endedAt, node: node, result: outcome.result, logs: outcome.logs)
    // Whatever else it came to, it did not take its process with it.
    var crashes = 0
    var isStrike = false
    switch (outcome.kind, claim.cancelling) {
    case (.crashed(let failure), let reason):
      end.kind = self.endOfLostRun(reason, change)
      end.failure = failure
      // One that was told to stop and did not was killed: that is no fault of the kind that is counted.
      isStrike = reason == nil && !outcome.wasToldToStop
      crashes = isStrike ? change.state.crashesInRow.countedUp : change.state.crashesInRow
      // Its scheduler shuts down and could not wait.
      if end.kind == .crashed, !isStrike { end.kind = .interrupted }
    case (.unknown(let failure), _):
      // Told to stop or not, what it was about may have been done.
      end.kind = .unknown
      end.failure = failure
    case (.succeeded, _):
      // It was told to stop and did its work all the same: the work is done, and that is what counts.
      end.kind = .succeeded
    case (.failed(let failure, let advice), nil):
      end.kind = .failed
      end.failure = failure
      end.advice = advice
    case (.failed(let failure, let advice), .timeout?):
      end.kind = .timedOut
      end.failure = failure
      end.advice = advice
    case (.failed(let failure, _), .requested?), (.failed(let failure, _), .overlap?):
      end.kind = .cancelled
      end.failure = failure
    case (.cancelled, .timeout?), (.snoozed, .timeout?):
      end.kind = .timedOut
    case (.cancelled, .requested?), (.cancelled, .overlap?), (.snoozed, .requested?), (.snoozed, .overlap?):
      end.kind = .cancelled
    case (.snoozed(let wait), nil):
      end.kind = .snoozed
      end.advice = .after(wait)
    case (.cancelled, nil):
      // Nobody asked for this run to stop: its scheduler is shutting down and could not wait.
      end.kind = .interrupted
    }
    change.state.crashesInRow = crashes
    self.end(&change, at: index, end)
    if isStrike { self.quarantineIfDeadly(&change) }
    return nil
  }

  static func progressed(_ change: inout RecordChange, _ token: FencingToken, _ progress: RunProgress) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    guard var claim = change.state.runs[index].claim else { return .noSuchRun }
    claim.progress = progress
    change.state.runs[index].phase = .claimed(claim)
    change.report(.progressed(token, progress))
    return nil
  }

  static func released(_ change: inout RecordChange, _ token: FencingToken) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    let run = change.state.runs[index]
    self.giveBack(&change, at: index, token)
    self.dropIfRemoved(&change)
    // It never began, so it goes like any run that is cancelled while it waits.
    func isIt(_ other: Run) -> Bool { other.fireTime == run.fireTime && other.attempt == run.attempt }
    switch run.claim?.cancelling {
    case .requested?: change.dropRuns(.skipped, where: isIt)
    case .overlap?: change.dropRuns(.overlapped, where: isIt)
    case .timeout?, nil: break
    }
    return nil
  }

  static func decodeFailed(_ change: inout RecordChange, _ token: FencingToken, _ reason: String) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    self.giveBack(&change, at: index, token)
    self.dropIfRemoved(&change)
    if !change.state.status.isTombstone {
      change.setStatus(.quarantined, note: reason)
      change.report(.quarantined(reason: reason))
    }
    return nil
  }

  static func ownerLost(
    _ change: inout RecordChange, _ epoch: Epoch, node: String?, tookLeave: Bool
  ) -> Refusal? {
    guard change.state.runs.contains(where: { $0.claim?.owner == epoch }) else { return .noSuchRun }
    // One crash, however many runs of the job it hit.
    if !tookLeave { change.state.crashesInRow.countUp() }
    while let index = change.state.runs.firstIndex(where: { $0.claim?.owner == epoch }),
      let claim = change.state.runs[index].claim
    {
      change.revoke(claim.number)
      let token = FencingToken(incarnation: change.definition.incarnation, claim: claim.number)
      change.report(.ownerLost(epoch, token))
      var end = RunEnd(startedAt: claim.at, endedAt: change.now, node: node)
      end.kind = self.endOfLostRun(claim.cancelling, change)
      self.end(&change, at: index, end)
    }
    if !tookLeave { self.quarantineIfDeadly(&change) }
    return nil
  }

  /// What a run came to whose process is gone, by why it was told to stop, if it was.
  private static func endOfLostRun(_ reason: CancelReason?, _ change: RecordChange) -> OutcomeKind {
    switch (reason, change.policies.onCrash) {
    case (.timeout?, .runAgain): .timedOut
    case (.requested?, .runAgain), (.overlap?, .runAgain): .cancelled
    case (nil, .runAgain): change.state.status.isTombstone ? .unknown : .crashed
    case (_, .abandon): .unknown
    }
  }

  /// Sets a job aside that was going each time a process died, too often in a row to be chance. Its runs wait in it.
  private static func quarantineIfDeadly(_ change: inout RecordChange) {
    guard let limit = change.policies.crashLimit, change.state.crashesInRow >= max(limit, 1) else { return }
    switch change.state.status {
    case .active, .paused: break
    case .quarantined, .finished, .removed: return
    }
    let times = change.state.crashesInRow
    let note = "the process that ran it died \(times) \(times == 1 ? "time" : "times") in a row"
    change.setStatus(.quarantined, note: note)
    change.report(.quarantined(reason: note))
  }

  static func cancelRequested(_ change: inout RecordChange, _ token: FencingToken?) -> Refusal? {
    if let token {
      guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
      guard var claim = change.state.runs[index].claim else { return .noSuchRun }
      self.tellToStop(&change, at: index, &claim, .requested)
      return nil
    }
    guard !change.state.runs.isEmpty else { return .noSuchRun }
    change.dropRuns(.skipped) { _ in true }
    for index in change.state.runs.indices {
      guard var claim = change.state.runs[index].claim else { continue }
      self.tellToStop(&change, at: index, &claim, .requested)
    }
    return nil
  }

  // MARK: Ending

  /// How an attempt ended, before it is decided what follows.
  private struct RunEnd {
    var kind = OutcomeKind.succeeded
    var failure: Failure?
    var advice = RetryAdvice.byPolicy
    var startedAt: Instant
    var endedAt: Instant
    var node: String?
    var result: [UInt8]?
    var logs: [LogLine] = []
  }

  /// Ends an attempt: the fire is over, or waits for its next attempt.
  private static func end(_ change: inout RecordChange, at index: Int, _ end: RunEnd) {
    var end = end
    var run = change.state.runs.remove(at: index)
    guard let claim = run.claim else { return }
    if end.kind == .failed || end.kind == .timedOut { run.failures.countUp() }
    let retryAt = self.retryAt(run, end, change)
    if retryAt == nil { self.settle(&end) }
    change.write(
      .attempt(
        AttemptEnd(
          fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, claim: claim.number, owner: claim.owner,
          node: end.node, outcome: end.kind, failure: end.failure, startedAt: end.startedAt, endedAt: end.endedAt,
          retryAt: retryAt, result: end.result, logs: end.logs)))
    self.count(&change, end.kind, final: retryAt == nil)
    if let retryAt {
      run.attempt.countUp()
      run.phase = .waiting(until: retryAt)
      change.insert(run)
    } else {
      change.state.lastOutcome = end.kind
      self.follow(&change, run, end)
    }
  }

  /// When the fire is tried again; nil where this was its end.
  private static func retryAt(_ run: Run, _ end: RunEnd, _ change: RecordChange) -> Instant? {
    if change.state.status.isTombstone { return nil }
    let policies = change.policies
    let wait: Duration
    switch (end.kind, end.advice) {
    case (.failed, .giveUp), (.timedOut, .giveUp):
      return nil
    case (.failed, .after(let asked)), (.timedOut, .after(let asked)):
      guard run.failures < policies.retry.attempts else { return nil }
      wait = max(asked, .zero)
    case (.failed, .byPolicy), (.timedOut, .byPolicy):
      guard run.failures < policies.retry.attempts,
        policies.retry.retries(end.failure?.type, timedOut: end.kind == .timedOut)
      else { return nil }
      wait = policies.retry.delay(afterFailures: run.failures, job: change.definition.id, fire: run.fireTime)
    case (.snoozed, .after(let asked)):
      // What asks for no time at all would be started again and again in one moment.
      wait = max(asked, .milliseconds(1))
    case (.crashed, _):
      wait = CrashPolicy.pause(afterCrashes: change.state.crashesInRow)
    case (.interrupted, _):
      // It was stopped in the middle: at most once means not again.
      guard policies.onCrash == .runAgain else { return nil }
      wait = .zero
    case (.snoozed, _), (.succeeded, _), (.cancelled, _), (.unknown, _):
      return nil
    }
    let retryAt = change.now + wait
    if run.origin == .trigger, let deadline = policies.deadlineAt(of: run.fireTime), retryAt >= deadline { return nil }
    return retryAt
  }

  /// What is told of an end after which the fire does not go on, though by itself it would have.
  private static func settle(_ end: inout RunEnd) {
    switch end.kind {
    case .crashed, .interrupted:
      end.kind = .unknown
    case .snoozed:
      end.kind = .failed
      end.failure = Failure(type: "Snooze", message: "it asked to be started again later, and there is no later")
    case .succeeded, .failed, .timedOut, .cancelled, .unknown:
      break
    }
  }

  /// What follows for the job from the end of a fire.
  private static func follow(_ change: inout RecordChange, _ run: Run, _ end: RunEnd) {
    switch end.kind {
    case .succeeded:
      change.state.failuresInRow = 0
    case .failed, .timedOut:
      self.bury(&change, run, end.kind, end.failure?.message)
      change.state.failuresInRow.countUp()
      self.pauseIfFailing(&change, end.failure?.message)
    case .unknown:
      self.bury(&change, run, end.kind, end.failure?.message)
    case .cancelled, .snoozed, .crashed, .interrupted:
      break
    }
  }

  /// Pauses a job that fails again and again, where anything of it is still to come.
  private static func pauseIfFailing(_ change: inout RecordChange, _ message: String?) {
    guard let limit = change.policies.pauseAfterFailures, change.state.failuresInRow >= max(limit, 1),
      change.state.status == .active, change.state.nextFire != nil || !change.state.runs.isEmpty
    else { return }
    let times = change.state.failuresInRow
    let reason = message.map { ": \($0)" } ?? ""
    let note = "failed \(times) \(times == 1 ? "time" : "times") in a row\(reason)".shortened(toBytes: 512)
    change.setStatus(.paused, note: note)
    change.report(.paused(note: note))
  }

  private static func count(_ change: inout RecordChange, _ kind: OutcomeKind, final: Bool) {
    switch kind {
    case .succeeded: change.state.counters.succeeded.countUp()
    case .failed, .timedOut:
      if final { change.state.counters.failed.countUp() } else { change.state.counters.retried.countUp() }
    case .cancelled: change.state.counters.cancelled.countUp()
    case .snoozed: change.state.counters.snoozed.countUp()
    case .unknown: change.state.counters.unknown.countUp()
    case .crashed, .interrupted: change.state.counters.crashed.countUp()
    }
  }

  /// Takes a claim back as if it had never been: the run waits again, with the same attempt.
  private static func giveBack(_ change: inout RecordChange, at index: Int, _ token: FencingToken) {
    change.revoke(token.claim)
    change.state.counters.started = max(change.state.counters.started, 1) - 1
    change.state.runs[index].phase = .waiting(until: min(change.now, change.state.runs[index].fireTime))
    change.report(.released(token))
  }

  private static func dropIfRemoved(_ change: inout RecordChange) {
    if change.state.status.isTombstone { change.dropRuns(.removed) { _ in true } }
  }

  // MARK: Tokens

  private static func index(of token: FencingToken, in change: RecordChange) -> Int? {
    guard token.incarnation == change.definition.incarnation else { return nil }
    return change.state.runs.firstIndex { $0.claim?.number == token.claim }
  }

  /// Why no run has this token: it was counted already, or it is another's by now.
  private static func whyUnknown(_ token: FencingToken, _ change: RecordChange) -> Refusal {
    let revoked = change.state.revokedClaims
    guard token.incarnation == change.definition.incarnation, token.claim >= 1,
      token.claim <= change.state.claims, !revoked.contains(token.claim)
    else { return .stale(token) }
    // A claim below those that are remembered may have been taken back and forgotten: then "refused" is the answer that hides nothing.
    if revoked.count >= JobState.maximumRevoked, let lowest = revoked.min(), token.claim < lowest {
      return .stale(token)
    }
    return .alreadyApplied(token)
  }
}
