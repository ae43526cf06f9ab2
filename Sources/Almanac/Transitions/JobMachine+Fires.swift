// The fires that have come: each becomes a run that waits, or is counted in a line that says why it does not run.

extension JobMachine {
  static func answerFires(_ change: inout RecordChange, starts: Int) -> Bool {
    guard change.state.status == .active, var first = change.state.nextFire, let nextStart = change.record.nextStart,
      nextStart <= change.now
    else { return false }
    if let reason = change.definition.trigger.unreadableReason {
      // It cannot be known when it fires next. Set aside, with what is due still due: never run on a guess, never deleted.
      change.quarantine(unreadableTrigger: reason)
      return true
    }
    let latest = max(change.schedule.last(startingOnOrBefore: change.now) ?? first, first)
    var progressed = false

    // Fires that are too late are misfires, whether or not there is a slot.
    if self.isTooLate(first, start: nextStart, change) {
      guard let onTime = self.firstInTime(change, after: first), onTime <= latest else {
        change.drop(.misfired, from: first, through: latest)
        self.advance(&change, past: latest)
        return true
      }
      let lastLate = max(change.definition.trigger.last(onOrBefore: onTime - .microseconds(1)) ?? first, first)
      change.drop(.misfired, from: first, through: lastLate)
      change.state.lastFire = lastLate
      change.setNextFire(onTime)
      first = onTime
      progressed = true
    }

    let hasPlace = change.record.hasFreePlace
    // There is a place but no slot: the fire waits where it is, for the scheduler that has one.
    if hasPlace, starts <= 0 { return progressed }
    if !hasPlace, case .cancelRunning = change.policies.overlap {
      self.replaceRunning(&change, first: first, latest: latest)
    } else {
      self.takeOn(&change, first: first, latest: latest, hasPlace: hasPlace)
    }
    self.advance(&change, past: latest)
    return true
  }

  // MARK: Too late

  private static func isTooLate(_ fire: Instant, start: Instant, _ change: RecordChange) -> Bool {
    if let grace = change.policies.effectiveGrace, start + grace < change.now { return true }
    return change.policies.deadlineAt(of: fire).map { $0 <= change.now } ?? false
  }

  /// The first fire after one that is too late that is not.
  private static func firstInTime(_ change: RecordChange, after late: Instant) -> Instant? {
    let policies = change.policies
    var first: Instant = .distantPast
    if let grace = policies.effectiveGrace {
      guard let fire = change.schedule.first(startingOnOrAfter: change.now - grace) else { return nil }
      first = fire
    }
    if let deadline = policies.deadline {
      guard let fire = change.definition.trigger.next(after: change.now - max(deadline, .zero)) else { return nil }
      first = max(first, fire)
    }
    // When the late one may start was written down, by other zone data perhaps: computed anew it may be in time still, which says
    // nothing against those that come after it.
    return first > late ? first : change.definition.trigger.next(after: late)
  }

  // MARK: Taking on

  /// Puts the fires among the runs that wait, as many as there is room for.
  private static func takeOn(_ change: inout RecordChange, first: Instant, latest: Instant, hasPlace: Bool) {
    let room = self.room(in: change, hasPlace: hasPlace)
    guard room > 0 else { return change.drop(.overlapped, from: first, through: latest) }
    var fires = self.firesToRun(&change, first: first, latest: latest)[...]
    // Only of several fires in a row are some beyond the room, or beyond the limit of runs: they are the last ones.
    let beyondRoom = fires.dropFirst(room)
    fires = fires.prefix(room)
    if fires.count > change.firesLeft {
      let beyondLimit = fires.dropFirst(Int(change.firesLeft))
      fires = fires.prefix(Int(change.firesLeft))
      if let next = beyondLimit.first, let last = beyondLimit.last { change.drop(.limited, from: next, through: last) }
    }
    for fire in fires { self.takeOn(&change, fire) }
    if let next = beyondRoom.first, let last = beyondRoom.last { change.drop(.overlapped, from: next, through: last) }
  }

  private static func takeOn(_ change: inout RecordChange, _ fire: Instant) {
    change.insert(Run(fireTime: fire, phase: .waiting(until: min(change.schedule.start(of: fire), change.now))))
    change.state.firesTaken.countUp()
  }

  /// Tells what is going to stop, and has the latest fire wait for that. Fires that waited for the same are dropped: they were to be
  /// replaced too.
  private static func replaceRunning(_ change: inout RecordChange, first: Instant, latest: Instant) {
    for index in change.state.runs.indices {
      guard var claim = change.state.runs[index].claim, claim.cancelling == nil else { continue }
      self.tellToStop(&change, at: index, &claim, .overlap)
    }
    change.dropRuns(.overlapped) { $0.attempt == 1 && $0.origin == .trigger }
    if first < latest {
      let before = max(change.definition.trigger.last(onOrBefore: latest - .microseconds(1)) ?? first, first)
      change.drop(.overlapped, from: first, through: before)
    }
    if change.state.runs.count < JobState.maximumRuns {
      self.takeOn(&change, latest)
    } else {
      change.drop(.overlapped, from: latest, through: latest)
    }
  }

  /// How many fires may join the runs that wait.
  private static func room(in change: RecordChange, hasPlace: Bool) -> Int {
    let capacity = JobState.maximumRuns - change.state.runs.count
    if hasPlace { return capacity }
    guard case .queue(let limit) = change.policies.overlap else { return 0 }
    let queued = change.state.runs.count { $0.claim == nil && $0.failures == 0 && $0.attempt == 1 }
    return min(max(limit, 1) - queued, capacity)
  }

  static func advance(_ change: inout RecordChange, past latest: Instant) {
    change.state.lastFire = latest
    var next = change.definition.trigger.next(after: latest)
    // A fire that has come is behind us whatever the trigger says, or a loop that takes what is due would not get on.
    if let fire = next, change.schedule.start(of: fire) <= change.now {
      next = change.definition.trigger.next(after: max(latest, change.now))
    }
    change.setNextFire(next)
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
}
