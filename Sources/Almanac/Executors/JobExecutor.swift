import Synchronization

/// Where the code of runs is executed.
///
/// An executor has a size, and is never handed more runs than that at once. It performs each run that it is handed and reports how it ended,
/// exactly once; it stops a run when told to, as well as it can.
public protocol JobExecutor: Sendable {
  /// The most runs at once.
  var size: Int { get }

  /// Makes the executor ready. Called before the first run, and again after ``stop()``.
  func start() async throws

  /// Begins the given runs and returns without waiting for them.
  ///
  /// For each, the executor calls ``RunAssignment/perform()`` where the code is to run and ``RunAssignment/finish(_:)`` with what it
  /// answered, and before that says through ``RunAssignment/onCancel(_:)`` how the run can be stopped.
  func execute(_ runs: [RunAssignment])

  /// Gives up what the executor holds. No run is handed over after it; those that are going were told to stop.
  func stop() async
}

/// One run, handed to an executor.
public struct RunAssignment: Sendable {
  public let job: JobID
  public let jobName: String
  public let token: FencingToken
  private let body: @Sendable () async -> RunOutcome
  private let control: RunControl

  package init(
    job: JobID, jobName: String, token: FencingToken, control: RunControl,
    body: @escaping @Sendable () async -> RunOutcome
  ) {
    self.job = job
    self.jobName = jobName
    self.token = token
    self.control = control
    self.body = body
  }

  /// Runs the job's code in the current task. Never throws: how it ended is the answer.
  public func perform() async -> RunOutcome { await self.body() }

  /// Reports how the run ended. The first report counts, further ones are ignored.
  public func finish(_ outcome: RunOutcome) { self.control.finish(outcome) }

  /// Says how the run can be stopped. Called at once where it was told to stop already.
  public func onCancel(_ cancel: @escaping @Sendable () -> Void) { self.control.setCanceller(cancel) }
}

/// The two ends of a run: the scheduler's, which may stop it, and the executor's, which reports its end.
package final class RunControl: Sendable {
  private struct State {
    var isCancelled = false
    var isFinished = false
    var canceller: (@Sendable () -> Void)?
    var completion: (@Sendable (RunOutcome) -> Void)?
  }

  private let state: Mutex<State>

  package init(completion: @escaping @Sendable (RunOutcome) -> Void) {
    self.state = Mutex(State(completion: completion))
  }

  package var isCancelled: Bool { self.state.withLock { $0.isCancelled } }

  /// Tells the run to stop.
  package func cancel() {
    let canceller = self.state.withLock { state -> (@Sendable () -> Void)? in
      guard !state.isFinished, !state.isCancelled else { return nil }
      state.isCancelled = true
      return state.canceller
    }
    canceller?()
  }

  fileprivate func setCanceller(_ canceller: @escaping @Sendable () -> Void) {
    let isLate = self.state.withLock { state -> Bool in
      if state.isFinished { return false }
      state.canceller = canceller
      return state.isCancelled
    }
    if isLate { canceller() }
  }

  package func finish(_ outcome: RunOutcome) {
    let completion = self.state.withLock { state -> (@Sendable (RunOutcome) -> Void)? in
      guard !state.isFinished else { return nil }
      state.isFinished = true
      // What the closures hold on to, the job's services among it, is let go with the run.
      defer {
        state.canceller = nil
        state.completion = nil
      }
      return state.completion
    }
    completion?(outcome)
  }
}
