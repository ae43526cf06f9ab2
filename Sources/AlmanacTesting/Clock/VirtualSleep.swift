import Almanac
import Synchronization

extension VirtualTime {
  /// Lets the code of a job take time: returns when virtual time has moved on by `duration`.
  ///
  /// To be called from a run of the given scheduler, which counts as doing nothing meanwhile, so that time can move.
  ///
  /// - Throws: `CancellationError` as soon as the run is cancelled.
  public func sleep(for duration: Duration, in scheduler: Scheduler) async throws {
    try await VirtualTime.sleep(for: duration, on: self.clock, counting: scheduler.activity)
  }

  /// Sleeps until the run is cancelled: code that hangs, but listens.
  public func sleepUntilCancelled(in scheduler: Scheduler) async throws {
    try await self.sleep(for: VirtualTime.forever, in: scheduler)
  }

  static let forever: Duration = .seconds(100 * 365 * 86_400)

  /// - Parameter activity: counts the caller; nil where nobody does.
  static func sleep(for duration: Duration, on clock: ManualClock, counting activity: ActivityMeter?) async throws {
    let sleeper = Sleeper(activity: activity)
    let timer = Mutex<ClockTimer?>(nil)
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard sleeper.begin(continuation) else { return }
        let set = clock.timer(after: duration) { sleeper.wake() }
        timer.withLock { $0 = set }
        // Only now, so that whoever sees the scheduler idle sees the timer too.
        activity?.leave()
      }
    } onCancel: {
      sleeper.wake()
    }
    timer.withLock { $0 }?.cancel()
    try Task.checkCancellation()
  }
}

/// One sleep, woken once by whoever comes first.
private final class Sleeper: Sendable {
  private enum State {
    case awake
    case asleep(CheckedContinuation<Void, Never>)
    case woken
  }

  private let state = Mutex(State.awake)
  private let activity: ActivityMeter?

  init(activity: ActivityMeter?) {
    self.activity = activity
  }

  /// Answers false where it was woken before it slept; the continuation is resumed then.
  func begin(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
    let sleeps = self.state.withLock { state -> Bool in
      if case .woken = state { return false }
      state = .asleep(continuation)
      return true
    }
    if !sleeps { continuation.resume() }
    return sleeps
  }

  func wake() {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .woken }
      guard case .asleep(let continuation) = state else { return nil }
      // Counted before it is resumed, so that the scheduler is never seen idle in between.
      self.activity?.enter()
      return continuation
    }
    continuation?.resume()
  }
}
