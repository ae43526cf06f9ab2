// What becomes of runs: they end, are given back, are lost with their scheduler, or are told to stop.

extension JobMachine {
  static func finished(
    _ change: inout RecordChange, _ token: FencingToken, _ outcome: RunOutcome, startedAt: Instant, endedAt: Instant
  ) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    guard let claim = change.state.runs[index].claim else { return .noSuchRun }
    var end = RunEnd(startedAt: startedAt, endedAt: endedAt)
    switch (outcome, claim.cancelling) {
    case (.succeeded, _):
      // It was told to stop and did its work all the same: the work is done, and that is what counts.
      end.kind = .succeeded
    case (.failed(let failure), nil):
      end.kind = .failed
      end.failure = failure
    case (.failed(let failure), .timeout?):
      end.kind = .timedOut
      end.failure = failure
    case (.failed(let failure), .requested?):
      end.kind = .cancelled
      end.failure = failure
    case (.cancelled, .timeout?):
      end.kind = .timedOut
    case (.cancelled, .requested?):
      end.kind = .cancelled
    case (.cancelled, nil):
      // Nobody asked for this run to stop: its scheduler is shutting down and could not wait.
      end.kind = .interrupted
    }
    self.end(&change, at: index, end)
    return nil
  }

  static func released(_ change: inout RecordChange, _ token: FencingToken) -> Refusal? {
    guard let index = self.index(of: token, in: change) else { return self.whyUnknown(token, change) }
    let run = change.state.runs[index]
    self.giveBack(&change, at: index, token)
    self.dropIfRemoved(&change)
    if run.claim?.cancelling == .requested {
      // It never began, so it goes like any run that is cancelled while it waits.
      change.dropRuns(.skipped) { $0.fireTime == run.fireTime && $0.attempt == run.attempt }
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

  static func ownerLost(_ change: inout RecordChange, _ epoch: Epoch) -> Refusal? {
    var found = false
    while let index = change.state.runs.firstIndex(where: { $0.claim?.owner == epoch }),
      let claim = change.state.runs[index].claim
    {
      found = true
      change.revoke(claim.number)
      let token = FencingToken(incarnation: change.definition.incarnation, claim: claim.number)
      change.report(.ownerLost(epoch, token))
      var end = RunEnd(startedAt: claim.at, endedAt: change.now)
      switch (claim.cancelling, change.policies.onCrash) {
      case (.timeout?, .runAgain): end.kind = .timedOut
      case (.requested?, .runAgain): end.kind = .cancelled
      case (nil, .runAgain): end.kind = change.state.status.isTombstone ? .unknown : .crashed
      case (_, .abandon): end.kind = .unknown
      }
      self.end(&change, at: index, end)
    }
    return found ? nil : .noSuchRun
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
    var startedAt: Instant
    var endedAt: Instant
  }

  /// Ends an attempt: the fire is over, or waits for its next attempt.
  private static func end(_ change: inout RecordChange, at index: Int, _ end: RunEnd) {
    var run = change.state.runs.remove(at: index)
    guard let claim = run.claim else { return }
    let kind = end.kind
    var retryAt: Instant?
    if !change.state.status.isTombstone {
      switch kind {
      case .failed, .timedOut:
        run.failures.countUp()
        if run.failures < change.policies.retry.attempts {
          retryAt = change.now + change.policies.retry.backoff.delay(afterFailures: run.failures)
        }
      case .crashed:
        retryAt = change.now
      case .interrupted:
        // It was stopped in the middle: at most once means not again.
        retryAt = change.policies.onCrash == .runAgain ? change.now : nil
      case .succeeded, .cancelled, .unknown:
        break
      }
    }
    let told: OutcomeKind = kind == .interrupted && retryAt == nil ? .unknown : kind
    change.write(
      .attempt(
        AttemptEnd(
          fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, claim: claim.number, owner: claim.owner,
          outcome: told, failure: end.failure, startedAt: end.startedAt, endedAt: end.endedAt, retryAt: retryAt)))
    self.count(&change, told, final: retryAt == nil)
    if let retryAt {
      run.attempt.countUp()
      run.phase = .waiting(until: retryAt)
      change.insert(run)
    } else {
      change.state.lastOutcome = told
    }
  }

  private static func count(_ change: inout RecordChange, _ kind: OutcomeKind, final: Bool) {
    switch kind {
    case .succeeded: change.state.counters.succeeded.countUp()
    case .failed, .timedOut:
      if final { change.state.counters.failed.countUp() } else { change.state.counters.retried.countUp() }
    case .cancelled: change.state.counters.cancelled.countUp()
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
