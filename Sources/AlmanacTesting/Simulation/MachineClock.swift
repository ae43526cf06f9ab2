import Almanac
import Synchronization

/// The clock of one machine among several: its wall may be set apart from the true time, its uptime is everybody's.
public final class MachineClock: SchedulerClock {
  private struct WallTimer {
    var deadline: Instant
    var fire: @Sendable () -> Void
    var inner: ClockTimer?
  }

  private struct State {
    var step: Duration = .zero
    var timers: [Int: WallTimer] = [:]
    var lastTimer = 0
  }

  private let base: ManualClock
  private let state = Mutex(State())

  /// - Parameter base: the true time, by which all machines live.
  public init(_ base: ManualClock) {
    self.base = base
  }

  public func now() -> Instant { self.base.now() + self.state.withLock { $0.step } }

  public func uptime() -> Duration { self.base.uptime() }

  public func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    self.base.timer(after: delay, fire)
  }

  public func timer(at deadline: Instant, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let number = self.state.withLock { state in
      state.lastTimer += 1
      state.timers[state.lastTimer] = WallTimer(deadline: deadline, fire: fire)
      return state.lastTimer
    }
    self.arm(number)
    return ClockTimer { [weak self] in
      self?.state.withLock { $0.timers.removeValue(forKey: number) }?.inner?.cancel()
    }
  }

  /// Sets the wall by so much, without time passing.
  public func step(by duration: Duration) {
    let timers = self.state.withLock { state in
      state.step += duration
      return Array(state.timers)
    }
    for (number, timer) in timers.sorted(by: { $0.key < $1.key }) {
      timer.inner?.cancel()
      self.arm(number)
    }
  }

  private func arm(_ number: Int) {
    let deadline = self.state.withLock { state in state.timers[number].map { $0.deadline - state.step } }
    guard let deadline else { return }
    let inner = self.base.timer(at: deadline) { [weak self] in
      self?.state.withLock { $0.timers.removeValue(forKey: number) }?.fire()
    }
    self.state.withLock { $0.timers[number]?.inner = inner }
  }
}
