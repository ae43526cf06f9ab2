// A job is added, and there is one of its id already.

extension JobMachine {
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
      change.state.crashesInRow = 0
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
