import Almanac
import Logging
import Synchronization

/// A scheduler that lives in virtual time, for tests of your own jobs.
///
/// Time stands still until the test moves it. ``advance(by:)`` runs everything that comes due on the way, each thing at its own time: fires, retries after their
/// backoff, timeouts, sessions that expire. It returns when the system is quiet: nothing is under way, and nothing will happen until time
/// moves again. A year passes in as long as its work takes, and no test sleeps.
///
/// ```swift
/// let test = TestScheduler()
/// test.register(SendReminder.self) { reminder, context in
///   try await mailbox.deliver(reminder.openID)
/// }
/// try await test.run {
///   try await test.scheduler.add(SendReminder(openID: "oX1"), trigger: .every(.seconds(60)), id: "reminder")
///   await test.advance(by: .seconds(180))
///   try await test.expectRuns(of: "reminder", [.succeeded, .succeeded, .succeeded])
/// }
/// ```
///
/// What is due at one moment runs side by side, as in production; time does not move while code of a job is at work. Code that is to take virtual time calls
/// ``sleep(for:)``.
///
/// Several schedulers on one store and one clock are made by ``init(beside:node:configuration:executors:)``. Time moves for all of them,
/// whichever is asked.
public final class TestScheduler: Sendable {
  private struct State {
    var process: TestProcess
    /// Those that crashed and have not come to their end yet.
    var crashed: [TestProcess] = []
    var setUps: [@Sendable (Scheduler) -> Void] = []
  }

  let group: TestGroup
  private let configuration: SchedulerConfiguration
  private let executors: [String: any JobExecutor]
  private let logger: Logger
  private let state: Mutex<State>

  /// Makes a scheduler that is not started yet.
  ///
  /// - Parameters:
  ///   - store: the store; nil for a new `MemoryStore`. A store that reads a clock must read the same one.
  ///   - clock: the clock by which it lives.
  ///   - configuration: as in production, but for the poll, which nothing in one process needs: see ``testing``.
  ///   - executors: by alias.
  ///   - logger: silent if left out.
  public convenience init(
    store: (any JobStore)? = nil, clock: ManualClock = ManualClock(),
    configuration: SchedulerConfiguration = TestScheduler.testing,
    executors: [String: any JobExecutor] = [SchedulerConfiguration.defaultAlias: AsyncExecutor()],
    logger: Logger = TestScheduler.silent
  ) {
    self.init(
      TestGroup(clock: clock, store: store ?? MemoryStore(clock: clock)), configuration, executors, logger)
  }

  /// Makes another scheduler on the same store and clock, as on a second server.
  ///
  /// - Parameter node: its name, as the history shows it.
  public convenience init(
    beside other: TestScheduler, node: String, configuration: SchedulerConfiguration = TestScheduler.testing,
    executors: [String: any JobExecutor] = [SchedulerConfiguration.defaultAlias: AsyncExecutor()]
  ) {
    var configuration = configuration
    configuration.node = node
    self.init(other.group, configuration, executors, other.logger)
  }

  private init(
    _ group: TestGroup, _ configuration: SchedulerConfiguration, _ executors: [String: any JobExecutor],
    _ logger: Logger
  ) {
    self.group = group
    self.configuration = configuration
    self.executors = executors
    self.logger = logger
    self.state = Mutex(
      State(
        process: TestProcess(
          group: group, executors: executors, configuration: configuration, logger: logger)))
  }

  /// The default configuration with a poll once an hour: in one process every change is told, so polling would only cost the test its time. Sessions
  /// live as long as in production, 15 s, and are renewed each 5 s of virtual time; a test that lets years pass gives them a day.
  public static var testing: SchedulerConfiguration {
    SchedulerConfiguration(node: "test", pollInterval: .seconds(3_600))
  }

  /// A logger that drops everything.
  public static var silent: Logger { Logger(label: "almanac.test") { _ in SwiftLogNoOpLogHandler() } }

  /// The scheduler under test, to add, change and look at jobs. After ``crash()`` it is that of the dead process, which reaches no store any more,
  /// until ``start()`` makes another one.
  public var scheduler: Scheduler { self.state.withLock { $0.process.scheduler } }

  public var store: any JobStore { self.group.store }
  public var clock: ManualClock { self.group.clock }
  /// The virtual time.
  public var now: Instant { self.group.clock.now() }

  // MARK: What can be run

  /// Makes the scheduler able to run jobs of a type that knows how to run itself.
  public func register<Values: Job>(_ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias) {
    self.setUp { $0.register(type, executor: executor) }
  }

  /// Makes the scheduler able to run jobs of a type by the given handler.
  public func register<Values: JobPayload>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Void
  ) {
    self.setUp { $0.register(type, executor: executor, handler) }
  }

  /// Makes the scheduler able to run jobs of a type by a handler that returns something; ``Almanac/AttemptEnd/result(as:)`` reads it.
  public func register<Values: JobPayload, Output: Encodable & Sendable>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Output
  ) {
    self.setUp { $0.register(type, executor: executor, handler) }
  }

  /// Does what a program does with its scheduler when it begins, such as calling your own `registerJobs(on:)`: now, and again for each process that
  /// follows on a crash.
  public func setUp(_ body: @escaping @Sendable (Scheduler) -> Void) {
    let scheduler = self.state.withLock { state in
      state.setUps.append(body)
      return state.process.scheduler
    }
    body(scheduler)
  }

  // MARK: Life

  /// Starts the scheduler, and returns when it is at work and what was due has run. After a crash it is a new process that starts.
  ///
  /// - Throws: what ``Almanac/Scheduler/run()`` throws where it cannot begin.
  public func start() async throws {
    let (process, setUps) = self.state.withLock { state -> (TestProcess, [@Sendable (Scheduler) -> Void]) in
      guard state.process.hasCrashed else { return (state.process, []) }
      state.crashed.append(state.process)
      state.process = TestProcess(
        group: self.group, executors: self.executors, configuration: self.configuration, logger: self.logger)
      return (state.process, state.setUps)
    }
    for setUp in setUps { setUp(process.scheduler) }
    self.group.join(process.scheduler)
    try await process.start()
    await self.group.time.settle()
  }

  /// Shuts the scheduler down gracefully, while time moves on for those who wait for runs. It may be started again.
  ///
  /// - Throws: what its ``Almanac/Scheduler/run()`` threw. A process that crashed throws nothing.
  public func stop() async throws {
    let (process, crashed) = self.state.withLock { state in
      defer { state.crashed = [] }
      return (state.process, state.crashed)
    }
    process.scheduler.beginShutdown()
    for ending in crashed + [process] {
      await self.group.untilStopped(ending.scheduler)
      self.group.leave(ending.scheduler)
    }
    for ending in crashed { try await ending.end() }
    try await process.end()
  }

  /// Starts the scheduler, does what the test wants, and stops it, also where that throws.
  public func run<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    try await self.start()
    let answer: Answer
    do {
      answer = try await body()
    } catch {
      try? await self.stop()
      throw error
    }
    try await self.stop()
    return answer
  }

  /// Kills the process of this scheduler, without goodbye: from this line on nothing of it reaches the store, so its session expires and others take
  /// up its runs, or ``start()`` brings a new process that does.
  ///
  /// It may be called by the code of a job, between a call to some other system and its answer. Code of runs that is going cannot be killed by a test; it is cancelled, and whatever it does
  /// after that counts no more than if it had not been.
  public func crash() {
    self.state.withLock { $0.process }.crash()
  }

  /// Whether the process was killed, and no other was started.
  public var hasCrashed: Bool { self.state.withLock { $0.process }.hasCrashed }

  // MARK: Time

  /// Moves time on by `duration`; see ``advance(to:)``.
  public func advance(by duration: Duration) async {
    await self.group.time.advance(by: duration)
  }

  /// Moves time on to `end`, and lets everything that comes due on the way happen at its own time. Returns when the system is quiet.
  public func advance(to end: Instant) async {
    await self.group.time.advance(to: end)
  }

  /// Lets everything happen that is due by now, without moving time.
  public func runUntilQuiet() async {
    await self.group.time.settle()
  }

  /// Moves time on to the job's next fire, and returns it.
  ///
  /// - Throws: ``UnmetExpectation`` where the job has none, or is not there.
  @discardableResult
  public func advanceToNextFire(
    of id: JobID, fileID: StaticString = #fileID, line: UInt = #line
  ) async throws -> Instant {
    let record = try await self.record(of: id, fileID, line)
    guard let next = record.state.nextFire else {
      throw UnmetExpectation("job \"\(id)\" has no next fire; it is \(record.state.status)", fileID, line)
    }
    await self.advance(to: max(record.state.nextStart ?? next, self.now))
    return next
  }

  /// Lets the code of a job take virtual time: returns when time has moved on by `duration`. To be called from a run.
  ///
  /// - Throws: `CancellationError` as soon as the run is cancelled.
  public func sleep(for duration: Duration) async throws {
    try await VirtualTime.sleep(for: duration, on: self.clock, counting: Surroundings.current.meter)
  }

  /// Sleeps until the run is cancelled: code that hangs, but listens.
  public func sleepUntilCancelled() async throws {
    try await self.sleep(for: VirtualTime.forever)
  }
}
