/// What is to be done to every job that a query finds.
public enum BatchChange: Hashable, Sendable {
  /// As ``Scheduler/pause(_:note:store:)``.
  case pause(note: String? = nil)
  /// As ``Scheduler/resume(_:_:store:)``.
  case resume(ResumePolicy = .fromNow)
  /// As ``Scheduler/remove(_:store:)``.
  case remove
  /// As ``Scheduler/runNow(_:store:)``.
  case runNow
  /// As ``Scheduler/skipNext(_:store:)``.
  case skipNext
  /// As ``Scheduler/cancelRuns(of:token:store:)`` for all runs.
  case cancelRuns
  /// As ``Scheduler/retryDead(_:fireTime:store:)`` for all fires that a job keeps. Finished jobs keep some too: name their status in the query.
  case retryDead
  /// As ``Scheduler/purgeDead(_:fireTime:store:)`` for all fires that a job keeps.
  case purgeDead

  var event: RecordEvent {
    switch self {
    case .pause(let note): .paused(note: note)
    case .resume(let policy): .resumed(policy)
    case .remove: .removed
    case .runNow: .triggeredByHand()
    case .skipNext: .skipNext
    case .cancelRuns: .cancelRequested(nil)
    case .retryDead: .retryDead(nil)
    case .purgeDead: .purgeDead(nil)
    }
  }
}

/// How much of a batch is written in one step.
public enum BatchAtomicity: String, Hashable, Sendable, Codable, CaseIterable {
  /// All of it, or nothing. Where more jobs match than the store changes in one step, that is an error and nothing is done.
  case whole
  /// As much as the store takes in one step, then the next: what is done stays done, should it be interrupted.
  case perPage
}

/// What became, or in a dry run would become, of a job that a batch was about.
public struct BatchedJob: Sendable {
  public enum Outcome: Sendable {
    /// The job as it is, or would be, after the change.
    case changed(JobSnapshot)
    /// The job cannot do that in its present state; it is as it was.
    case refused(Refusal)
    /// Somebody else changed or removed the job after it was found, and it does not match any more; it was left alone.
    case noLongerMatches
    /// The stored job cannot be read; it was left alone.
    case unreadable(reason: String)
  }

  public let id: JobID
  public let outcome: Outcome
}

/// What a batch did, or in a dry run would do.
public struct BatchReport: Sendable {
  /// True where nothing was written.
  public let isDryRun: Bool
  public internal(set) var changed = 0
  public internal(set) var refused = 0
  /// Jobs that others changed meanwhile, so that they do not match any more.
  public internal(set) var noLongerMatching = 0
  /// What became of each job, in the order of their ids: of the first ``listed`` that matched. The others are counted only.
  public internal(set) var jobs: [BatchedJob] = []
  /// Jobs that are stored and cannot be read: whether they match is not known, and nothing was done to them.
  public internal(set) var unreadable: [UnreadableRecord] = []

  /// The most jobs that ``jobs`` holds; beyond it they are counted only.
  public static let listed = 10_000

  init(isDryRun: Bool) {
    self.isDryRun = isDryRun
  }

  /// How many jobs matched when they were looked for.
  public var matched: Int { self.changed + self.refused + self.noLongerMatching }
  /// True where ``jobs`` has every job that matched.
  public var isComplete: Bool { self.jobs.count == self.matched }

  mutating func add(_ id: JobID, _ outcome: BatchedJob.Outcome) {
    switch outcome {
    case .changed: self.changed += 1
    case .refused: self.refused += 1
    case .noLongerMatches: self.noLongerMatching += 1
    case .unreadable(let reason):
      // It could be read when it was found, and is among those that cannot be from now on.
      self.unreadable.append(UnreadableRecord(id: id, reason: reason))
      return
    }
    if self.jobs.count < BatchReport.listed { self.jobs.append(BatchedJob(id: id, outcome: outcome)) }
  }

  mutating func add(_ id: JobID, _ answer: StoreAnswer?, store: String) {
    switch answer {
    case .committed(let record, _)?: self.add(id, .changed(JobSnapshot(record, store: store)))
    case .refused(_, .changedMeanwhile)?, .missing?, .erased?, nil: self.add(id, .noLongerMatches)
    case .refused(_, let refusal)?: self.add(id, .refused(refusal))
    case .lost?: self.add(id, .refused(.changedMeanwhile))
    case .unreadable(_, let reason)?: self.add(id, .unreadable(reason: reason))
    }
  }
}
