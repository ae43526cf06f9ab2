extension Trigger {
  /// The fire that a job begins with when it is added, or given this trigger, at `now`.
  ///
  /// A single instant that has passed is still owed: whoever registers two hours before an exam gets the reminder that was due a day before
  /// it, late, unless the job's grace says otherwise. Several single instants are the same, said in one trigger. A recurring trigger owes nothing
  /// from before the job was there.
  package func firstFire(onceAddedAt now: Instant) -> Instant? {
    self.firstSingleInstant ?? self.next(after: now)
  }

  /// The first of the single instants that the trigger consists of; nil where there is anything else in it.
  private var firstSingleInstant: Instant? {
    switch self.content {
    case .at(let instant): return instant
    case .rule(let rule):
      guard let union = rule as? AnyOfRule else { return nil }
      var first: Instant?
      for member in union.members {
        guard case .at(let instant) = member.content else { return nil }
        first = min(first ?? instant, instant)
      }
      return first
    }
  }
}
