import Synchronization

/// The threads of a ``ThreadExecutor``: one for each run, made when it is needed first.
final class ThreadPool: Sendable {
  private struct State {
    var all: [WorkThread] = []
    /// Those that no run has; the last one was given back last, and is taken first, so that the others come to their end.
    var free: [WorkThread] = []
    var isStopped = false
  }

  private let settings: WorkThread.Settings
  private let state = Mutex(State())

  init(_ settings: WorkThread.Settings) {
    self.settings = settings
  }

  /// A thread that nobody else has, until it is given back. The caller sees to it that there are no more of them than it wants.
  func take() throws(WorkThread.Refused) -> WorkThread {
    let thread = try self.state.withLock { state throws(WorkThread.Refused) -> WorkThread in
      if let thread = state.free.popLast() { return thread }
      let thread = try WorkThread(state.all.count + 1, self.settings, isDismissed: state.isStopped)
      state.all.append(thread)
      return thread
    }
    do {
      try thread.hold()
    } catch {
      self.state.withLock { $0.free.append(thread) }
      throw error
    }
    return thread
  }

  func giveBack(_ thread: WorkThread) {
    // First of all: whoever takes it next holds it again.
    thread.release()
    self.state.withLock { $0.free.append(thread) }
  }

  func start() {
    for thread in self.setStopped(false) { thread.engage() }
  }

  /// Has every thread end as soon as no run has it. Waits for none.
  func stop() {
    for thread in self.setStopped(true) { thread.dismiss() }
  }

  private func setStopped(_ isStopped: Bool) -> [WorkThread] {
    self.state.withLock { state in
      state.isStopped = isStopped
      return state.all
    }
  }

  /// How many threads of the system there are at this moment.
  var threadCount: Int { self.state.withLock { $0.all }.count { $0.isPresent } }
}
