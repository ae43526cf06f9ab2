import Almanac
import Synchronization

/// One thread for everybody: the tasks of all schedulers of a simulation run on it, one after the other, in an order that a seed chooses.
///
/// So a simulation is the same each time, and what happens at one and the same instant happens in another order with another seed: every
/// place where a task waits is a place where any other may go on.
final class SimulatedProcessor: TaskExecutor {
  private struct State {
    var ready: [UnownedJob] = []
    var random: SeededGenerator
    var steps = 0
  }

  private let state: Mutex<State>

  init(seed: UInt64) {
    self.state = Mutex(State(random: SeededGenerator(seed: seed)))
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    self.state.withLock { $0.ready.append(job) }
  }

  /// Runs until every task waits for something that only time or the driver of the simulation can bring. Answers false where that takes
  /// more turns than any honest work does.
  func settle(within limit: Int) -> Bool {
    for _ in 0..<limit {
      guard let job = self.take() else { return true }
      job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
    return self.state.withLock { $0.ready.isEmpty }
  }

  private func take() -> UnownedJob? {
    self.state.withLock { state in
      guard !state.ready.isEmpty else { return nil }
      state.steps += 1
      let index = Int.random(in: 0..<state.ready.count, using: &state.random)
      state.ready.swapAt(index, state.ready.count - 1)
      return state.ready.removeLast()
    }
  }
}
