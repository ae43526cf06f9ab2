import Almanac
import Synchronization

/// Lets schedulers live through virtual time: whenever nothing is under way, time moves on to the next thing that anybody waits for.
///
/// A year passes in as long as its work takes. Time never moves while a run, a claim, or a write is under way, so what a scheduler
/// does is the same however slow the machine is.
///
/// ```swift
/// let clock = ManualClock()
/// let scheduler = Scheduler(store: MemoryStore(clock: clock), clock: clock)
/// async let running: Void = scheduler.run()
/// let time = VirtualTime(clock, [scheduler])
/// await time.advance(by: .seconds(365 * 86_400))
/// await time.shutdown()
/// try await running
/// ```
public struct VirtualTime: Sendable {
  let clock: ManualClock
  private let schedulers: [Scheduler]

  public init(_ clock: ManualClock, _ schedulers: [Scheduler]) {
    self.clock = clock
    self.schedulers = schedulers
  }

  /// Returns at a moment at which none of the schedulers has anything under way.
  public func settle() async {
    while true {
      for scheduler in self.schedulers { await scheduler.activity.idle() }
      // One may have set another to work meanwhile.
      if self.schedulers.allSatisfy(\.activity.isIdle) { return }
    }
  }

  /// Moves time on to the given instant, one timer after the other.
  public func advance(to end: Instant) async {
    while true {
      await self.settle()
      guard let next = self.clock.earliestTimer, next <= end else { break }
      self.clock.advance(to: next)
    }
    self.clock.advance(to: end)
    await self.settle()
  }

  /// Shuts the schedulers down, while time moves on for those who wait for runs.
  public func shutdown() async {
    let schedulers = self.schedulers
    let end = Flag()
    // All at once, before time can move: none of them is to run on while another is shut down.
    for scheduler in schedulers { scheduler.beginShutdown() }
    async let stopping: Void = {
      for scheduler in schedulers { await scheduler.shutdown() }
      end.raise()
    }()
    while !end.isRaised {
      await Task.yield()
      guard schedulers.allSatisfy(\.activity.isIdle), !end.isRaised else { continue }
      if let next = self.clock.earliestTimer { self.clock.advance(to: next) }
    }
    await stopping
  }

  public func advance(by duration: Duration) async {
    await self.advance(to: self.clock.now() + duration)
  }
}

/// Something that is so from one moment on.
private final class Flag: Sendable {
  private let state = Mutex(false)
  var isRaised: Bool { self.state.withLock { $0 } }
  func raise() { self.state.withLock { $0 = true } }
}
