import Synchronization

/// The places of an executor: a run takes one or is refused.
///
/// A scheduler hands over no more than it has reserved, so this says no only where an executor serves two schedulers, or a mistake was made.
package final class RunPlaces: Sendable {
  package let size: Int
  private let state = Mutex(State())

  private struct State {
    var taken = 0
    /// Those that have started the executor and not stopped it: it may serve several schedulers, and is there until the last one stops it.
    var users = 0
    /// False until it is stopped for the first time: what needs no preparation may be used without a start.
    var isShut = false
  }

  package init(_ size: Int) {
    self.size = max(size, 1)
  }

  /// To be called when the executor is started.
  package func open() {
    self.state.withLock { state in
      state.users += 1
      state.isShut = false
    }
  }

  /// To be called when the executor is stopped. After the last of its users nothing is taken, and the answer is true.
  @discardableResult
  package func shut() -> Bool {
    self.state.withLock { state in
      state.users = max(state.users - 1, 0)
      state.isShut = state.users == 0
      return state.isShut
    }
  }

  /// Takes a place for the run. Where there is none, the run is refused and the answer is false.
  package func take(for run: RunAssignment) -> Bool {
    let reason = self.state.withLock { state -> String? in
      if state.isShut { return "the executor is stopped" }
      if state.taken >= self.size { return "all \(self.size) places of the executor are taken" }
      state.taken += 1
      return nil
    }
    guard let reason else { return true }
    run.refuse(reason)
    return false
  }

  /// To be called before the run's end is reported: who hears of it may send the next run at once.
  package func leave() {
    self.state.withLock { $0.taken -= 1 }
  }

  /// Begins runs as tasks, as many as there are places; the others are refused.
  ///
  /// - Parameter executor: where they are executed; nil for the pool that all tasks share.
  package func begin(
    _ runs: [RunAssignment], on executor: (any TaskExecutor)? = nil, priority: TaskPriority? = nil
  ) {
    for run in runs where self.take(for: run) {
      let task = Surroundings.begin(on: executor, priority: priority) { await self.perform(run) }
      run.onCancel { task.cancel() }
    }
  }

  /// Runs the code of a run that has a place, in the current task, gives the place back and reports how the run ended.
  ///
  /// - Parameter atEnd: gives back what else the executor lent to the run.
  package func perform(_ run: RunAssignment, atEnd: @Sendable () -> Void = {}) async {
    let outcome = await run.perform()
    atEnd()
    self.leave()
    run.finish(outcome)
  }
}
