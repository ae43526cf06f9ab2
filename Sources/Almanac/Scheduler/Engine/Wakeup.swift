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

  /// Returns when signalled, when a bound is reached, or when the task is cancelled. The caller counts as idle meanwhile.
  ///
  /// - Parameters:
  ///   - deadline: a time on the wall; nil where no such time ends the wait.
  ///   - delay: a time of this process, whatever becomes of the wall clock; nil where there is no such bound. A wait that has both cannot
  ///     be drawn out by a wall clock that is set back.
  func wait(until deadline: Instant? = nil, within delay: Duration? = nil, on clock: any SchedulerClock) async {
    let timers = Mutex<[ClockTimer]>([])
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
        // The timers are set before the meter is left, so that a clock turned by hand sees them as soon as all is idle.
        let set = [
          deadline.map { clock.timer(at: $0) { self.signal() } },
          delay.map { clock.timer(after: $0) { self.signal() } },
        ].compactMap { $0 }
        timers.withLock { $0 = set }
        self.meter.leave()
        if Task.isCancelled { self.signal() }
      }
    } onCancel: {
      self.signal()
    }
    for timer in timers.withLock({ $0 }) { timer.cancel() }
  }
}
