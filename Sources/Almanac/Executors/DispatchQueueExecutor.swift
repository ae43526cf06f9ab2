#if canImport(Dispatch)
import Dispatch

/// Runs jobs on a dispatch queue: for programs whose state is guarded by one.
///
/// Code of a run that is not isolated, and that of actors without an executor of their own, is executed on the queue, so
/// `dispatchPrecondition(condition: .onQueue(queue))` holds in a synchronous job. On a serial queue runs take turns where they wait for something; with a
/// size of 1 each is over before the next one begins.
public final class DispatchQueueExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let forwarder: Forwarder

  /// - Parameters:
  ///   - queue: where the code is executed, with the queue's quality of service. One that is suspended holds up its runs until it is resumed.
  ///   - size: the most runs at once.
  public init(_ queue: DispatchQueue, size: Int) {
    self.places = RunPlaces(size)
    self.forwarder = Forwarder(queue)
  }

  public func start() async throws { self.places.open() }

  public func execute(_ runs: [RunAssignment]) { self.places.begin(runs, on: self.forwarder) }

  public func stop() async { self.places.shut() }

  private final class Forwarder: TaskExecutor {
    private let queue: DispatchQueue

    init(_ queue: DispatchQueue) {
      self.queue = queue
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      // Held until the job has run, which knows its executor by an unowned reference only.
      self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
}
#endif
