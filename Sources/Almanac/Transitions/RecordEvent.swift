/// What can happen to a job. Every pair of a status and an event is answered: done, or refused with a reason.
package enum RecordEvent: Sendable {
  /// Its time has come. `starts` runs may begin, for the session and under the batch given.
  case due(starts: Int, owner: Epoch, batch: Int64)
  /// An attempt ended.
  case finished(FencingToken, RunOutcome, startedAt: Instant, endedAt: Instant)
  /// A claimed run is given back before its code began: drained, or refused by its executor. Costs no attempt.
  case released(FencingToken)
  /// The session is dead; what it held is taken back.
  case ownerLost(Epoch)
  /// Somebody wants runs to stop. Nil: all of them, waiting ones included.
  case cancelRequested(FencingToken?)
  case paused(note: String?)
  case resumed(ResumePolicy)
  /// The whole definition is set anew by a user who read revision `expected` (nil: whatever it is).
  case modified(JobDefinition)
  case triggeredByHand
  case skipNext
  case removed
  /// The payload could not be read by the scheduler that claimed it.
  case decodeFailed(FencingToken, reason: String)
  /// The system's zone data is newer than the one by which the next fire was computed.
  case zoneDataChanged(version: String)
  /// The rows up to the given revision are in the history.
  case outboxAppended(upTo: Int64)
}

/// What becomes of the fires that were missed while a job was paused.
public enum ResumePolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// They are reported as paused; the next fire is the first one from now on.
  case fromNow
  /// They are treated as missed: the job's catch-up policy decides.
  case catchUp
}
