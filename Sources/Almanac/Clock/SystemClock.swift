#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Bionic)
import Bionic
#endif

/// The clock of the machine.
///
/// A wait for a time on the wall is no sleep of so many seconds: where the wall is set meanwhile, it ends when the wall shows that time. On
/// Linux a wall that is set is noticed at once, elsewhere within a second.
public struct SystemClock: SchedulerClock {
  public init() {}

  public func now() -> Instant {
    let time = SystemClock.read(CLOCK_REALTIME)
    return Instant(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  public func uptime() -> Duration {
    #if os(Linux) || os(Android)
    // CLOCK_MONOTONIC stands still while the machine sleeps, and a lease does not.
    let time = SystemClock.read(CLOCK_BOOTTIME)
    #else
    // On Darwin this one runs through sleep; CLOCK_UPTIME_RAW is the one that stands still.
    let time = SystemClock.read(CLOCK_MONOTONIC)
    #endif
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  public func timer(at deadline: Instant, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    if deadline <= self.now() {
      fire()
      return ClockTimer {}
    }
    guard AlarmThread.shared.isRunning else { return SystemClock.sleeper(fire) { deadline - self.now() } }
    return AlarmThread.shared.set(.wall, at: deadline.microsecondsSinceEpoch, fire)
  }

  public func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    if delay <= .zero {
      fire()
      return ClockTimer {}
    }
    let end = self.uptime() + min(delay, SystemClock.longestDelay)
    guard AlarmThread.shared.isRunning else { return SystemClock.sleeper(fire) { end - self.uptime() } }
    // Rounded up: a part of a microsecond must not make it early.
    return AlarmThread.shared.set(.uptime, at: (end + .nanoseconds(999)).wholeMicroseconds, fire)
  }

  /// A timer where the system has no thread left for all of them: a task that looks what remains at least every second.
  private static func sleeper(
    _ fire: @escaping @Sendable () -> Void, _ remaining: @escaping @Sendable () -> Duration
  ) -> ClockTimer {
    let task = Task {
      while true {
        let rest = remaining()
        if rest <= .zero { break }
        do {
          // Cancelling throws: the promise is taken back.
          try await Task.sleep(for: min(rest, .seconds(1)), tolerance: .zero)
        } catch {
          return
        }
      }
      if !Task.isCancelled { fire() }
    }
    return ClockTimer { task.cancel() }
  }

  /// Longer than any machine runs, and far from where sums of durations overflow.
  private static let longestDelay: Duration = .seconds(1_000 * 365 * 86_400)

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // It fails for a clock that the system does not have; those used here are all in POSIX or in the kernel since 2.6.39.
    _ = clock_gettime(clock, &time)
    return time
  }
}
