/// Runs jobs as tasks of Swift concurrency: the default.
///
/// A run shares the cooperative pool with the rest of the program, so its code must not block a thread; code that does belongs on a
/// ``ThreadExecutor``.
public final class AsyncExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let priority: TaskPriority?

  /// - Parameters:
  ///   - size: the most runs at once.
  ///   - priority: the priority of the runs' tasks.
  public init(size: Int = AsyncExecutor.defaultSize, priority: TaskPriority? = nil) {
    self.places = RunPlaces(size)
    self.priority = priority
  }

  /// Tasks are cheap and mostly wait for others, so the default is far above the number of cores.
  public static let defaultSize = 256

  public func start() async throws { self.places.open() }

  public func execute(_ runs: [RunAssignment]) { self.places.begin(runs, priority: self.priority) }

  public func stop() async { self.places.shut() }
}
