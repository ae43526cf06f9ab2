#if Processes
import Synchronization

/// Opens once; one task waits for it.
final class Gate: Sendable {
  private enum State {
    case shut
    case waitedFor(CheckedContinuation<Void, Never>)
    case open
  }

  private let state = Mutex(State.shut)

  func open() {
    let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .open }
      if case .waitedFor(let waiter) = state { return waiter }
      return nil
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = self.state.withLock { state -> Bool in
        if case .open = state { return true }
        state = .waitedFor(continuation)
        return false
      }
      if isOpen { continuation.resume() }
    }
  }
}
#endif
