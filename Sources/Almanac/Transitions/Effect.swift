/// What is to be done once a transition is committed, and only then. A scheduler that lost the commit drops them.
public enum Effect: Hashable, Sendable {
  /// Begin this run: the record that comes with the effect says what and how.
  case start(StartOrder)
  /// Tell this run to stop; its owner may be another scheduler.
  case cancel(FencingToken, owner: Epoch, CancelReason)
  /// Say what happened.
  case report(Report)
}

/// A run that was just claimed.
public struct StartOrder: Hashable, Sendable {
  public var token: FencingToken
  public var fireTime: Instant
  public var origin: RunOrigin
  public var attempt: Int
  public var startedAt: Instant
  public var timeoutAt: Instant?
  /// The values to run with, where they are not the job's own.
  public var payload: [UInt8]?

  public init(
    token: FencingToken, fireTime: Instant, origin: RunOrigin, attempt: Int, startedAt: Instant, timeoutAt: Instant?,
    payload: [UInt8]? = nil
  ) {
    self.token = token
    self.fireTime = fireTime
    self.origin = origin
    self.attempt = attempt
    self.startedAt = startedAt
    self.timeoutAt = timeoutAt
    self.payload = payload
  }
}

/// What happened to a job, as its events, log lines and counters tell it.
public enum Report: Hashable, Sendable {
  case started(StartOrder, lateness: Duration)
  case ended(AttemptEnd)
  case dropped(Fate)
  case added
  case replaced(triggerChanged: Bool)
  case modified
  case rescheduled
  case paused(note: String?)
  case resumed
  case removed
  case triggeredByHand
  case skippedNext(Instant)
  case finished
  case progressed(FencingToken, RunProgress)
  /// So many fires that had ended badly are tried again.
  case deadRetried(Int)
  /// So many fires that had ended badly are let go; their ends stay in the history.
  case deadPurged(Int)
  case quarantined(reason: String)
  case cancelRequested(FencingToken, CancelReason)
  /// A claimed run was given back before it began.
  case released(FencingToken)
  /// A run's scheduler was lost.
  case ownerLost(Epoch, FencingToken)
  /// Newer zone data moved the next fire.
  case zoneDataChanged(from: Instant?, to: Instant?)
}

/// Why a transition changed nothing: late but legal, or asked of a job that cannot do it.
public enum Refusal: Hashable, Sendable {
  /// There is a job of this id, and the caller asked to fail then.
  case idTaken
  /// There is a job of this id, and the caller asked to keep it.
  case kept
  /// There is a job of this id, and it says the same as the new one.
  case unchanged
  /// It was removed or has finished.
  case isTombstone(JobStatus)
  /// It is in the state that was asked for already.
  case already(JobStatus)
  /// It is quarantined, for the reason in its note.
  case quarantined
  /// The claim that the token names was taken back.
  case stale(FencingToken)
  /// What the token reports was counted already.
  case alreadyApplied(FencingToken)
  /// No run fits.
  case noSuchRun
  /// No fire that ended badly fits.
  case noDeadRun
  /// As many runs are waiting and going as a record holds.
  case tooManyRuns(limit: Int)
  /// The trigger has no next fire.
  case noNextFire
  /// Somebody else changed the definition in between.
  case changedMeanwhile
  /// Nothing is due.
  case nothingDue
}
