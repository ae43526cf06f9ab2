import Almanac
import Logging
import Synchronization

/// One process with one scheduler, which may be killed: from then on nothing of it reaches the store.
final class TestProcess: Sendable {
  private enum State {
    case made
    case running(Task<Void, any Error>)
    case crashed(Task<Void, any Error>?)
  }

  let scheduler: Scheduler
  private let isCut: Cut
  private let state = Mutex(State.made)

  init(
    group: TestGroup, executors: [String: any JobExecutor], configuration: SchedulerConfiguration, logger: Logger
  ) {
    let cut = Cut()
    self.isCut = cut
    let link = FaultyStore(group.store, plan: FaultPlan { _ in cut.isMade ? .before : nil })
    self.scheduler = Scheduler(
      stores: [SchedulerConfiguration.defaultAlias: link], executors: executors, configuration: configuration,
      clock: group.clock, logger: logger)
  }

  var hasCrashed: Bool {
    self.state.withLock { if case .crashed = $0 { true } else { false } }
  }

  /// Returns when the scheduler has begun to work.
  func start() async throws {
    let scheduler = self.scheduler
    let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
    let events = scheduler.events()
    let listener = Task {
      for await event in events {
        guard case .started = event.kind else { continue }
        continuation.yield()
        return
      }
    }
    var surroundings = Surroundings.current
    surroundings.meter = scheduler.activity
    let task = Surroundings.$current.withValue(surroundings) {
      Task {
        defer {
          listener.cancel()
          continuation.finish()
        }
        try await scheduler.run()
      }
    }
    self.state.withLock { $0 = .running(task) }
    for await _ in begun { return }
    // It ended before it began: what it throws says why.
    try await task.value
  }

  /// Gives the store nothing more from this line on. What cannot be killed, the tasks of runs, is cancelled.
  func crash() {
    self.isCut.make()
    let task = self.state.withLock { state -> Task<Void, any Error>? in
      switch state {
      case .made: state = .crashed(nil)
      case .running(let task):
        state = .crashed(task)
        return task
      case .crashed: break
      }
      return nil
    }
    task?.cancel()
  }

  /// Waits for the end of a process that was told to stop, and throws what its scheduler threw.
  func end() async throws {
    let (task, isMourned) = self.state.withLock { state -> (Task<Void, any Error>?, Bool) in
      switch state {
      case .made: return (nil, false)
      case .running(let task):
        state = .made
        return (task, true)
      case .crashed(let task): return (task, false)
      }
    }
    do { try await task?.value } catch  where !isMourned {}
  }
}

/// Whether a process was cut off.
private final class Cut: Sendable {
  private let state = Mutex(false)
  var isMade: Bool { self.state.withLock { $0 } }
  func make() { self.state.withLock { $0 = true } }
}
