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
/// A wait is never one long sleep: a sleep is counted on a clock that knows nothing of the wall's being set, so the wall is read again at
/// least every second. A clock that is set is thus noticed within a second.
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
    SystemClock.timer(fire) { deadline - self.now() }
  }

  public func timer(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> ClockTimer {
    let deadline = self.uptime() + min(delay, SystemClock.longestDelay)
    return SystemClock.timer(fire) { deadline - self.uptime() }
  }

  /// Calls once nothing remains, and looks how much that is at least every second: the wall may be set, and a sleep may be counted on a
  /// clock that stands still while the machine does.
  private static func timer(
    _ fire: @escaping @Sendable () -> Void, _ remaining: @escaping @Sendable () -> Duration
  ) -> ClockTimer {
    let task = Task {
      while true {
        let rest = remaining()
        if rest <= .zero { break }
        do {
          // Cancelling throws: the promise is taken back.
          try await Task.sleep(for: min(rest, SystemClock.longestSleep), tolerance: .zero)
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
  private static let longestSleep: Duration = .seconds(1)

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // It fails for a clock that the system does not have; those used here are all in POSIX or in the kernel since 2.6.39.
    _ = clock_gettime(clock, &time)
    return time
  }
}
