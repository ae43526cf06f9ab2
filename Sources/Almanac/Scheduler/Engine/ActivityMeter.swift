import Synchronization

/// Counts what is under way in this process, so that a test in virtual time knows when nothing more will happen until time moves.
///
/// Whoever starts work enters before the work can be seen as ended elsewhere, so the count is never zero in between.
package final class ActivityMeter: Sendable {
  private struct State {
    var count = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  package init() {}

  package func enter() {
    self.state.withLock { $0.count += 1 }
  }

  package func leave() {
    let waiters = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.count -= 1
      guard state.count == 0 else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  package var isIdle: Bool { self.state.withLock { $0.count == 0 } }

  /// Returns at a moment at which nothing is under way.
  package func idle() async {
    await withCheckedContinuation { continuation in
      let isIdle = self.state.withLock { state -> Bool in
        if state.count == 0 { return true }
        state.waiters.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
  }
}
