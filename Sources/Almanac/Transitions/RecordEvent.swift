/// What can happen to a job. Every pair of a status and an event is answered: done, or refused with a reason.
package enum RecordEvent: Sendable {
  /// Its time has come. `starts` runs may begin, for the session and under the batch given; none of a suspect where a scheduler has one
  /// already.
  case due(starts: Int, owner: Epoch, batch: Int64, admitsSuspects: Bool = true)
  /// An attempt ended, on the scheduler of the given name.
  case finished(FencingToken, RunOutcome, startedAt: Instant, endedAt: Instant, node: String? = nil)
  /// A run says how far it has come.
  case progressed(FencingToken, RunProgress)
  /// A claimed run is given back before its code began: drained, or refused by its executor. Costs no attempt.
  case released(FencingToken)
  /// The session is dead; what it held is taken back. It is no crash where the scheduler took its leave.
  case ownerLost(Epoch, node: String? = nil, tookLeave: Bool = false)
  /// Somebody wants runs to stop. Nil: all of them, waiting ones included.
  case cancelRequested(FencingToken?)
  case paused(note: String?)
  case resumed(ResumePolicy)
  /// The whole definition is set anew by a user who read revision `expected` (nil: whatever it is).
  case modified(JobDefinition)
  /// A run is asked for now, with values of its own or the job's.
  case triggeredByHand(payload: [UInt8]? = nil)
  case skipNext
  /// Fires that ended badly for good are tried again: the one of the given fire time, or all.
  case retryDead(Instant?)
  /// They are let go.
  case purgeDead(Instant?)
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
