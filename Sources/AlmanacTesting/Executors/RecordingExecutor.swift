import Almanac
import Synchronization

/// An executor that writes down what it is handed, and ends each run as the test says: at once, when the test says so, or by the job's own code.
///
/// With it a test shows what becomes of runs without any code of jobs:
///
/// ```swift
/// let executor = RecordingExecutor(.end(.succeeded))
/// let test = TestScheduler(executors: ["default": executor])
/// executor.plan("reminder", .end(.failed(Failure(type: "Timeout", message: "no answer"))), .hold)
/// // … the first run of "reminder" fails, the second goes on until the test ends it:
/// executor.complete("reminder", .succeeded)
/// ```
public final class RecordingExecutor: JobExecutor {
  /// What becomes of a run.
  public enum Script: Sendable {
    /// The job's own code runs.
    case perform
    /// No code runs; the run ends at once, so.
    case end(RunOutcome)
    /// No code runs; the run goes on until ``RecordingExecutor/complete(_:_:)`` ends it or it is told to stop, which ends it as cancelled.
    case hold
    /// As `hold`, but it does not listen when it is told to stop: code that hangs.
    case hang
    /// The executor cannot begin the run, gives it back, and wants nothing for the given time.
    case refuse(String, pause: Duration)
  }

  /// A run that was handed over.
  public struct Assignment: Hashable, Sendable {
    public let job: JobID
    public let jobName: String
    public let token: FencingToken
  }

  /// A run whose end the test decides.
  private struct Held {
    let run: RunAssignment
    /// Those of the scheduler whose run it is.
    let surroundings: Surroundings
  }

  private struct State {
    var assignments: [Assignment] = []
    var told: [Assignment] = []
    var plans: [JobID: [Script]] = [:]
    var held: [Held] = []
  }

  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let usual: Script
  private let state = Mutex(State())

  /// - Parameters:
  ///   - usual: what becomes of a run that no ``plan(_:_:)`` is about.
  ///   - size: the most runs at once.
  public init(_ usual: Script = .perform, size: Int = AsyncExecutor.defaultSize) {
    self.usual = usual
    self.places = RunPlaces(size)
  }

  /// Says what becomes of the job's next runs, in their order. Said again, it is added at the end.
  public func plan(_ job: JobID, _ scripts: Script...) {
    self.state.withLock { $0.plans[job, default: []] += scripts }
  }

  /// All runs that were handed over, in their order.
  public var assignments: [Assignment] { self.state.withLock { $0.assignments } }

  /// Those that were told to stop, in the order in which they were.
  public var cancelled: [Assignment] { self.state.withLock { $0.told } }

  /// Those that wait for the test to end them.
  public var held: [Assignment] { self.state.withLock { $0.held.map { RecordingExecutor.assignment($0.run) } } }

  /// Ends the earliest run of the job that is held. Answers false where none is.
  @discardableResult
  public func complete(_ job: JobID, _ outcome: RunOutcome) -> Bool {
    let held = self.state.withLock { state -> Held? in
      guard let index = state.held.firstIndex(where: { $0.run.job == job }) else { return nil }
      return state.held.remove(at: index)
    }
    guard let held else { return false }
    self.finish(held, outcome)
    return true
  }

  // MARK: As an executor

  public func start() async throws { self.places.open() }

  public func stop() async { self.places.shut() }

  public func execute(_ runs: [RunAssignment]) {
    for run in runs {
      let script = self.state.withLock { state -> Script in
        state.assignments.append(RecordingExecutor.assignment(run))
        guard let next = state.plans[run.job]?.first else { return self.usual }
        state.plans[run.job]?.removeFirst()
        return next
      }
      if self.places.take(for: run) { self.begin(run, script) }
    }
  }

  private func begin(_ run: RunAssignment, _ script: Script) {
    switch script {
    case .perform:
      let task = Task(executorPreference: Surroundings.current.executor) {
        let outcome = await run.perform()
        self.places.leave()
        run.finish(outcome)
      }
      run.onCancel {
        self.noteTold(run)
        task.cancel()
      }
    case .end(let outcome):
      self.places.leave()
      run.finish(outcome)
    case .refuse(let reason, let pause):
      self.places.leave()
      run.refuse(reason, for: pause)
    case .hold, .hang:
      let held = Held(run: run, surroundings: Surroundings.current)
      self.state.withLock { $0.held.append(held) }
      // It does nothing from here on, so that time may move.
      held.surroundings.meter?.leave()
      run.onCancel {
        self.noteTold(run)
        guard case .hold = script else { return }
        let isHeld = self.state.withLock { state -> Bool in
          guard let index = state.held.firstIndex(where: { $0.run.token == run.token && $0.run.job == run.job })
          else { return false }
          state.held.remove(at: index)
          return true
        }
        if isHeld { self.finish(held, .cancelled) }
      }
    }
  }

  private func finish(_ held: Held, _ outcome: RunOutcome) {
    held.surroundings.meter?.enter()
    self.places.leave()
    Surroundings.$current.withValue(held.surroundings) { held.run.finish(outcome) }
  }

  private func noteTold(_ run: RunAssignment) {
    self.state.withLock { $0.told.append(RecordingExecutor.assignment(run)) }
  }

  private static func assignment(_ run: RunAssignment) -> Assignment {
    Assignment(job: run.job, jobName: run.jobName, token: run.token)
  }
}
