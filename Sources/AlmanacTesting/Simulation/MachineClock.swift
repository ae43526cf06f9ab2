import Almanac
import Synchronization

/// The clock of one machine among several: its wall may be set apart from the true time, its uptime is everybody's.
///
/// A machine can be stopped, as a process is by SIGSTOP: time goes on, and no timer rings until it is let go on.
public final class MachineClock: SchedulerClock {
  private struct Timer {
    /// On this machine's wall; nil where the timer runs on the uptime.
    var deadline: Instant?
    var fire: @Sendable () -> Void
    var inner: ClockTimer?
  }

  private struct State {
    var step: Duration = .zero
    var timers: [Int: Timer] = [:]
    var lastTimer = 0
    var isStopped = false
    /// The timers that would have rung while the machine was stopped, in their order.
    var overdue: [Int] = []
  }

  private let base: any SchedulerClock
  private let state = Mutex(State())

  /// - Parameter base: the true time, by which all machines live.
  public init(_ base: any SchedulerClock) {
    self.base = base
  }

  public func now() -> Instant { self.base.now() + self.state.withLock { $0.step } }

  public func uptime() -> Duration { self.base.uptime() }

  /// How far the wall is ahead of the true time.
  var offset: Duration { self.state.withLock { $0.step } }

  public func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let number = self.add(Timer(deadline: nil, fire: fire))
    self.keep(self.base.timer(after: delay) { [weak self] in self?.ring(number) }, number)
    return self.handle(number)
  }

  public func timer(at deadline: Instant, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let number = self.add(Timer(deadline: deadline, fire: fire))
    self.arm(number)
    return self.handle(number)
  }

  /// Sets the wall by so much, without time passing.
  public func step(by duration: Duration) {
    let timers = self.state.withLock { state in
      state.step += duration
      return state.timers.filter { $0.value.deadline != nil }
    }
    for (number, timer) in timers.sorted(by: { $0.key < $1.key }) {
      timer.inner?.cancel()
      self.arm(number)
    }
  }

  /// No timer rings from now on.
  func stop() { self.state.withLock { $0.isStopped = true } }

  /// Answers what should have rung meanwhile, to be rung now, in whatever order and beside whatever else goes on: a timer that comes due
  /// while a process stands still is late for everybody.
  func goOn() -> [@Sendable () -> Void] {
    let overdue = self.state.withLock { state in
      state.isStopped = false
      defer { state.overdue = [] }
      return state.overdue
    }
    return overdue.map { number in { [weak self] in self?.ring(number) } }
  }

  private func add(_ timer: Timer) -> Int {
    self.state.withLock { state in
      state.lastTimer += 1
      state.timers[state.lastTimer] = timer
      return state.lastTimer
    }
  }

  private func keep(_ inner: ClockTimer, _ number: Int) {
    self.state.withLock { $0.timers[number]?.inner = inner }
  }

  private func handle(_ number: Int) -> ClockTimer {
    ClockTimer { [weak self] in
      self?.state.withLock { $0.timers.removeValue(forKey: number) }?.inner?.cancel()
    }
  }

  private func arm(_ number: Int) {
    let deadline = self.state.withLock { state in
      state.timers[number]?.deadline.map { $0 - state.step }
    }
    guard let deadline else { return }
    self.keep(self.base.timer(at: deadline) { [weak self] in self?.ring(number) }, number)
  }

  private func ring(_ number: Int) {
    let fire = self.state.withLock { state -> (@Sendable () -> Void)? in
      guard state.timers[number] != nil else { return nil }
      if state.isStopped {
        if !state.overdue.contains(number) { state.overdue.append(number) }
        return nil
      }
      return state.timers.removeValue(forKey: number)?.fire
    }
    fire?()
  }
}
