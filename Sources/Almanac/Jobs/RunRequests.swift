// What a job's own code may throw to say what is to follow. It knows more than a policy does: a server said when to come back, an order is not
// there yet, an address does not exist.

/// Thrown by a job that failed and knows when trying again makes sense.
///
/// The attempt counts as failed, with the given error; the next one comes after exactly the given time, if the job's ``RetryPolicy`` has attempts left.
///
/// ```swift
/// guard response.status != .tooManyRequests else {
///   throw RetryAfter(.seconds(60), because: RateLimited())
/// }
/// ```
public struct RetryAfter: Error, CustomStringConvertible {
  public let delay: Duration
  public let reason: any Error

  public init(_ delay: Duration, because reason: any Error) {
    self.delay = delay
    self.reason = reason
  }

  public var description: String { String(describing: self.reason) }
}

/// Thrown by a job for which it is too early: it is started again after the given time, as often as it asks.
///
/// It is no failure and costs no attempt of those that the job's ``RetryPolicy`` grants; only the job's deadline ends it. While it waits it holds no slot.
///
/// ```swift
/// guard try await orders.isPaid(order) else { throw Snooze(for: .seconds(300)) }
/// ```
public struct Snooze: Error, CustomStringConvertible {
  public let delay: Duration

  /// - Parameter delay: the time until the next start; at least a millisecond.
  public init(for delay: Duration) {
    self.delay = delay
  }

  public var description: String { "asks to be started again in \(self.delay)" }
}

/// Thrown by a job for which there is no use in trying again: the fire ends as failed, with the given error, whatever the job's ``RetryPolicy`` says.
///
/// ```swift
/// guard let user = try await users.find(id) else { throw GiveUp(because: UserIsGone(id)) }
/// ```
public struct GiveUp: Error, CustomStringConvertible {
  public let reason: any Error

  public init(because reason: any Error) {
    self.reason = reason
  }

  public var description: String { String(describing: self.reason) }
}

/// Thrown by a job that does not know whether it did its work: the connection was cut after the request was sent, and no answer came.
///
/// The fire ends as `unknown`, as if the process had died there, and is not tried again, whatever the job's ``RetryPolicy`` and ``CrashPolicy`` say:
/// who can do the work twice without harm throws the error itself. It is kept as a dead fire, so that a person who has found out may try it again.
///
/// ```swift
/// do { try await bank.pay(order) } catch let error as ConnectionLost { throw OutcomeUnknown(because: error) }
/// ```
public struct OutcomeUnknown: Error, CustomStringConvertible {
  public let reason: any Error

  public init(because reason: any Error) {
    self.reason = reason
  }

  public var description: String { String(describing: self.reason) }
}

extension RunOutcome {
  /// What a job's code came to that ended by throwing.
  package init(thrown error: any Error) {
    switch error {
    case let error as RetryAfter: self = .failed(Failure(error.reason), .after(error.delay))
    case let error as GiveUp: self = .failed(Failure(error.reason), .giveUp)
    case let error as OutcomeUnknown: self.init(.unknown(Failure(error.reason)))
    case let error as Snooze: self.init(.snoozed(error.delay))
    default: self = .failed(Failure(error))
    }
  }
}
