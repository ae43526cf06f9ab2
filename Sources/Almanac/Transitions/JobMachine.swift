/// The life of a job: from a record and an event to the record that follows and what is to be done then.
///
/// This is the only place where scheduling is decided. Nothing here reads a clock, holds a lock, or does any I/O: `now`
/// is an argument, and the same arguments give the same verdict on every machine. The crossings that people forget are a table in
/// `docs/policies.md`, and a test enumerates every pair of status and event.
package enum JobMachine {
  package static func apply(_ event: RecordEvent, to record: JobRecord, now: Instant) -> Verdict {
    var change = RecordChange(record, now: now)
    let refusal: Refusal?
    switch event {
    case .due(let starts, let owner, let batch, let admitsSuspects):
      if self.mayBeForgotten(change) { return .erase }
      refusal = self.due(&change, starts: starts, owner: owner, batch: batch, admitsSuspects: admitsSuspects)
    case .finished(let token, let outcome, let startedAt, let endedAt, let node):
      refusal = self.finished(&change, token, outcome, startedAt: startedAt, endedAt: endedAt, node: node)
    case .progressed(let token, let progress):
      refusal = self.progressed(&change, token, progress)
    case .released(let token):
      refusal = self.released(&change, token)
    case .ownerLost(let epoch, let node, let tookLeave):
      refusal = self.ownerLost(&change, epoch, node: node, tookLeave: tookLeave)
    case .decodeFailed(let token, let reason):
      refusal = self.decodeFailed(&change, token, reason)
    case .cancelRequested(let token):
      refusal = self.cancelRequested(&change, token)
    case .paused(let note):
      refusal = self.paused(&change, note)
    case .resumed(let policy):
      refusal = self.resumed(&change, policy)
    case .modified(let definition):
      refusal = self.modified(&change, definition)
    case .triggeredByHand(let payload):
      refusal = self.triggeredByHand(&change, payload)
    case .skipNext:
      refusal = self.skipNext(&change)
    case .retryDead(let fire):
      refusal = self.retryDead(&change, fire)
    case .purgeDead(let fire):
      refusal = self.purgeDead(&change, fire)
    case .removed:
      refusal = self.removed(&change)
    case .zoneDataChanged(let version):
      refusal = self.zoneDataChanged(&change, version)
    case .outboxAppended(let revision):
      refusal = self.outboxAppended(&change, upTo: revision)
    }
    if let refusal { return .refuse(refusal) }
    return change.commit()
  }

  /// Applies several events to one record as one change of it; the events that are refused are answered by their refusals.
  ///
  /// - Returns: the verdict on the whole, and for each event why it was refused, if it was. After an event that erases the record nothing
  ///   is left for the others: there is no such run.
  package static func apply(_ events: [RecordEvent], to record: JobRecord, now: Instant) -> (Verdict, [Refusal?]) {
    var current = record
    var effects: [Effect] = []
    var refusals: [Refusal?] = []
    for event in events {
      switch self.apply(event, to: current, now: now) {
      case .commit(let next, let more):
        current = next
        effects += more
        refusals.append(nil)
      case .refuse(let refusal):
        refusals.append(refusal)
      case .erase:
        let others = events.count - refusals.count - 1
        return (.erase, refusals + [nil] + Array(repeating: .noSuchRun, count: others))
      }
    }
    if refusals.allSatisfy({ $0 != nil }) { return (.refuse((refusals.last ?? nil) ?? .nothingDue), refusals) }
    // Several steps are one write: the revision that a store compares counts writes.
    return (.commit(current, effects), refusals)
  }

  /// The record of a job that is new.
  package static func newRecord(
    _ definition: JobDefinition, now: Instant, paused: Bool = false, note: String? = nil
  ) -> JobRecord {
    let fire = definition.trigger.firstFire(onceAddedAt: now)
    var state = JobState(
      status: paused ? .paused : .active, note: paused ? note : nil, statusSince: now, nextFire: fire)
    if let fire { state.nextStart = FireSchedule(definition).putOffStart(of: fire) }
    state.zoneData = definition.trigger.zoneDataVersion
    if let reason = definition.trigger.unreadableReason {
      // When it fires cannot be known, which is not the same as never.
      state.status = .quarantined
      state.note = "the trigger cannot be read: \(reason)"
    } else if state.nextFire == nil, !paused {
      // A trigger that never fires: the job is over as it begins, and says so.
      state.status = .finished
      state.forgetAt = definition.policies.forgetAt(from: now)
    }
    return JobRecord(definition: definition, state: state)
  }
}
