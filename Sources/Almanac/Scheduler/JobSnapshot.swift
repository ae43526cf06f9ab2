#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A job as it was in its store when somebody looked.
public struct JobSnapshot: Sendable {
  /// All that is stored.
  public let record: JobRecord
  /// The alias of the store.
  public let store: String

  package init(_ record: JobRecord, store: String) {
    self.record = record
    self.store = store
  }

  public var id: JobID { self.record.id }
  /// The name of the job's type.
  public var name: String { self.record.lane.jobName }
  public var title: String? { self.record.definition.profile.title }
  public var queue: String { self.record.lane.queue }
  public var executor: String { self.record.lane.executor }
  public var priority: Priority { self.record.lane.priority }
  public var tags: [String] { self.record.definition.profile.tags }
  public var creator: String? { self.record.definition.profile.creator }
  public var trigger: Trigger { self.record.definition.trigger }
  public var policies: JobPolicies { self.record.definition.policies }
  public var status: JobStatus { self.record.state.status }
  /// Why it was paused or quarantined.
  public var note: String? { self.record.state.note }
  public var counters: RunCounters { self.record.state.counters }
  public var lastOutcome: OutcomeKind? { self.record.state.lastOutcome }
  /// What waits, runs, or is being cancelled.
  public var runs: [Run] { self.record.state.runs }
  /// Fires that ended badly for good and are kept, the oldest first; see ``JobPolicies/deadLetters``.
  public var dead: [DeadRun] { self.record.state.dead }
  public var createdAt: Date { self.record.definition.createdAt.date }
  /// The nominal time of the next fire; nil where there is none. A paused job's is kept, though it does not fire.
  public var nextFireTime: Date? { self.record.state.nextFire?.date }
  public var lastFireTime: Date? { self.record.state.lastFire?.date }

  /// True where nobody can run the job: none of the schedulers at work that serve its queue has its ``executor``. It waits until one comes that does.
  ///
  /// False where there is no such scheduler at all, or where one does not say what it has.
  ///
  /// ```swift
  /// let nodes = try await scheduler.nodes()
  /// for job in try await scheduler.jobs().jobs where job.isWaitingForExecutor(among: nodes, at: SystemClock().now()) {
  ///   print("\(job.id) waits for an executor \(job.executor)")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - nodes: the sessions of the job's store, see ``Scheduler/nodes(store:)``. What a scheduler has is told to the store with each renewal.
  ///   - now: the time, by which sessions are told that have expired.
  public func isWaitingForExecutor(among nodes: [Session], at now: Instant) -> Bool {
    guard self.status == .active || !self.runs.isEmpty else { return false }
    let serving = nodes.filter { node in
      !node.isDead && node.expiresAt > now && node.draft.queues?.contains(self.queue) ?? true
    }
    return !serving.isEmpty && serving.allSatisfy { $0.draft.executors?.contains(self.executor) == false }
  }

  /// The job's own values.
  ///
  /// - Throws: ``SchedulerError/Code/payloadNotDecodable`` where the stored bytes are not of this type.
  public func payload<Values: JobPayload>(as type: Values.Type) throws -> Values {
    try PayloadCoding.decode(type, from: self.record.definition)
  }
}

/// One page of jobs.
public struct JobListing: Sendable {
  public let jobs: [JobSnapshot]
  /// Where the next page begins; nil where this is the last one.
  public let next: JobCursor?
  /// Jobs that are stored and cannot be read.
  public let unreadable: [UnreadableRecord]
}
