/// How the code of one attempt ended, as its executor reports it.
public struct RunOutcome: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case succeeded
    /// It failed; the job's ``RetryPolicy`` decides what follows unless the advice says otherwise.
    case failed(Failure, RetryAdvice)
    /// It did nothing yet and wants to be started again after a while: no failure, and no attempt of those that the policy grants.
    case snoozed(Duration)
    /// It stopped because it was told to.
    case cancelled
    /// The process that ran it is gone, and nobody knows how far it came: the job's ``CrashPolicy`` decides what follows.
    case crashed(Failure)
    /// It ended, and does not know whether it did its work: it is not tried again.
    case unknown(Failure)
  }

  public var kind: Kind
  /// What it returned, encoded; nil where it returned nothing.
  public var result: [UInt8]?
  /// What it logged, as far as that is kept.
  public var logs: [LogLine]
  /// It had been told to stop when it ended, whatever its record says: a process that was killed for that blames nobody. Said by the scheduler.
  package var wasToldToStop = false

  public init(_ kind: Kind, result: [UInt8]? = nil, logs: [LogLine] = []) {
    self.kind = kind
    self.result = result
    self.logs = logs
  }

  /// The most bytes of an encoded result that are kept.
  public static let maximumResult = 64 << 10

  public static let succeeded = RunOutcome(.succeeded)
  public static let cancelled = RunOutcome(.cancelled)

  public static func failed(_ failure: Failure, _ advice: RetryAdvice = .byPolicy) -> RunOutcome {
    RunOutcome(.failed(failure, advice))
  }
}

/// What a run that failed says of its next attempt.
public enum RetryAdvice: Hashable, Sendable {
  /// The job's policy decides.
  case byPolicy
  /// The next attempt, if one is left, comes after exactly this time.
  case after(Duration)
  /// There is no use in trying again.
  case giveUp
}

/// Why an attempt failed, in words that can be stored and shown.
public struct Failure: Hashable, Sendable {
  /// The name of the error's type, with its module; or the name that the error gives itself, see ``NamedFailure``.
  public var type: String
  public var message: String
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(type: String, message: String, unknown: UnknownFields = .none) {
    self.type = type
    self.message = message.shortened(toBytes: Failure.maximumMessage)
    self.unknown = unknown
  }

  public init(_ error: any Error) {
    let name = (error as? any NamedFailure)?.failureName ?? String(reflecting: Swift.type(of: error))
    self.init(type: name, message: String(describing: error))
  }

  /// The most bytes of a message that are kept: a record is read and written whole.
  public static let maximumMessage = 2_048
}

/// An error that says itself under which name it stands in ``RetryPolicy/retryOn`` and ``RetryPolicy/giveUpOn``: for errors of one type that
/// deserve different answers.
public protocol NamedFailure: Error {
  /// Takes the place of the type's name in ``Failure/type``. Stored, so it should stay what it is.
  var failureName: String { get }
}

/// How an attempt, or a fire, ended: the word that is stored, counted and shown.
public enum OutcomeKind: String, Hashable, Sendable, Codable, CaseIterable {
  case succeeded
  case failed
  case timedOut
  case cancelled
  /// It asked to be started again later.
  case snoozed
  /// Its process was lost, and the job says not to run it again: nobody knows what it did.
  case unknown
  /// Its process was lost; it runs again.
  case crashed
  /// Its scheduler shut down before it ended; it runs again.
  case interrupted
}
