/// Where the code of runs is executed: an ``AsyncExecutor`` unless you say otherwise, a ``ThreadExecutor`` for code that blocks.
///
/// An executor has a size and no queue: the scheduler claims no more runs than there are free places, so what cannot begin waits in its store,
/// where another scheduler may take it. An executor of your own is a type with these four members, and ``ExecutorLaw`` of the testing kit
/// tells whether it keeps to the contract:
///
/// ```swift
/// final class PlainExecutor: JobExecutor {
///   private struct State {
///     var running = 0
///     var isReady = false
///   }
///
///   let size: Int
///   private let state = Mutex(State())
///
///   init(size: Int) { self.size = max(size, 1) }
///
///   func start() async throws { self.state.withLock { $0.isReady = true } }
///
///   func execute(_ runs: [RunAssignment]) {
///     for run in runs {
///       let hasPlace = self.state.withLock { state -> Bool in
///         guard state.isReady, state.running < self.size else { return false }
///         state.running += 1
///         return true
///       }
///       guard hasPlace else {
///         run.refuse("no place is free")
///         continue
///       }
///       let task = Task {
///         let outcome = await run.perform()
///         self.state.withLock { $0.running -= 1 }  // first: who hears of the end may send the next run at once
///         run.finish(outcome)
///       }
///       run.onCancel { task.cancel() }
///     }
///   }
///
///   func stop() async { self.state.withLock { $0.isReady = false } }
/// }
/// ```
public protocol JobExecutor: Sendable {
  /// The most runs at once. Read when the executor is given to a scheduler, and not again.
  var size: Int { get }

  /// Makes the executor ready. Called before the first run, and again after ``stop()``. Where it is ready already, a further call changes nothing
  /// for the runs that are going; it comes from another scheduler that uses the executor too.
  ///
  /// - Throws: why it cannot run anything. The scheduler then does not start, or does not take the executor.
  func start() async throws

  /// Begins the given runs and returns without waiting for them.
  ///
  /// For each run exactly one of two things is said, once: how it ended, by ``RunAssignment/finish(_:)``, or that it was not begun, by
  /// ``RunAssignment/refuse(_:for:)``. A run that is beyond the ``size`` is refused, never queued. How the run can be stopped is said by
  /// ``RunAssignment/onCancel(_:)``, and a run that is told to stop ends as soon as its code lets it.
  func execute(_ runs: [RunAssignment])

  /// Gives up what the executor holds, in bounded time; harmless where it was not started. Those runs that are going were told to stop, and the end
  /// of one that does not listen is reported when it comes. A run that is handed over after it is refused, until the next ``start()``.
  func stop() async
}
