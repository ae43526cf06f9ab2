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

  static func due(_ change: inout RecordChange, starts: Int, owner: Epoch, batch: Int64) -> Refusal? {
    var progressed = self.postponeForgetting(&change)
    progressed = self.postponeOutbox(&change) || progressed
    progressed = self.endOverdueRuns(&change) || progressed
    progressed = self.dropLateRuns(&change) || progressed
    progressed = self.answerFires(&change, starts: starts) || progressed
    progressed = self.claimWaitingRuns(&change, starts: starts, owner: owner, batch: batch) || progressed
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

  /// Drops the fires that waited for their turn beyond their grace. Whoever has begun once is not late, and what was asked for by hand
  /// has no grace.
  private static func dropLateRuns(_ change: inout RecordChange) -> Bool {
    let record = change.record
    let now = change.now
    func isLate(_ run: Run) -> Bool { record.misfiresAt(run).map { $0 <= now } ?? false }
    guard change.state.runs.contains(where: isLate) else { return false }
    change.dropRuns(.misfired, where: isLate)
    return true
  }

  /// Answers the fires that have come: each becomes a waiting run, or a line that says why not.
  private static func answerFires(_ change: inout RecordChange, starts: Int) -> Bool {
    let now = change.now
    guard change.state.status == .active, var first = change.state.nextFire, first <= now else { return false }
    let trigger = change.definition.trigger
    if let reason = trigger.unreadableReason {
      // It cannot be known when it fires next. Set aside, with what is due still due: never run on a guess, never deleted.
      change.quarantine(unreadableTrigger: reason)
      return true
    }
    let latest = max(trigger.last(onOrBefore: now) ?? first, first)
    var progressed = false

    // Fires beyond the grace are misfires, whether or not there is a slot.
    if let grace = change.policies.effectiveGrace {
      let cutoff = now - grace
      if first < cutoff {
        guard latest >= cutoff, let onTime = trigger.next(after: cutoff - .microseconds(1)), onTime <= now else {
          change.drop(.misfired, from: first, through: latest)
          self.advance(&change, past: latest)
          return true
        }
        let lastLate = max(trigger.last(onOrBefore: cutoff - .microseconds(1)) ?? first, first)
        change.drop(.misfired, from: first, through: lastLate)
        change.state.lastFire = lastLate
        change.setNextFire(onTime)
        first = onTime
        progressed = true
      }
    }

    let hasPlace = change.record.hasFreePlace
    // There is a place but no slot: the fire waits where it is, for the scheduler that has one.
    if hasPlace, starts <= 0 { return progressed }
    let room = self.room(in: change, hasPlace: hasPlace)
    if room > 0 {
      let fires = self.firesToRun(&change, first: first, latest: latest)
      for fire in fires.prefix(room) { change.insert(Run(fireTime: fire, phase: .waiting(until: fire))) }
      // Only of several fires in a row are some beyond the room: they are the last ones.
      let beyond = fires.dropFirst(room)
      if let next = beyond.first, let last = beyond.last { change.drop(.overlapped, from: next, through: last) }
    } else {
      change.drop(.overlapped, from: first, through: latest)
    }
    self.advance(&change, past: latest)
    return true
  }

  /// How many fires may join the runs that wait.
  private static func room(in change: RecordChange, hasPlace: Bool) -> Int {
    let capacity = JobState.maximumRuns - change.state.runs.count
    if hasPlace { return capacity }
    guard let limit = change.policies.overlap.queueLimit else { return 0 }
    let queued = change.state.runs.count { $0.claim == nil && $0.failures == 0 && $0.attempt == 1 }
    return min(limit - queued, capacity)
  }

  private static func advance(_ change: inout RecordChange, past latest: Instant) {
    change.state.lastFire = latest
    change.setNextFire(change.definition.trigger.next(after: max(latest, change.now)))
  }

  /// Of the fires from `first` to `latest`, those that the catch-up policy runs; the others are reported as coalesced.
  private static func firesToRun(_ change: inout RecordChange, first: Instant, latest: Instant) -> [Instant] {
    guard first < latest else { return [latest] }
    let trigger = change.definition.trigger
    switch change.policies.catchUp {
    case .latest, .none:
      let before = max(trigger.last(onOrBefore: latest - .microseconds(1)) ?? first, first)
      change.drop(.coalesced, from: first, through: before)
      return [latest]
    case .earliest:
      let second = trigger.next(after: first) ?? latest
      change.drop(.coalesced, from: min(second, latest), through: latest)
      return [first]
    case .all(let limit):
      // Walked from the latest back, so that a month of downtime costs as much as the limit and no more.
      let room = max(min(limit, JobState.maximumRuns - change.state.runs.count), 1)
      var fires = [latest]
      var oldest = latest
      while fires.count < room, let earlier = trigger.last(onOrBefore: oldest - .microseconds(1)), earlier >= first {
        fires.append(earlier)
        oldest = earlier
      }
      // A first fire that older zone data announced need not lie on the trigger, and runs all the same.
      if fires.count < room, oldest > first {
        fires.append(first)
        oldest = first
      }
      if oldest > first {
        let before = max(trigger.last(onOrBefore: oldest - .microseconds(1)) ?? first, first)
        change.drop(.coalesced, from: first, through: before)
      }
      return fires.reversed()
    }
  }

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
    let timeoutAt = change.policies.timeoutAt(of: change.now)
    change.state.runs[index].phase = .claimed(
      Claim(number: change.state.claims, owner: owner, batch: batch, at: change.now, timeoutAt: timeoutAt))
    let order = StartOrder(
      token: FencingToken(incarnation: change.definition.incarnation, claim: change.state.claims),
      fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, startedAt: change.now, timeoutAt: timeoutAt)
    change.perform(.start(order))
    change.report(.started(order, lateness: change.now - max(run.fireTime, run.readyAt ?? run.fireTime)))
  }
}
