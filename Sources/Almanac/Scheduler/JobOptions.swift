/// What may be said of a job beyond its payload, trigger and policies.
public struct JobOptions: Hashable, Sendable {
  /// A scheduler takes jobs of the queues that it serves.
  public var queue: String
  /// The alias of the executor; nil for the one that the job's type was registered with.
  public var executor: String?
  public var priority: Priority
  public var tags: Set<String>
  /// A name for people.
  public var title: String?
  /// Who makes the job; jobs can be listed by it.
  public var creator: String?
  /// Adds the job paused.
  public var isPaused: Bool
  /// Why it is added paused.
  public var pauseNote: String?
  public var correlationID: String?
  public var parentID: JobID?
  public var idempotencyKey: String?
  public var concurrencyKey: String?
  /// Members of the payload that no log, page or export may show.
  public var redactedFields: [String]

  public init(
    queue: String = Lane.defaultQueue, executor: String? = nil, priority: Priority = .normal, tags: Set<String> = [],
    title: String? = nil, creator: String? = nil, isPaused: Bool = false, pauseNote: String? = nil,
    correlationID: String? = nil,
    parentID: JobID? = nil, idempotencyKey: String? = nil, concurrencyKey: String? = nil,
    redactedFields: [String] = []
  ) {
    self.queue = queue
    self.executor = executor
    self.priority = priority
    self.tags = tags
    self.title = title
    self.creator = creator
    self.isPaused = isPaused
    self.pauseNote = pauseNote
    self.correlationID = correlationID
    self.parentID = parentID
    self.idempotencyKey = idempotencyKey
    self.concurrencyKey = concurrencyKey
    self.redactedFields = redactedFields
  }
}

/// A job that is to be added, for adding many at once.
public struct NewJob<Values: JobPayload>: Sendable {
  public var payload: Values
  public var trigger: Trigger
  public var id: JobID?
  /// Nil: the scheduler's own, ``SchedulerConfiguration/defaultPolicies``.
  public var policies: JobPolicies?
  public var options: JobOptions

  public init(
    _ payload: Values, trigger: Trigger, id: JobID? = nil, policies: JobPolicies? = nil,
    options: JobOptions = JobOptions()
  ) {
    self.payload = payload
    self.trigger = trigger
    self.id = id
    self.policies = policies
    self.options = options
  }
}

/// What came of adding a job.
public struct AddedJob: Sendable {
  public enum Disposition: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is new.
    case added
    /// One of this id was there, and stays as it was.
    case kept
    /// One of this id was there, and took the new definition.
    case replaced
    /// One of this id was there, and said the same already.
    case unchanged
  }

  public let disposition: Disposition
  /// The job as it is now.
  public let job: JobSnapshot

  public var id: JobID { self.job.id }
}
