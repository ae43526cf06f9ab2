/// When the fires of a job may start: the trigger's times, each put off by the job's jitter.
///
/// An offset never reaches the next fire, so starts are in the order of their fires, and to find a start one step back from the nominal
/// time is enough.
struct FireSchedule {
  let trigger: Trigger
  let job: JobID
  let jitter: Duration

  init(_ definition: JobDefinition) {
    self.trigger = definition.trigger
    self.job = definition.id
    self.jitter = definition.policies.jitter
  }

  func start(of fire: Instant) -> Instant {
    guard self.jitter > .zero else { return fire }
    return fire + jitterOffset(job: self.job.rawValue.utf8, nominal: fire, maximum: self.jitter, of: self.trigger)
  }

  /// When a fire may start, where that is not its nominal time.
  func putOffStart(of fire: Instant) -> Instant? {
    let start = self.start(of: fire)
    return start == fire ? nil : start
  }

  /// The latest fire that may start at `instant` or before.
  func last(startingOnOrBefore instant: Instant) -> Instant? {
    guard let fire = self.trigger.last(onOrBefore: instant) else { return nil }
    return self.start(of: fire) <= instant ? fire : self.trigger.last(onOrBefore: fire - .microseconds(1))
  }

  /// The first fire that may start at `instant` or after.
  func first(startingOnOrAfter instant: Instant) -> Instant? {
    let edge = instant - .microseconds(1)
    if self.jitter > .zero, let fire = self.trigger.last(onOrBefore: edge), self.start(of: fire) >= instant {
      return fire
    }
    return self.trigger.next(after: edge)
  }
}
