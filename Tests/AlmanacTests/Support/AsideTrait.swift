import Dispatch
import Testing

/// Runs a test that computes for seconds on a thread of its own.
///
/// Swift concurrency has as many threads as there are cores. Two tests that search through all zones keep both of a small machine, and every hop of a
/// test in virtual time, which makes thousands, waits for one of them to end. The kernel shares cores more fairly than that.
struct AsideTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(QueueExecutor(), operation: function)
  }

  private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "test aside")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
}

extension Trait where Self == AsideTrait {
  static var aside: Self { AsideTrait() }
}
