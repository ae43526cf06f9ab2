import Almanac

/// What the code of a run came to, as it knows itself: an auditor does not ask the engine for it.
enum CodeEnd: Hashable, Sendable {
  case succeeded
  /// It threw an error of the type of this name.
  case failed(String)
  /// It failed, and says when it is to be tried again.
  case failedUntil(Duration)
  /// It failed, and says that there is no use in trying again.
  case gaveUp
  case snoozed(Duration)
  /// It stopped because it was told to.
  case stopped
  /// The worker died in which it ran; as it was told to stop, or by itself.
  case died(wasTold: Bool)

  init(_ error: any Error) {
    switch error {
    case is CancellationError: self = .stopped
    case let error as RetryAfter: self = .failedUntil(error.delay)
    case is GiveUp: self = .gaveUp
    case let error as Snooze: self = .snoozed(error.delay)
    case let error as SimulatedDeath: self = .died(wasTold: error.wasTold)
    default: self = .failed(CodeEnd.name(error))
    }
  }

  private static func name(_ error: any Error) -> String {
    error is SimulatedRefusal ? SimulatedRefusal.name : SimulatedFailure.name
  }

  /// How an attempt ends whose code came to this, by whether and why it was told to stop.
  func outcome(_ stop: CancelReason?) -> OutcomeKind {
    switch (self, stop) {
    case (.succeeded, _): .succeeded
    case (_, .timeout?): .timedOut
    case (_, .requested?), (_, .overlap?): .cancelled
    case (.failed, nil), (.failedUntil, nil), (.gaveUp, nil): .failed
    case (.snoozed, nil): .snoozed
    case (.stopped, nil), (.died(wasTold: true), nil): .interrupted
    case (.died(wasTold: false), nil): .crashed
    }
  }

  var isDeath: Bool { if case .died = self { true } else { false } }
}

/// The failure of a flaky run.
struct SimulatedFailure: Error {
  static let name = "AlmanacTesting.SimulatedFailure"
}

/// The worker dies in which the run goes: the simulated executor tells of it, and the code says no more.
struct SimulatedDeath: Error {
  static let name = "AlmanacTesting.SimulatedDeath"
  /// As a worker that is killed, because its run was told to stop and did not.
  var wasTold: Bool
}

/// Another failure, so that policies can tell two apart.
struct SimulatedRefusal: Error {
  static let name = "AlmanacTesting.SimulatedRefusal"
}

extension SimulatedWork {
  /// Whether the worker of a deadly attempt dies. The attempt's number decides too, so no fire goes on dying for ever.
  static func dies(atFire fire: Instant, attempt: Int) -> Bool {
    let number = fire.microsecondsSinceEpoch / 1_000 + Int64(attempt) * 3
    return number.quotientAndRemainder(dividingBy: 7).remainder > 1
  }

  /// What a flaky attempt throws, if anything. The attempt's number decides too, so nothing is put off for ever.
  static func error(ofFire fire: Instant, attempt: Int) -> (any Error)? {
    let number = fire.microsecondsSinceEpoch / 1_000 + Int64(attempt) * 5
    switch number.quotientAndRemainder(dividingBy: 12).remainder {
    case 0...3: return nil
    case 7: return SimulatedRefusal()
    case 8: return RetryAfter(.milliseconds(700), because: SimulatedFailure())
    case 9: return Snooze(for: .milliseconds(1_300))
    case 10: return GiveUp(because: SimulatedFailure())
    default: return SimulatedFailure()
    }
  }
}
