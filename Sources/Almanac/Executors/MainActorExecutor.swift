/// Runs jobs where the main actor runs: for applications whose jobs touch what belongs to the user interface.
///
/// Code of a run that is not isolated is executed by the main actor, between whatever else it does. So synchronous code of a job may use
/// `MainActor.assumeIsolated`, and must be short: while it goes, the application stands still.
///
/// It is not needed for a handler that is marked `@MainActor`: that one runs on the main actor whichever executor its job has.
public final class MainActorExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let forwarder = Forwarder()

  /// - Parameter size: the most runs at once. They take turns where they wait for something.
  public init(size: Int = AsyncExecutor.defaultSize) {
    self.places = RunPlaces(size)
  }

  public func start() async throws { self.places.open() }

  public func execute(_ runs: [RunAssignment]) { self.places.begin(runs, on: self.forwarder) }

  public func stop() async { self.places.shut() }

  private final class Forwarder: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) { MainActor.shared.enqueue(UnownedJob(job)) }
  }
}
