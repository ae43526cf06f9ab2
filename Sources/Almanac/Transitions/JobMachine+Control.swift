// What users do to a job: pause, resume, change, run now, skip, remove.

extension JobMachine {
  static func paused(_ change: inout RecordChange, _ note: String?) -> Refusal? {
    switch change.state.status {
    case .active:
      change.setStatus(.paused, note: note)
      change.report(.paused(note: note))
      return nil
    case .paused: return .already(.paused)
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
  }

  /// Ends a pause or a quarantine.
  static func resumed(_ change: inout RecordChange, _ policy: ResumePolicy) -> Refusal? {
    switch change.state.status {
    case .active: return .already(.active)
    case .finished, .removed: return .isTombstone(change.state.status)
    case .paused, .quarantined: break
    }
    if let reason = change.definition.trigger.unreadableReason {
      // Nobody can say here which fires were missed and which is next.
      if change.state.status == .quarantined { return .quarantined }
      change.quarantine(unreadableTrigger: reason)
      return nil
    }
    change.setStatus(.active)
    change.state.failuresInRow = 0
    change.state.crashesInRow = 0
    change.report(.resumed)
    if policy == .fromNow { self.dropMissed(&change, .paused) }
    return nil
  }

  /// Sets the definition anew. Runs that are going keep what they started with; runs that wait take the new one.
  static func modified(_ change: inout RecordChange, _ definition: JobDefinition) -> Refusal? {
    if change.state.status.isTombstone { return .isTombstone(change.state.status) }
    let triggerChanged = self.redefine(&change, definition)
    change.report(triggerChanged ? .rescheduled : .modified)
    return nil
  }

  /// Writes the new definition under the old incarnation. The next and the last fire stay unless the trigger says something else now.
  static func redefine(_ change: inout RecordChange, _ definition: JobDefinition) -> Bool {
    let old = change.definition
    let definition = definition.keepingUnknown(of: old)
    let triggerChanged = !old.trigger.hasSameRule(as: definition.trigger)
    if triggerChanged { self.dropMissed(&change, .removed, advancing: false) }
    change.definition = definition.with(
      incarnation: old.incarnation, revision: old.revision + 1, createdAt: old.createdAt,
      trigger: triggerChanged ? definition.trigger : old.trigger)
    guard triggerChanged else {
      self.adjustNextFire(&change, old.policies)
      return false
    }
    change.setNextFire(self.firstFire(of: definition.trigger, in: change))
    if let reason = definition.trigger.unreadableReason { change.quarantine(unreadableTrigger: reason) }
    return true
  }

  /// The trigger is the same, and so is the next fire; but the jitter may put it off otherwise, and the limit of runs may have been moved.
  private static func adjustNextFire(_ change: inout RecordChange, _ old: JobPolicies) {
    guard old.jitter != change.policies.jitter || old.runLimit != change.policies.runLimit,
      change.definition.trigger.unreadableReason == nil
    else { return }
    // What has come is owed an answer, and be it that the job has run as often as it may.
    if change.firesLeft <= 0 { self.dropMissed(&change, .limited, advancing: false) }
    let zoneData = change.state.zoneData
    var next = change.state.nextFire
    if next == nil, old.runLimit != change.policies.runLimit {
      next = change.definition.trigger.next(after: max(change.now, change.state.lastFire ?? .distantPast))
    }
    change.setNextFire(next)
    // The fire was not computed anew.
    if change.state.nextFire != nil, change.state.nextFire == next { change.state.zoneData = zoneData }
  }

  /// The fire with which a job goes on that was given another trigger.
  ///
  /// A single instant that has passed is owed as in a new job, but not where a fire as late as it was answered: it may be that very one,
  /// and a fire comes once. The same holds where the clock of whoever asks is behind.
  private static func firstFire(of trigger: Trigger, in change: RecordChange) -> Instant? {
    guard let first = trigger.firstFire(onceAddedAt: change.now) else { return nil }
    let isAnswered = change.state.lastFire.map { first == $0 || first <= min($0, change.now) } ?? false
    guard isAnswered || change.state.runs.contains(where: { $0.fireTime == first }) else { return first }
    return trigger.next(after: max(first, change.now))
  }

  static func triggeredByHand(_ change: inout RecordChange, _ payload: [UInt8]?) -> Refusal? {
    switch change.state.status {
    case .active, .paused: break
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
    guard change.state.runs.count < JobState.maximumRuns else { return .tooManyRuns(limit: JobState.maximumRuns) }
    let fire = self.fireByHand(change)
    change.insert(Run(fireTime: fire, origin: .hand, phase: .waiting(until: change.now), payload: payload))
    change.state.lastHandFire = fire
    change.report(.triggeredByHand)
    return nil
  }

  /// The fire time of a run that is asked for now. A fire time names a fire, so no two of one job may share it: the first microsecond is
  /// taken that is neither another run's nor one of the trigger's, and later than that of the last run by hand.
  private static func fireByHand(_ change: RecordChange) -> Instant {
    let state = change.state
    let trigger = change.definition.trigger
    var fire = max(change.now, state.lastHandFire.map { $0 + .microseconds(1) } ?? change.now)
    // Bounded: a trigger may fire at every microsecond.
    for _ in 0...(2 * JobState.maximumRuns) {
      let isTaken =
        fire == state.nextFire || fire == state.lastFire || state.runs.contains { $0.fireTime == fire }
        || trigger.last(onOrBefore: fire) == fire
      guard isTaken else { break }
      fire = fire + .microseconds(1)
    }
    return fire
  }

  static func skipNext(_ change: inout RecordChange) -> Refusal? {
    switch change.state.status {
    case .active, .paused: break
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
    guard let fire = change.state.nextFire, change.definition.trigger.unreadableReason == nil else {
      return .noNextFire
    }
    change.drop(.skipped, from: fire, through: fire)
    change.state.lastFire = fire
    change.setNextFire(change.definition.trigger.next(after: fire))
    change.report(.skippedNext(fire))
    return nil
  }

  /// Leaves a tombstone. Runs that wait are dropped; a run that is going ends as it will, and its outcome is still recorded.
  static func removed(_ change: inout RecordChange) -> Refusal? {
    if change.state.status == .removed { return .isTombstone(.removed) }
    change.dropRuns(.removed) { _ in true }
    self.dropMissed(&change, .removed, advancing: false)
    change.setStatus(.removed)
    change.setNextFire(nil)
    change.state.dead = []
    change.state.forgetAt = change.policies.forgetAt(from: change.now)
    change.report(.removed)
    return nil
  }

  /// Derives the next fire anew, by the rules that the record's trigger holds. Fires that have come already are answered as they were
  /// announced, and so is one that by the new data has passed already: it must not be lost.
  ///
  /// Whoever sends this knows that `version` is newer where the names of two versions do not say so.
  static func zoneDataChanged(_ change: inout RecordChange, _ version: String) -> Refusal? {
    guard !change.state.status.isTombstone, let old = change.state.nextFire, old > change.now,
      let known = change.state.zoneData, known != version, ZoneRelease.precedes(version, known) != true,
      change.definition.trigger.unreadableReason == nil
    else { return .nothingDue }
    let trigger = change.definition.trigger
    let answered = max(change.state.lastFire ?? change.definition.createdAt, change.definition.createdAt)
    let hasPassed =
      trigger.last(onOrBefore: change.now).map { $0 > answered && old - $0 <= self.largestZoneShift } ?? false
    let new = hasPassed ? old : trigger.next(after: max(change.now, answered))
    change.setNextFire(new)
    if new != old { change.report(.zoneDataChanged(from: old, to: new)) }
    return nil
  }

  /// How far a change of its zone moves a fire: no government has moved its clocks by more, but for those that changed their side of the
  /// date line.
  private static let largestZoneShift: Duration = .seconds(3 * 3_600)

  static func outboxAppended(_ change: inout RecordChange, upTo revision: Int64) -> Refusal? {
    let kept = change.state.outbox.filter { $0.revision > revision }
    guard kept.count < change.state.outbox.count else { return .nothingDue }
    change.state.outbox = kept
    return nil
  }

  /// Reports the fires that have come and were not answered.
  ///
  /// - Parameter advancing: whether the job goes on from now. Then a fire that its jitter has put off is still to come; else it is owed.
  private static func dropMissed(_ change: inout RecordChange, _ reason: FateReason, advancing: Bool = true) {
    guard let first = change.state.nextFire, let start = change.record.nextStart,
      (advancing ? start : first) <= change.now
    else { return }
    let trigger = change.definition.trigger
    let latest =
      advancing ? change.schedule.last(startingOnOrBefore: change.now) : trigger.last(onOrBefore: change.now)
    let last = max(latest ?? first, first)
    change.drop(reason, from: first, through: last)
    change.state.lastFire = last
    if advancing { self.advance(&change, past: last) }
  }
}
