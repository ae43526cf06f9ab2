import Almanac

/// Begins each run within the call that hands it over, up to the first place at which its code has to wait: for tests that want no concurrency.
///
/// Runs that are handed over together begin one after the other in their order, and one whose code does not wait is over before the next one begins.
///
/// ```swift
/// let test = TestScheduler(executors: ["default": InlineExecutor()])
/// ```
///
/// Code that has not waited yet cannot be told to stop: nobody is there to do so. On systems whose library of Swift has no `Task.immediate`, macOS before
/// 26 and the like, it is an ``Almanac/AsyncExecutor``.
public final class InlineExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces

  /// - Parameter size: the most runs at once: of those that wait for something.
  public init(size: Int = AsyncExecutor.defaultSize) {
    self.places = RunPlaces(size)
  }

  public func start() async throws { self.places.open() }

  public func execute(_ runs: [RunAssignment]) {
    for run in runs where self.places.take(for: run) {
      let task = InlineExecutor.begin { await self.places.perform(run) }
      run.onCancel { task.cancel() }
    }
  }

  public func stop() async { self.places.shut() }

  private static func begin(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    let executor = Surroundings.current.executor
    if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
      return Task.immediate(executorPreference: executor) { await body() }
    }
    return Task(executorPreference: executor) { await body() }
  }
}
