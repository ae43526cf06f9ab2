import Synchronization

/// The two ends of a run: the scheduler's, which may stop it, and the executor's, which reports its end.
package final class RunControl: Sendable {
  /// What the executor says of a run, once.
  package enum End: Sendable {
    case finished(RunOutcome)
    /// It was not begun, and the executor wants nothing for a while.
    case refused(_ reason: String, pause: Duration)
  }

  private struct State {
    var isCancelled = false
    /// How often the executor said an end. The first counts.
    var reports = 0
    var isOver: Bool { self.reports > 0 }
    var canceller: (@Sendable () -> Void)?
    var completion: (@Sendable (End) -> Void)?
  }

  private let state: Mutex<State>

  package init(completion: @escaping @Sendable (End) -> Void) {
    self.state = Mutex(State(completion: completion))
  }

  package var isCancelled: Bool { self.state.withLock { $0.isCancelled } }

  /// How often the executor said how the run ended: what is ignored here is a mistake there.
  package var reports: Int { self.state.withLock { $0.reports } }

  /// Tells the run to stop.
  package func cancel() {
    let canceller = self.state.withLock { state -> (@Sendable () -> Void)? in
      guard !state.isOver, !state.isCancelled else { return nil }
      state.isCancelled = true
      return state.canceller
    }
    canceller?()
  }

  func setCanceller(_ canceller: @escaping @Sendable () -> Void) {
    let isLate = self.state.withLock { state -> Bool in
      if state.isOver { return false }
      state.canceller = canceller
      return state.isCancelled
    }
    if isLate { canceller() }
  }

  package func end(_ end: End) {
    let completion = self.state.withLock { state -> (@Sendable (End) -> Void)? in
      state.reports += 1
      guard state.reports == 1 else { return nil }
      // What the closures hold on to, the job's services among it, is let go with the run.
      defer {
        state.canceller = nil
        state.completion = nil
      }
      return state.completion
    }
    completion?(end)
  }
}
