extension Trigger {
  /// The fire that a job begins with when it is added, or given this trigger, at `now`.
  ///
  /// A single instant that has passed is still owed: whoever registers two hours before an exam gets the reminder that was due a day before
  /// it, late, unless the job's grace says otherwise. A recurring trigger owes nothing from before the job was there.
  package func firstFire(onceAddedAt now: Instant) -> Instant? {
    if case .at(let instant) = self.content { return instant }
    return self.next(after: now)
  }
}
