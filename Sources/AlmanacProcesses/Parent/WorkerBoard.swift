#if Processes
import Synchronization

/// Where a loop writes what it has, for whoever wants to look.
final class WorkerBoard: Sendable {
  private struct State {
    var workers: [WorkerStatus] = []
    var tally = WorkerTally()
  }

  private let state = Mutex(State())

  var workers: [WorkerStatus] { self.state.withLock { $0.workers } }
  var tally: WorkerTally { self.state.withLock { $0.tally } }

  func show(_ workers: [WorkerStatus]) {
    self.state.withLock { $0.workers = workers }
  }

  func count(_ change: (inout WorkerTally) -> Void) {
    self.state.withLock { change(&$0.tally) }
  }
}
#endif
