/// The one source of time: what the time is, and a call when it comes.
///
/// Everything that reads the time or waits for it does so through a clock that is handed in, so that a test can turn time by hand. There is no
/// `sleep` here on purpose: a timer that calls back lets a manual clock know, at the moment it fires one, that work has begun.
public protocol SchedulerClock: Sendable {
  /// The wall clock: what users mean by a time.
  func now() -> Instant

  /// Time that only moves forward and goes on while the machine sleeps, from an arbitrary beginning. It bounds trust and timeouts of
  /// this process, which nobody may stretch by setting a clock.
  func uptime() -> Duration

  /// Calls `fire` once, as soon as `now() >= deadline`, from any thread; at once where that is so already. A clock that is set
  /// forward makes it fire early in elapsed time, never early on the wall.
  func timer(at deadline: Instant, _ fire: @escaping @Sendable () -> Void) -> ClockTimer

  /// Calls `fire` once, when ``uptime()`` has moved on by `delay`, whatever becomes of the wall clock in between.
  func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer
}

/// A call that a clock has promised.
public struct ClockTimer: Sendable {
  private let canceller: @Sendable () -> Void

  public init(cancel: @escaping @Sendable () -> Void) {
    self.canceller = cancel
  }

  /// Takes the promise back. The call may be under way already.
  public func cancel() { self.canceller() }
}
