// Its time has come: timeouts, fires, starts.
//
// The law of progress: what is committed here leaves `wakeAt > now`, or none, or strictly fewer waiting runs. A loop that takes
// due records again and again ends.

extension JobMachine {
  /// A tombstone with nothing left to end or to tell is forgotten when its time comes.
  static func mayBeForgotten(_ change: RecordChange) -> Bool {
    guard change.state.status.isTombstone, let forgetAt = change.state.forgetAt, forgetAt <= change.now else {
      return false
    }
    return change.state.runs.isEmpty && change.state.outbox.isEmpty
  }

  static func due(
    _ change: inout RecordChange, starts: Int, owner: Epoch, batch: Int64, admitsSuspects: Bool
  ) -> Refusal? {
    var progressed = self.postponeForgetting(&change)
    progressed = self.postponeOutbox(&change) || progressed
    progressed = self.endOverdueRuns(&change) || progressed
    progressed = self.dropLateRuns(&change) || progressed
    progressed = self.answerFires(&change, starts: starts) || progressed
    if change.record.isSuspect, !admitsSuspects {
      progressed = self.postponeStarts(&change) || progressed
    } else {
      progressed = self.claimWaitingRuns(&change, starts: starts, owner: owner, batch: batch) || progressed
    }
    return progressed ? nil : .nothingDue
  }

  /// A tombstone whose last run is still going is kept until that has ended.
  private static func postponeForgetting(_ change: inout RecordChange) -> Bool {
    guard change.state.status.isTombstone, let forgetAt = change.state.forgetAt, forgetAt <= change.now else {
      return false
    }
    change.state.forgetAt = change.now + .seconds(3_600)
    // Nothing that waits in a tombstone can ever start; another version may have left it there.
    change.dropRuns(.removed) { _ in true }
    return true
  }

  /// Whoever commits this takes the outbox to the history; should that fail too, the next one will.
  private static func postponeOutbox(_ change: inout RecordChange) -> Bool {
    guard let dueAt = change.state.outboxDueAt, dueAt <= change.now else { return false }
    change.state.outboxDueAt = change.now + JobRecord.outboxPatience
    return true
  }

  private static func endOverdueRuns(_ change: inout RecordChange) -> Bool {
    var progressed = false
    for index in change.state.runs.indices {
      guard var claim = change.state.runs[index].claim, let timeoutAt = claim.timeoutAt, timeoutAt <= change.now
      else { continue }
      self.tellToStop(&change, at: index, &claim, .timeout)
      progressed = true
    }
    return progressed
  }

  /// Marks a claimed run as being cancelled. It keeps its place until its code returns.
  static func tellToStop(_ change: inout RecordChange, at index: Int, _ claim: inout Claim, _ reason: CancelReason) {
    claim.timeoutAt = nil
    claim.cancelling = reason
    change.state.runs[index].phase = .claimed(claim)
    let token = FencingToken(incarnation: change.definition.incarnation, claim: claim.number)
    change.perform(.cancel(token, owner: claim.owner, reason))
    change.report(.cancelRequested(token, reason))
  }

  /// Drops the runs that waited too long: beyond their grace if they never began, beyond their deadline if they did.
  private static func dropLateRuns(_ change: inout RecordChange) -> Bool {
    let record = change.record
    let now = change.now
    func isLate(_ run: Run) -> Bool { record.isGivenUpAt(run).map { $0 <= now } ?? false }
    guard change.state.runs.contains(where: isLate) else { return false }
    change.dropRuns(.misfired) { isLate($0) && $0.attempt == 1 }
    change.dropRuns(.expired) { isLate($0) && $0.attempt > 1 }
    return true
  }

  /// A suspect is not started while its scheduler has another one: should the process die, one of them is to blame. Whoever looks next, here
  /// or elsewhere, may start it.
  private static func postponeStarts(_ change: inout RecordChange) -> Bool {
    let record = change.record
    guard record.hasFreePlace else { return false }
    var progressed = false
    for (index, run) in record.state.runs.enumerated() {
      guard record.mayStart(run), let readyAt = run.readyAt, readyAt <= change.now else { continue }
      change.state.runs[index].phase = .waiting(until: change.now + self.suspectPause)
      progressed = true
    }
    return progressed
  }

  private static let suspectPause: Duration = .milliseconds(500)

  /// Claims as many waiting runs as there are starts and free places, the one that has been ready longest first.
  private static func claimWaitingRuns(
    _ change: inout RecordChange, starts: Int, owner: Epoch, batch: Int64
  ) -> Bool {
    var started = 0
    while started < starts, change.record.hasFreePlace {
      var chosen: Int?
      for (index, run) in change.state.runs.enumerated() {
        guard change.record.mayStart(run), let readyAt = run.readyAt, readyAt <= change.now else { continue }
        if let best = chosen {
          let other = change.state.runs[best]
          if (readyAt, run.fireTime) >= (other.readyAt ?? .distantFuture, other.fireTime) { continue }
        }
        chosen = index
      }
      guard let chosen else { break }
      self.claim(&change, at: chosen, owner: owner, batch: batch)
      started += 1
    }
    return started > 0
  }

  private static func claim(_ change: inout RecordChange, at index: Int, owner: Epoch, batch: Int64) {
    change.state.claims.countUp()
    change.state.counters.started.countUp()
    let run = change.state.runs[index]
    let timeoutAt = self.timeoutAt(of: run, change)
    change.state.runs[index].phase = .claimed(
      Claim(number: change.state.claims, owner: owner, batch: batch, at: change.now, timeoutAt: timeoutAt))
    let order = StartOrder(
      token: FencingToken(incarnation: change.definition.incarnation, claim: change.state.claims),
      fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, startedAt: change.now, timeoutAt: timeoutAt,
      payload: run.payload)
    change.perform(.start(order))
    change.report(.started(order, lateness: change.now - max(run.fireTime, run.readyAt ?? run.fireTime)))
  }

  /// Runs by hand have a timeout and no deadline.
  private static func timeoutAt(of run: Run, _ change: RecordChange) -> Instant? {
    var policies = change.policies
    if run.origin == .hand { policies.deadline = nil }
    return policies.timeoutAt(of: change.now, fire: run.fireTime)
  }
}
