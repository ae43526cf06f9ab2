/// One fire of a job on its way: waiting for its turn or its next attempt, or claimed by a scheduler.
public struct Run: Hashable, Sendable {
  /// The nominal fire time; for a run asked for by hand, when it was asked for.
  public var fireTime: Instant
  public var origin: RunOrigin
  /// Which start of this fire it is, or will be; from 1. Each start has a number of its own.
  public var attempt: Int
  /// How many of the earlier attempts failed (and not: crashed or were given back).
  public var failures: Int
  public var phase: RunPhase
  /// The values that it was asked for with, where they are not the job's own.
  public var payload: [UInt8]?
  public var unknown: UnknownFields

  public init(
    fireTime: Instant, origin: RunOrigin = .trigger, attempt: Int = 1, failures: Int = 0, phase: RunPhase,
    payload: [UInt8]? = nil, unknown: UnknownFields = .none
  ) {
    self.fireTime = fireTime
    self.origin = origin
    self.attempt = attempt
    self.failures = failures
    self.phase = phase
    self.payload = payload
    self.unknown = unknown
  }

  public var claim: Claim? {
    if case .claimed(let claim) = self.phase { claim } else { nil }
  }

  /// When a waiting run may start; nil where it is claimed.
  public var readyAt: Instant? {
    if case .waiting(let readyAt) = self.phase { readyAt } else { nil }
  }
}

/// What asked for a run.
public enum RunOrigin: String, Hashable, Sendable, Codable {
  case trigger
  /// A person or a program said "run now".
  case hand
}

public enum RunPhase: Hashable, Sendable {
  /// Waits for a free slot from the given time on. Can become: `claimed`, or be dropped.
  case waiting(until: Instant)
  /// A scheduler has it. Can become: `waiting` (given back, failed and tried again, owner lost), or end.
  case claimed(Claim)
}

/// A scheduler's hold on a run.
public struct Claim: Hashable, Sendable {
  /// The claim's number within the job: the second half of the fencing token.
  public var number: Int64
  /// The session of the scheduler that holds it.
  public var owner: Epoch
  /// The commit by which it was taken, so that a scheduler whose answer was lost knows its own claims again.
  public var batch: Int64
  public var at: Instant
  /// When the run has to be over; nil where there is no limit, or where it is being cancelled already.
  public var timeoutAt: Instant?
  /// Set once the run was told to stop. Its place stays taken until its code returns.
  public var cancelling: CancelReason?
  /// How far the run says that it has come.
  public var progress: RunProgress?

  public init(
    number: Int64, owner: Epoch, batch: Int64, at: Instant, timeoutAt: Instant? = nil, cancelling: CancelReason? = nil,
    progress: RunProgress? = nil
  ) {
    self.number = number
    self.owner = owner
    self.batch = batch
    self.at = at
    self.timeoutAt = timeoutAt
    self.cancelling = cancelling
    self.progress = progress
  }
}

/// Why a run was told to stop.
public enum CancelReason: String, Hashable, Sendable, Codable {
  /// It took longer than its timeout, or its fire's deadline has come.
  case timeout
  /// A user asked for it.
  case requested
  /// The next fire has come, and the job's overlap policy is to cancel what is going.
  case overlap
}

/// The number of a session: which life of which scheduler. Given by the store, never reused.
public struct Epoch: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let rawValue: Int64

  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  public init(from decoder: any Decoder) throws {
    self.rawValue = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(self.rawValue)
  }

  public var description: String { String(self.rawValue) }

  public static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}

/// What a run must show with everything that it writes: a claim that was taken back is refused by its token.
///
/// Hand it to other systems that you write to from a job, as a pair that only ever grows for one job: a system that remembers the
/// largest token seen can refuse the writes of a run that lost its claim and does not know it yet.
public struct FencingToken: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Which job of this id.
  public let incarnation: Int64
  /// Which claim of that job.
  public let claim: Int64

  public init(incarnation: Int64, claim: Int64) {
    self.incarnation = incarnation
    self.claim = claim
  }

  public var description: String { "\(self.incarnation).\(self.claim)" }
}
