/// Where the code of runs is executed: an ``AsyncExecutor`` unless you say otherwise, a ``ThreadExecutor`` for code that blocks.
///
/// An executor has a size and no queue: the scheduler claims no more runs than there are free places, so what cannot begin waits in its store,
/// where another scheduler may take it. An executor of your own is a type with these four members, and ``ExecutorLaw`` of the testing kit
/// tells whether it keeps to the contract:
///
/// ```swift
/// struct PlainExecutor: JobExecutor {
///   let size = 8
///   func start() async throws {}
///   func execute(_ runs: [RunAssignment]) {
///     for run in runs {
///       let task = Task { run.finish(await run.perform()) }
///       run.onCancel { task.cancel() }
///     }
///   }
///   func stop() async {}
/// }
/// ```
public protocol JobExecutor: Sendable {
  /// The most runs at once. Read when the executor is given to a scheduler, and not again.
  var size: Int { get }

  /// Makes the executor ready. Called before the first run, and again after ``stop()``.
  ///
  /// - Throws: why it cannot run anything. The scheduler then does not start, or does not take the executor.
  func start() async throws

  /// Begins the given runs and returns without waiting for them.
  ///
  /// For each run exactly one of two things is said, once: how it ended, by ``RunAssignment/finish(_:)``, or that it was not begun, by
  /// ``RunAssignment/refuse(_:for:)``. A run that is beyond the ``size`` is refused, never queued. How the run can be stopped is said by
  /// ``RunAssignment/onCancel(_:)``, and a run that is told to stop ends as soon as its code lets it.
  func execute(_ runs: [RunAssignment])

  /// Gives up what the executor holds, in bounded time. No run is handed over after it; those that are going were told to stop.
  func stop() async
}
