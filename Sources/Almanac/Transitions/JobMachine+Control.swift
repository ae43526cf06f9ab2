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
    let triggerChanged = !old.trigger.hasSameRule(as: definition.trigger)
    if triggerChanged { self.dropMissed(&change, .removed, advancing: false) }
    change.definition = definition.with(
      incarnation: old.incarnation, revision: old.revision + 1, createdAt: old.createdAt,
      trigger: triggerChanged ? definition.trigger : old.trigger)
    if triggerChanged { change.setNextFire(definition.trigger.firstFire(onceAddedAt: change.now)) }
    return triggerChanged
  }

  static func triggeredByHand(_ change: inout RecordChange) -> Refusal? {
    switch change.state.status {
    case .active, .paused: break
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
    guard change.state.runs.count < JobState.maximumRuns else { return .tooManyRuns(limit: JobState.maximumRuns) }
    // A fire time names a fire, so no two of one job may share it.
    var fire = change.now
    while change.state.runs.contains(where: { $0.fireTime == fire }) { fire = fire + .microseconds(1) }
    change.state.runs.append(Run(fireTime: fire, origin: .hand, phase: .waiting(until: change.now)))
    change.report(.triggeredByHand)
    return nil
  }

  static func skipNext(_ change: inout RecordChange) -> Refusal? {
    switch change.state.status {
    case .active, .paused: break
    case .quarantined: return .quarantined
    case .finished, .removed: return .isTombstone(change.state.status)
    }
    guard let fire = change.state.nextFire else { return .noNextFire }
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
    change.setStatus(.removed)
    change.setNextFire(nil)
    change.state.forgetAt = change.now + change.policies.retention
    change.report(.removed)
    return nil
  }

  /// Derives the next fire anew. Fires that have come already are answered as they were announced.
  static func zoneDataChanged(_ change: inout RecordChange, _ version: String) -> Refusal? {
    guard !change.state.status.isTombstone, let old = change.state.nextFire, old > change.now,
      let known = change.state.zoneData, known < version
    else { return .nothingDue }
    let new = change.definition.trigger.next(after: max(change.now, change.state.lastFire ?? .distantPast))
    change.setNextFire(new)
    if new != old { change.report(.zoneDataChanged(from: old, to: new)) }
    return nil
  }

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
      return self.reborn(existing, as: proposed)
    }
    switch policy {
    case .fail: return .refuse(.idTaken)
    case .keep: return .refuse(.kept)
    case .replace: break
    }
    if existing.state.status != .quarantined, existing.definition.saysTheSame(as: proposed.definition) {
      return .refuse(.unchanged)
    }
    var change = RecordChange(existing, now: now)
    let triggerChanged = self.redefine(&change, proposed.definition)
    // What was quarantined was said anew, which is how it is repaired. A pause stays: replacing a job does not start it.
    if change.state.status == .quarantined { change.setStatus(.active) }
    change.report(.replaced(triggerChanged: triggerChanged))
    return change.commit()
  }

  /// A new incarnation in the place of a tombstone. Runs of the old one that are still going are told to stop; what they report is
  /// refused by its incarnation.
  private static func reborn(_ existing: JobRecord, as proposed: JobRecord) -> Verdict {
    var record = proposed
    record.state.revision = existing.state.revision + 1
    var effects: [Effect] = []
    for claim in existing.state.runs.compactMap(\.claim) {
      let token = FencingToken(incarnation: existing.definition.incarnation, claim: claim.number)
      effects.append(.cancel(token, owner: claim.owner, .requested))
    }
    // Rows of the old incarnation that have not reached the history yet travel on.
    record.state.outbox = existing.state.outbox
    record.state.outboxDueAt = existing.state.outboxDueAt
    effects.append(.report(.added))
    return .commit(record, effects)
  }
}

/// What to do where a job of the same id is there already.
public enum ConflictPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// Adding fails. The id of a job that has finished or was removed is free again.
  case fail
  /// The job that is there stays as it is, even where only its tombstone is left: adding twice does not run twice.
  case keep
  /// The new definition takes the old one's place. The next and the last fire stay unless the trigger changed; a pause stays.
  case replace
}
