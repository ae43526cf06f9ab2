/// What a scheduler was asked and could not do.
public struct SchedulerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of trouble; callers branch on it. New kinds may come.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case idTaken, notFound, invalidID, invalidPolicy, unreadableTrigger, unknownStore, unknownExecutor, aliasTaken
      case payloadTooLarge, triggerTooLarge, payloadNotEncodable, payloadNotDecodable, refused, changedMeanwhile,
        alreadyRunning
      case unreadableRecord, batchTooLarge
    }

    private let kind: Kind

    /// There is a job of this id, and the conflict policy is to fail.
    public static let idTaken = Code(kind: .idTaken)
    /// There is no job of this id.
    public static let notFound = Code(kind: .notFound)
    public static let invalidID = Code(kind: .invalidID)
    public static let invalidPolicy = Code(kind: .invalidPolicy)
    public static let unreadableTrigger = Code(kind: .unreadableTrigger)
    public static let unknownStore = Code(kind: .unknownStore)
    public static let unknownExecutor = Code(kind: .unknownExecutor)
    /// A store or an executor has this alias already.
    public static let aliasTaken = Code(kind: .aliasTaken)
    public static let payloadTooLarge = Code(kind: .payloadTooLarge)
    /// The encoded form of the trigger is beyond ``SchedulerConfiguration/maximumTrigger``.
    public static let triggerTooLarge = Code(kind: .triggerTooLarge)
    public static let payloadNotEncodable = Code(kind: .payloadNotEncodable)
    public static let payloadNotDecodable = Code(kind: .payloadNotDecodable)
    /// The job is not in a state in which it can do that.
    public static let refused = Code(kind: .refused)
    /// Others changed the job again and again in between.
    public static let changedMeanwhile = Code(kind: .changedMeanwhile)
    public static let alreadyRunning = Code(kind: .alreadyRunning)
    /// The stored record cannot be read.
    public static let unreadableRecord = Code(kind: .unreadableRecord)
    /// More jobs are concerned than can be changed in one step.
    public static let batchTooLarge = Code(kind: .batchTooLarge)

    public var description: String { self.kind.rawValue }
  }

  public var code: Code
  public var job: JobID?
  public var store: String?
  /// Why the job refused, where it did.
  public var refusal: Refusal?
  public var message: String

  public init(_ code: Code, job: JobID? = nil, store: String? = nil, refusal: Refusal? = nil, _ message: String) {
    self.code = code
    self.job = job
    self.store = store
    self.refusal = refusal
    self.message = message
  }

  public var description: String {
    var subject = ""
    if let job = self.job { subject += " job \"\(job)\"" }
    if let store = self.store, store != SchedulerConfiguration.defaultAlias { subject += " in store \"\(store)\"" }
    return self.message + (subject.isEmpty ? "" : " (\(subject.dropFirst()))")
  }

  static func notFound(_ id: JobID, store: String) -> SchedulerError {
    SchedulerError(.notFound, job: id, store: store, "there is no such job")
  }

  static func refused(_ id: JobID, store: String, _ refusal: Refusal) -> SchedulerError {
    SchedulerError(.refused, job: id, store: store, refusal: refusal, "refused: \(refusal.sentence)")
  }
}

extension Refusal {
  /// Why, in words for people.
  public var sentence: String {
    switch self {
    case .idTaken: "there is a job of this id already"
    case .kept: "there is a job of this id, and it is kept"
    case .unchanged: "the job says the same already"
    case .isTombstone(let status): "the job is \(status.rawValue)"
    case .already(let status): "the job is \(status.rawValue) already"
    case .quarantined: "the job is quarantined; its note says why, resuming or replacing it lifts that"
    case .stale(let token): "the claim \(token) was taken back"
    case .alreadyApplied(let token): "the end of the run \(token) was recorded already"
    case .noSuchRun: "the job has no such run"
    case .noDeadRun: "the job has no such fire that ended badly"
    case .tooManyRuns(let limit): "the job has \(limit) runs waiting and going, which is the most it may have"
    case .noNextFire: "the trigger has no further fire"
    case .changedMeanwhile: "somebody else changed the job in between"
    case .nothingDue: "there is nothing to do"
    }
  }
}
