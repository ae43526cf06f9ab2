import Almanac
import Synchronization

/// What the code of a simulated job does.
struct SimulatedWork: JobPayload, Hashable {
  static let jobName = "simulated-work"

  enum Kind: String, Codable, CaseIterable {
    /// Takes its time and succeeds.
    case steady
    /// Fails at some attempts, or asks for another time, as the fire time decides.
    case flaky
    /// Does not end until it is cancelled.
    case hanging
    /// Takes its time, cancelled or not.
    case deaf
    /// Takes its time, and the worker dies at some attempts, or when it is told to stop.
    case deadly
  }

  var kind: Kind
  var milliseconds: Int64
  /// So that a job that is said anew says something else.
  var edition = 0

  /// The first edition of those that only runs by hand are asked for with.
  static let firstByHand = 100
}

/// A trigger whose fire times depend on zone data: newer data has them a few seconds later, older ones earlier.
struct ZonedTrigger: CustomTrigger {
  static let kindName = "simulated-zone"
  static let old = "2000a"
  static let new = "2099z"

  var period: Int64

  private var shift: Int64 {
    switch Surroundings.current.zoneData {
    case ZonedTrigger.old?: -300_000
    case ZonedTrigger.new?: 700_000
    default: 0
    }
  }

  private func index(_ instant: Instant) -> Int64 {
    let (quotient, rest) = (instant.microsecondsSinceEpoch - self.shift).quotientAndRemainder(dividingBy: self.period)
    return rest < 0 ? quotient - 1 : quotient
  }

  func next(after instant: Instant) -> Instant? {
    Instant(microsecondsSinceEpoch: (self.index(instant) + 1) * self.period + self.shift)
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    Instant(microsecondsSinceEpoch: self.index(instant) * self.period + self.shift)
  }

  var zones: [String] { ["Europe/Paris"] }
}

/// One sleep of a run's code, on the clock of the machine that it runs on.
final class SimulatedSleep: Sendable {
  private enum State {
    case awake
    case asleep(CheckedContinuation<Void, Never>)
    case woken
  }

  private let state = Mutex(State.awake)

  private func wake() {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .woken }
      if case .asleep(let continuation) = state { return continuation }
      return nil
    }
    continuation?.resume()
  }

  private func sleep(for duration: Duration, on clock: any SchedulerClock) async {
    let timer = Mutex<ClockTimer?>(nil)
    await withCheckedContinuation { continuation in
      let sleeps = self.state.withLock { state -> Bool in
        if case .woken = state { return false }
        state = .asleep(continuation)
        return true
      }
      guard sleeps else { return continuation.resume() }
      let set = clock.timer(after: duration) { self.wake() }
      timer.withLock { $0 = set }
    }
    timer.withLock { $0 }?.cancel()
  }

  /// Returns when so much time has passed, whether or not the task is cancelled.
  static func deaf(for duration: Duration, on clock: any SchedulerClock) async {
    await SimulatedSleep().sleep(for: duration, on: clock)
  }

  /// - Throws: `CancellationError` as soon as the task is cancelled.
  static func listening(for duration: Duration, on clock: any SchedulerClock) async throws {
    let sleep = SimulatedSleep()
    await withTaskCancellationHandler {
      await sleep.sleep(for: duration, on: clock)
    } onCancel: {
      sleep.wake()
    }
    try Task.checkCancellation()
  }
}
