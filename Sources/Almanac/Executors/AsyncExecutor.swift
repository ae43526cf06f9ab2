/// Runs jobs as tasks of Swift concurrency: the default.
///
/// A run shares the cooperative pool with the rest of the program, so its code must not block a thread.
public final class AsyncExecutor: JobExecutor {
  public let size: Int
  private let priority: TaskPriority?

  /// - Parameters:
  ///   - size: the most runs at once.
  ///   - priority: the priority of the runs' tasks.
  public init(size: Int = AsyncExecutor.defaultSize, priority: TaskPriority? = nil) {
    self.size = max(size, 1)
    self.priority = priority
  }

  /// Tasks are cheap and mostly wait for others, so the default is far above the number of cores.
  public static let defaultSize = 256

  public func start() async throws {}

  public func execute(_ runs: [RunAssignment]) {
    for run in runs {
      let task = Surroundings.begin(priority: self.priority) {
        run.finish(await run.perform())
      }
      run.onCancel { task.cancel() }
    }
  }

  public func stop() async {}
}
