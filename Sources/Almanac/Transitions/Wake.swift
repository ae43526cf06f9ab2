// The derived instants of a record: the one idea that everything hangs on. A store computes its indexes from them at each write, and
// nobody else decides when a record is looked at.

extension JobRecord {
  /// When a run may start, given a free slot; nil where none can.
  public var startAt: Instant? {
    guard self.state.status != .quarantined, self.hasFreePlace else { return nil }
    var earliest: Instant?
    for run in self.state.runs where self.mayStart(run) {
      if let readyAt = run.readyAt { earliest = min(earliest ?? readyAt, readyAt) }
    }
    if self.state.status == .active, let nextStart = self.nextStart {
      earliest = min(earliest ?? nextStart, nextStart)
    }
    // The end of time stands for never: what saturates there wakes nobody.
    return earliest == .distantFuture ? nil : earliest
  }

  /// When the record must be looked after, whether or not a slot is free; nil where nothing has to be.
  public var tendAt: Instant? {
    var earliest: Instant?
    func consider(_ instant: Instant?) {
      if let instant { earliest = min(earliest ?? instant, instant) }
    }
    for run in self.state.runs {
      consider(run.claim?.timeoutAt)
      consider(self.isGivenUpAt(run))
    }
    if self.state.status == .active, let nextFire = self.state.nextFire, let nextStart = self.nextStart {
      if self.hasFreePlace {
        let policies = self.definition.policies
        if let grace = policies.effectiveGrace { consider(nextStart + grace + .microseconds(1)) }
        // Not before its start: what has not come is not too late.
        if let deadline = policies.deadlineAt(of: nextFire) { consider(max(deadline, nextStart)) }
      } else {
        // With no place left the fire is answered by the overlap policy at once: that needs no slot.
        consider(nextStart)
      }
    }
    if self.state.status.isTombstone { consider(self.state.forgetAt) }
    consider(self.state.outboxDueAt)
    return earliest == .distantFuture ? nil : earliest
  }

  /// When the next fire may start: its nominal time, put off by the job's jitter.
  public var nextStart: Instant? {
    // Never before the fire, whatever somebody wrote.
    self.state.nextFire.map { fire in self.state.nextStart.map { max($0, fire) } ?? fire }
  }

  /// When a waiting run has waited so long that it does not start any more; nil where it may wait for ever.
  ///
  /// Only the grace that the user gave counts here: a job that does not catch up may still let fires queue for their turn. What was asked for
  /// by hand, also a dead run that is tried again, has neither grace nor deadline: who asks means it.
  package func isGivenUpAt(_ run: Run) -> Instant? {
    guard run.claim == nil, run.origin == .trigger, self.mayStart(run) else { return nil }
    let policies = self.definition.policies
    var end = policies.deadlineAt(of: run.fireTime)
    if run.attempt == 1, let grace = policies.misfireGrace {
      // By the most that its jitter may have put it off. How much it did follows from the trigger too, and newer zone data may move its fires: what a
      // store enters must follow from the record alone, whoever reads it.
      let late = run.fireTime + max(policies.jitter, .zero) + max(grace, .zero) + .microseconds(1)
      end = min(end ?? late, late)
    }
    return end
  }

  /// Whether the job may be what kills the process: its runs are started one at a time, see ``JobPolicies/crashLimit``.
  package var isSuspect: Bool { self.state.crashesInRow >= CrashPolicy.suspicion }

  /// The earlier of ``startAt`` and ``tendAt``.
  public var wakeAt: Instant? {
    switch (self.startAt, self.tendAt) {
    case (let start?, let tend?): min(start, tend)
    case (let start?, nil): start
    case (nil, let tend): tend
    }
  }

  /// How long a row may lie in the outbox before somebody else takes it to the history: whoever wrote it does so at once.
  package static let outboxPatience: Duration = .seconds(10)

  /// The sessions that hold runs of this record, without repetition.
  public var owners: [Epoch] {
    var owners: [Epoch] = []
    for run in self.state.runs {
      if let owner = run.claim?.owner, !owners.contains(owner) { owners.append(owner) }
    }
    return owners
  }

  /// How many runs are claimed, those being cancelled included: they hold their places until their code returns.
  package var runsGoing: Int {
    var count = 0
    for run in self.state.runs where run.claim != nil { count += 1 }
    return count
  }

  package var hasFreePlace: Bool {
    if self.state.runs.isEmpty { return true }
    return self.runsGoing < self.definition.policies.overlap.concurrency
  }

  /// Whether a waiting run may start in the present status: while a job is paused, only what was asked for by hand.
  package func mayStart(_ run: Run) -> Bool {
    switch self.state.status {
    case .active: true
    case .paused: run.origin == .hand
    // A finished job has no runs; a removed one only has such as are going.
    case .finished, .removed, .quarantined: false
    }
  }
}
