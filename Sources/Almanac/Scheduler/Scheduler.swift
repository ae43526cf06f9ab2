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

  /// Makes this scheduler able to run jobs of the given type.
  ///
  /// Jobs of types that no scheduler has registered wait in their store, untouched. Jobs that were stored under one of the type's
  /// ``JobPayload/formerNames`` are run too.
  ///
  /// - Parameter executor: the executor for jobs that name none.
  public func register<Values: Job>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias
  ) {
    self.register(type, executor: executor) { try await $0.run(in: $1) }
  }

  /// Makes this scheduler able to run jobs of the given payload type by the given handler.
  ///
  /// - Parameters:
  ///   - executor: the executor for jobs that name none.
  ///   - handler: does the work of one run. It may capture services. Registering a type again replaces its handler for runs
  ///     that begin later.
  public func register<Values: JobPayload>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Void
  ) {
    self.register(type, executor) { payload, context in
      try await handler(payload, context)
      return nil
    }
  }

  /// Makes this scheduler able to run jobs of the given payload type by a handler that returns something.
  ///
  /// What it returns is encoded as JSON and kept in the job's history, where ``AttemptEnd/result(as:)`` reads it, as often as anybody likes. It may have
  /// up to ``RunOutcome/maximumResult`` bytes; what is larger is not kept, and the run's log says so.
  ///
  /// ```swift
  /// scheduler.register(CountVisits.self) { visits, context in
  ///   try await database.count(visits.day)
  /// }
  /// ```
  public func register<Values: JobPayload, Output: Encodable & Sendable>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Output
  ) {
    self.register(type, executor) { payload, context in
      ResultCoding.encode(try await handler(payload, context), context.logger)
    }
  }

  private func register<Values: JobPayload>(
    _ type: Values.Type, _ executor: String,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> [UInt8]?
  ) {
    let entry = JobRegistry.Entry(executor: executor) { definition, bytes, context in
      let payload: Values
      do {
        payload = try PayloadCoding.decode(Values.self, from: definition, bytes)
      } catch {
        throw PayloadUnreadable(reason: String(describing: error))
      }
      return try await handler(payload, context)
    }
    self.core.shared.registry.register(Values.jobName, formerNames: Values.formerNames, entry)
    self.core.shared.wakeAll()
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
