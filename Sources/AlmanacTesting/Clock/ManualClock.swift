import Almanac
import Synchronization

/// A clock that stands still until a test moves it.
///
/// Timers fire inside ``advance(to:)``, one after the other in the order of their deadlines, and each sees the time that it was set for: to
/// code that waits, a day that passes in a millisecond is a day. A test waits for the fact that the code under test has set a timer, so it
/// never sleeps and never guesses:
///
/// ```swift
/// let clock = ManualClock()
/// let timer = try await clock.waitForTimer()
/// clock.advance(to: timer)
/// ```
///
/// One task turns the clock at a time; anybody may read it and set timers.
public final class ManualClock: SchedulerClock {
  private struct Timer {
    var deadline: Instant
    /// Equal deadlines fire in the order in which they were set.
    var number: UInt64
    var fire: @Sendable () -> Void
  }

  private struct Waiter {
    var isMet: @Sendable (Instant) -> Bool
    var continuation: CheckedContinuation<Instant?, Never>
  }

  private struct State {
    var now: Instant
    var uptime: Duration
    /// By deadline and number.
    var timers: [Timer] = []
    /// By the uptime that each waits for, and number.
    var uptimeTimers: [(uptime: Duration, timer: Timer)] = []
    var waiters: [UInt64: Waiter] = [:]
    var nextNumber: UInt64 = 0

    mutating func number() -> UInt64 {
      self.nextNumber += 1
      return self.nextNumber
    }

    /// When a timer on the uptime fires if the wall is not set in between.
    func wall(at uptime: Duration) -> Instant { self.now + (uptime - self.uptime) }

    /// The wall time at which the next timer of either kind fires.
    var earliest: Instant? {
      let uptime = self.uptimeTimers.first.map { self.wall(at: $0.uptime) }
      guard let wall = self.timers.first?.deadline else { return uptime }
      return min(wall, uptime ?? wall)
    }

    /// Takes out the timer that fires next if it is due by now; at equal times the one that was set first.
    mutating func takeDue() -> Timer? {
      let wall = self.timers.first.flatMap { $0.deadline <= self.now ? $0 : nil }
      let uptime = self.uptimeTimers.first.flatMap { $0.uptime <= self.uptime ? $0.timer : nil }
      if let wall, uptime.map({ wall.number < $0.number }) ?? true { return self.timers.removeFirst() }
      return uptime == nil ? nil : self.uptimeTimers.removeFirst().timer
    }
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - now: The wall time to begin with; the beginning of 2026 in UTC if left out.
  ///   - uptime: The uptime to begin with.
  public init(
    now: Instant = Instant(microsecondsSinceEpoch: 1_767_225_600_000_000), uptime: Duration = .seconds(1_000)
  ) {
    self.state = Mutex(State(now: now, uptime: uptime))
  }

  // MARK: Reading

  public func now() -> Instant { self.state.withLock { $0.now } }

  public func uptime() -> Duration { self.state.withLock { $0.uptime } }

  /// The deadline of the timer that fires next; nil where none is set.
  public var earliestTimer: Instant? { self.state.withLock { $0.earliest } }

  /// How many timers are set.
  public var timerCount: Int { self.state.withLock { $0.timers.count + $0.uptimeTimers.count } }

  // MARK: Timers

  public func timer(at deadline: Instant, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let (number, met) = self.state.withLock { state -> (UInt64?, [CheckedContinuation<Instant?, Never>]) in
      guard deadline > state.now else { return (nil, []) }
      let number = state.number()
      let index = state.timers.firstIndex { $0.deadline > deadline } ?? state.timers.endIndex
      state.timers.insert(Timer(deadline: deadline, number: number, fire: fire), at: index)
      let met = state.waiters.filter { $0.value.isMet(deadline) }.map(\.key).sorted()
      return (number, met.compactMap { state.waiters.removeValue(forKey: $0)?.continuation })
    }
    for continuation in met { continuation.resume(returning: deadline) }
    guard let number else {
      fire()
      return ClockTimer {}
    }
    return ClockTimer { [weak self] in
      self?.state.withLock { state in state.timers.removeAll { $0.number == number } }
    }
  }

  public func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let (number, met) = self.state.withLock { state -> (UInt64?, [CheckedContinuation<Instant?, Never>]) in
      guard delay > .zero else { return (nil, []) }
      let uptime = state.uptime + delay
      let wall = state.wall(at: uptime)
      let number = state.number()
      let index = state.uptimeTimers.firstIndex { $0.uptime > uptime } ?? state.uptimeTimers.endIndex
      state.uptimeTimers.insert((uptime, Timer(deadline: wall, number: number, fire: fire)), at: index)
      let met = state.waiters.filter { $0.value.isMet(wall) }.map(\.key).sorted()
      return (number, met.compactMap { state.waiters.removeValue(forKey: $0)?.continuation })
    }
    for continuation in met { continuation.resume(returning: self.now() + delay) }
    guard let number else {
      fire()
      return ClockTimer {}
    }
    return ClockTimer { [weak self] in
      self?.state.withLock { state in state.uptimeTimers.removeAll { $0.timer.number == number } }
    }
  }

  // MARK: Turning

  /// Moves wall and uptime on to `target`; timers on the way fire at their own time. A target that has passed changes nothing.
  public func advance(to target: Instant) {
    while true {
      let timer = self.state.withLock { state -> Timer? in
        let stop = min(state.earliest ?? target, target)
        if stop > state.now {
          state.uptime += stop - state.now
          state.now = stop
        }
        return state.takeDue()
      }
      // Outside the lock: what fires may read the clock and set timers, which fire on the same way if they are due.
      guard let timer else { return }
      timer.fire()
    }
  }

  /// Moves wall and uptime on by `duration`.
  public func advance(by duration: Duration) {
    self.advance(to: self.now() + duration)
  }

  /// Sets the wall without time passing, back or forward, as an operator or a time service does. Timers that are due by the new time fire
  /// at it.
  public func set(to instant: Instant) {
    self.state.withLock { $0.now = instant }
    self.advance(to: instant)
  }

  /// Lets the machine sleep for `duration`: wall and uptime move on together, and what was due meanwhile fires at the end of it.
  public func suspend(for duration: Duration) {
    let end = self.state.withLock { state -> Instant in
      state.now = state.now + duration
      state.uptime += duration
      return state.now
    }
    self.advance(to: end)
  }

  // MARK: Waiting for a fact

  /// Waits until a timer is set whose deadline is no later than the one given, and tells its deadline.
  ///
  /// - Throws: `CancellationError` where the task is cancelled first.
  @discardableResult
  public func waitForTimer(atOrBefore deadline: Instant = .distantFuture) async throws -> Instant {
    try await self.wait { $0 <= deadline }
  }

  /// Waits until a timer with exactly this deadline is set.
  ///
  /// - Throws: `CancellationError` where the task is cancelled first.
  @discardableResult
  public func waitForTimer(at deadline: Instant) async throws -> Instant {
    try await self.wait { $0 == deadline }
  }

  private func wait(for isMet: @escaping @Sendable (Instant) -> Bool) async throws -> Instant {
    let number = self.state.withLock { $0.number() }
    let deadline: Instant? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = self.state.withLock { state -> Instant?? in
          if let timer = state.timers.first(where: { isMet($0.deadline) }) { return .some(timer.deadline) }
          let walls = state.uptimeTimers.map { [state] in state.wall(at: $0.uptime) }
          if let wall = walls.first(where: isMet) { return .some(wall) }
          if Task.isCancelled { return .some(nil) }
          state.waiters[number] = Waiter(isMet: isMet, continuation: continuation)
          return .none
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      self.state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(returning: nil)
    }
    guard let deadline else { throw CancellationError() }
    return deadline
  }
}
