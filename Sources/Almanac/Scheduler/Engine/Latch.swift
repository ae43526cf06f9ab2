import Synchronization

/// Something that happens once, and that one task waits for, no longer than it wants to.
///
/// The wait ends by the fact or by the time, never by cancellation: the end of a cancelled scheduler waits too.
final class Latch: Sendable {
  private struct State {
    var isOpen = false
    var waiter: CheckedContinuation<Bool, Never>?
  }

  private let state = Mutex(State())
  private let meter: ActivityMeter

  init(meter: ActivityMeter) {
    self.meter = meter
  }

  /// It has happened.
  func open() {
    self.state.withLock { $0.isOpen = true }
    self.resume(true)
  }

  private func resume(_ answer: Bool) {
    let waiter = self.state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let waiter = state.waiter else { return nil }
      state.waiter = nil
      self.meter.enter()
      return waiter
    }
    waiter?.resume(returning: answer)
  }

  /// Returns true as soon as it has happened, false when the time is over. The caller counts as idle meanwhile.
  func wait(within limit: Duration, on clock: any SchedulerClock) async -> Bool {
    let timer = Mutex<ClockTimer?>(nil)
    let isOpen = await withCheckedContinuation { continuation in
      let isOpen = self.state.withLock { state -> Bool in
        if state.isOpen { return true }
        state.waiter = continuation
        return false
      }
      if isOpen { return continuation.resume(returning: true) }
      let set = clock.timer(after: limit) { self.resume(false) }
      timer.withLock { $0 = set }
      self.meter.leave()
    }
    timer.withLock { $0 }?.cancel()
    return isOpen
  }
}
