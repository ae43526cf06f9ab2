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
  private static func redefine(_ change: inout RecordChange, _ definition: JobDefinition) -> Bool {
    let old = change.definition
    let definition = definition.keepingUnknown(of: old)
    let triggerChanged = !old.trigger.hasSameRule(as: definition.trigger)
    if triggerChanged { self.dropMissed(&change, .removed, advancing: false) }
    change.definition = definition.with(
      incarnation: old.incarnation, revision: old.revision + 1, createdAt: old.createdAt,
      trigger: triggerChanged ? definition.trigger : old.trigger)
    guard triggerChanged else { return false }
    change.setNextFire(self.firstFire(of: definition.trigger, in: change))
    if let reason = definition.trigger.unreadableReason { change.quarantine(unreadableTrigger: reason) }
    return true
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

  static func triggeredByHand(_ change: inout RecordChange) -> Refusal? {
    switch change.state.status {
    case .active, .paused: break
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
    guard change.state.runs.count < JobState.maximumRuns else { return .tooManyRuns(limit: JobState.maximumRuns) }
    let fire = self.fireByHand(change)
    change.insert(Run(fireTime: fire, origin: .hand, phase: .waiting(until: change.now)))
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

  /// Reports the fires that have come and were not answered, and goes on from now.
  private static func dropMissed(_ change: inout RecordChange, _ reason: FateReason, advancing: Bool = true) {
    guard let first = change.state.nextFire, first <= change.now else { return }
    let last = max(change.definition.trigger.last(onOrBefore: change.now) ?? first, first)
    change.drop(reason, from: first, through: last)
    change.state.lastFire = last
    if advancing { change.setNextFire(change.definition.trigger.next(after: max(last, change.now))) }
  }

  // MARK: Adding where there is one already

  /// Decides what becomes of a job whose id is taken.
  package static func resolve(
    existing: JobRecord, proposed: JobRecord, _ policy: ConflictPolicy, now: Instant
  ) -> Verdict {
    if existing.state.status.isTombstone {
      // The memory of a job is enough to keep it, and no hindrance to a new one.
      if policy == .keep { return .refuse(.kept) }
      // A program that says at each of its starts what it said before does not mean "once more": a reminder that was sent is not sent
      // again. What was removed by somebody is another matter, and so is a job that says something else.
      if policy == .replace, existing.state.status == .finished,
        existing.definition.saysTheSame(as: proposed.definition.keepingUnknown(of: existing.definition))
      {
        return .refuse(.unchanged)
      }
      return self.reborn(existing, as: proposed, now: now)
    }
    switch policy {
    case .fail: return .refuse(.idTaken)
    case .keep: return .refuse(.kept)
    case .replace: break
    }
    if existing.state.status != .quarantined,
      existing.definition.saysTheSame(as: proposed.definition.keepingUnknown(of: existing.definition))
    {
      return .refuse(.unchanged)
    }
    var change = RecordChange(existing, now: now)
    let triggerChanged = self.redefine(&change, proposed.definition)
    // What was quarantined was said anew, which is how it is repaired. A pause stays: replacing a job does not start it.
    if change.state.status == .quarantined, change.definition.trigger.unreadableReason == nil {
      change.setStatus(.active)
    }
    change.report(.replaced(triggerChanged: triggerChanged))
    return change.commit()
  }

  /// A new incarnation in the place of a tombstone. Runs of the old one that are still going are told to stop; what they report is
  /// refused by its incarnation, so their end is written now: nobody will know it.
  private static func reborn(_ existing: JobRecord, as proposed: JobRecord, now: Instant) -> Verdict {
    var old = RecordChange(existing, now: now)
    old.dropRuns(.removed) { _ in true }
    for run in existing.state.runs {
      guard let claim = run.claim else { continue }
      let token = FencingToken(incarnation: existing.definition.incarnation, claim: claim.number)
      old.perform(.cancel(token, owner: claim.owner, .requested))
      old.write(
        .attempt(
          AttemptEnd(
            fireTime: run.fireTime, origin: run.origin, attempt: run.attempt, claim: claim.number, owner: claim.owner,
            outcome: .unknown, startedAt: claim.at, endedAt: now)))
    }
    var new = RecordChange(proposed, basedOn: old)
    // Random numbers do not repeat, but a client that counts its own may.
    if proposed.definition.incarnation == existing.definition.incarnation {
      new.definition = proposed.definition.with(incarnation: proposed.definition.incarnation &+ 1)
    }
    new.report(.added)
    if new.state.status == .finished { new.report(.finished) }
    if new.state.status == .quarantined { new.report(.quarantined(reason: new.state.note ?? "")) }
    return new.commit()
  }
}

/// What to do where a job of the same id is there already.
public enum ConflictPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// Adding fails. The id of a job that has finished or was removed is free again.
  case fail
  /// The job that is there stays as it is, even where only its tombstone is left: adding twice does not run twice.
  case keep
  /// The new definition takes the old one's place. The next and the last fire stay unless the trigger changed; a pause stays. A job that
  /// says the same already is left as it is, also where it has finished.
  case replace
}
