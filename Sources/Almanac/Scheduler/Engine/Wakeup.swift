import Synchronization

/// Puts one loop to sleep until a time, or until somebody signals.
///
/// A signal that comes while the loop is awake is kept, so the next wait returns at once and nothing that was signalled is slept
/// through. Several signals are one.
final class Wakeup: Sendable {
  private enum State {
    case awake
    case signalled
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex(State.awake)
  private let meter: ActivityMeter

  init(meter: ActivityMeter) {
    self.meter = meter
  }

  func signal() {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard case .waiting(let continuation) = state else {
        state = .signalled
        return nil
      }
      state = .awake
      // Entered under the lock: from here on the sleeper counts as at work, even before it is scheduled.
      self.meter.enter()
      return continuation
    }
    continuation?.resume()
  }

  /// What a wait is bounded by, besides a signal.
  enum Bound {
    case never
    /// A time on the wall.
    case at(Instant)
    /// A time of this process, whatever becomes of the wall clock.
    case after(Duration)
  }

  /// Returns when signalled, when the bound is reached, or when the task is cancelled. The caller counts as idle meanwhile.
  func wait(_ bound: Bound, on clock: any SchedulerClock) async {
    let timer = Mutex<ClockTimer?>(nil)
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isSignalled = self.state.withLock { state -> Bool in
          if case .signalled = state {
            state = .awake
            return true
          }
          state = .waiting(continuation)
          return false
        }
        if isSignalled { return continuation.resume() }
        // The timer is set before the meter is left, so that a clock turned by hand sees it as soon as all is idle.
        switch bound {
        case .never: break
        case .at(let deadline):
          let set = clock.timer(at: deadline) { self.signal() }
          timer.withLock { $0 = set }
        case .after(let delay):
          let set = clock.timer(after: delay) { self.signal() }
          timer.withLock { $0 = set }
        }
        self.meter.leave()
        if Task.isCancelled { self.signal() }
      }
    } onCancel: {
      self.signal()
    }
    timer.withLock { $0 }?.cancel()
  }
}
