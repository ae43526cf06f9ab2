import Logging
import ServiceLifecycle
import Synchronization

/// Keeps jobs in stores and runs them when their triggers say so.
///
/// ```swift
/// let scheduler = Scheduler(store: MemoryStore())
/// scheduler.register(Cleanup.self)
/// try await scheduler.add(Cleanup(), trigger: .cron("0 4 * * MON-FRI", in: "Asia/Shanghai"), id: "cleanup")
/// try await scheduler.run()
/// ```
///
/// A scheduler can be used without being run: adding, listing and changing jobs needs only the store, so a web front end or a
/// command line works beside the schedulers that do the work. ``run()`` makes it one of those; any number of them may share a store.
/// It is a `Service`: put it into a `ServiceGroup` beside your server.
public final class Scheduler: Service, Sendable {
  public let configuration: SchedulerConfiguration
  let core: SchedulerCore

  /// Makes a scheduler with one store, under the alias `default`, and one executor, `default`, an ``AsyncExecutor``.
  public convenience init(
    store: any JobStore, configuration: SchedulerConfiguration = SchedulerConfiguration(),
    clock: any SchedulerClock = SystemClock(), logger: Logger = Logger(label: "almanac")
  ) {
    self.init(
      stores: [SchedulerConfiguration.defaultAlias: store], configuration: configuration, clock: clock, logger: logger)
  }

  /// Makes a scheduler with several stores and executors, each under its alias.
  public init(
    stores: [String: any JobStore],
    executors: [String: any JobExecutor] = [SchedulerConfiguration.defaultAlias: AsyncExecutor()],
    configuration: SchedulerConfiguration = SchedulerConfiguration(), clock: any SchedulerClock = SystemClock(),
    logger: Logger = Logger(label: "almanac")
  ) {
    self.configuration = configuration
    self.core = SchedulerCore(
      stores: stores, executors: executors, configuration: configuration, clock: clock, logger: logger)
  }

  // MARK: What can be run

  /// Which jobs this scheduler can run. Register them before or while it runs.
  public var jobs: JobRegistry { self.core.shared.registry }

  /// Makes this scheduler able to run jobs of the given type; see ``JobRegistry/register(_:executor:)``.
  public func register<Values: Job>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias
  ) {
    self.jobs.register(type, executor: executor)
  }

  /// Makes this scheduler able to run jobs of the given payload type by the given handler; see ``JobRegistry``.
  public func register<Values: JobPayload>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Void
  ) {
    self.jobs.register(type, executor: executor, handler)
  }

  /// Makes this scheduler able to run jobs of the given payload type by a handler whose answer is kept in the job's history; see ``JobRegistry``.
  public func register<Values: JobPayload, Output: Encodable & Sendable>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Output
  ) {
    self.jobs.register(type, executor: executor, handler)
  }

  // MARK: Running

  /// Runs jobs until the scheduler is told to stop, by graceful shutdown of its service group, ``shutdown()`` or cancellation.
  ///
  /// Graceful shutdown claims nothing more, waits for what is going up to the configured time, cancels what is left and gives it back
  /// to other schedulers. Cancellation does the same without waiting. Both end within the drain timeout, the grace for what was cancelled and a
  /// quarter of a minute, also where a store does not answer at all. A scheduler that has stopped may be run again.
  ///
  /// - Throws: ``SchedulerError/Code/alreadyRunning``, or the error of a store that cannot be used as it is. A store that does not
  ///   answer for a while is waited for.
  public func run() async throws {
    // Before the handlers are installed: one that is called at once must find something to stop.
    try self.core.enter()
    try await withGracefulShutdownHandler {
      try await self.core.run()
    } onGracefulShutdown: {
      self.core.beginShutdown(waiting: true)
    }
  }

  /// Stops gracefully and returns when ``run()`` has come to its end.
  public func shutdown() async {
    self.core.beginShutdown(waiting: true)
    await self.core.stopped()
  }

  /// Stops claiming runs, in all stores. Runs that are going go on, and are looked after.
  public func pause() { self.core.setPaused(true) }

  /// Ends a ``pause()`` of the scheduler.
  public func resume() { self.core.setPaused(false) }

  public var isPaused: Bool { self.core.shared.isPaused }

  // MARK: What happens

  /// What happens from now on, as this scheduler sees it. Ends when the sequence is let go.
  ///
  /// Every call begins a subscription of its own. A subscriber that falls behind by more than the configured buffer is told
  /// how many events it missed.
  public func events() -> AsyncStream<SchedulerEvent> {
    self.core.shared.hub.subscribe(buffering: self.configuration.eventBuffer)
  }

  /// Begins a graceful shutdown and does not wait for its end.
  package func beginShutdown() { self.core.beginShutdown(waiting: true) }

  /// Counts what is under way, for tests in virtual time.
  package var activity: ActivityMeter { self.core.shared.meter }
}
