#if Processes
import Almanac

/// How a run ended, as a worker writes it: ``RunOutcome/Kind`` without what only a parent can say, that the process is gone.
enum SentEnding: Hashable, Sendable, Codable {
  case succeeded
  case failed(type: String, message: String, advice: Advice)
  case snoozed(microseconds: Int64)
  case cancelled
  case unknown(type: String, message: String)

  enum Advice: Hashable, Sendable, Codable {
    case byPolicy
    case after(microseconds: Int64)
    case giveUp
  }

  init(_ kind: RunOutcome.Kind) {
    switch kind {
    case .succeeded: self = .succeeded
    case .failed(let failure, let advice):
      self = .failed(type: failure.type, message: failure.message, advice: Advice(advice))
    case .snoozed(let duration): self = .snoozed(microseconds: duration.wholeMicroseconds)
    case .cancelled: self = .cancelled
    case .unknown(let failure): self = .unknown(type: failure.type, message: failure.message)
    case .crashed(let failure):
      // Nothing in a worker says so of itself; were it to, the run has failed there.
      self = .failed(type: failure.type, message: failure.message, advice: .byPolicy)
    }
  }

  var kind: RunOutcome.Kind {
    switch self {
    case .succeeded: .succeeded
    case .failed(let type, let message, let advice): .failed(Failure(type: type, message: message), advice.advice)
    case .snoozed(let microseconds): .snoozed(.microseconds(microseconds))
    case .cancelled: .cancelled
    case .unknown(let type, let message): .unknown(Failure(type: type, message: message))
    }
  }
}

extension SentEnding.Advice {
  init(_ advice: RetryAdvice) {
    switch advice {
    case .byPolicy: self = .byPolicy
    case .after(let delay): self = .after(microseconds: delay.wholeMicroseconds)
    case .giveUp: self = .giveUp
    }
  }

  var advice: RetryAdvice {
    switch self {
    case .byPolicy: .byPolicy
    case .after(let microseconds): .after(.microseconds(microseconds))
    case .giveUp: .giveUp
    }
  }
}
#endif
