import Synchronization

/// Which jobs can be run here: names of jobs, and the code behind them.
///
/// A scheduler has one, ``Scheduler/jobs``, and so has each worker process. Where both are to know the same jobs, register them in a function
/// that takes a registry:
///
/// ```swift
/// @Sendable func registerJobs(_ jobs: JobRegistry) {
///   jobs.register(Thumbnail.self, executor: "processes")
///   jobs.register(SendReminder.self) { reminder, context in
///     try await messages.send(to: reminder.openID)
///   }
/// }
/// ```
public final class JobRegistry: Sendable {
  struct Entry: Sendable {
    /// The executor for jobs of this type that name none.
    let executor: String
    /// Runs the code with the values of the request; answers what the code returned, encoded.
    let run: @Sendable (RunRequest, JobContext) async throws -> [UInt8]?
  }

  private struct Entries {
    var current: [String: Entry] = [:]
    /// By names that types had before. A type that has such a name now goes before.
    var former: [String: Entry] = [:]
  }

  private let entries = Mutex(Entries())
  /// Called after each registration.
  private let onChange: @Sendable () -> Void

  package init(onChange: @escaping @Sendable () -> Void = {}) {
    self.onChange = onChange
  }

  // MARK: Registering

  /// Makes jobs of the given type known.
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

  /// Makes jobs of the given payload type known, with the handler that runs them.
  ///
  /// - Parameters:
  ///   - executor: the executor for jobs that name none.
  ///   - handler: does the work of one run. It may capture services. Registering a type again replaces its handler for runs
  ///     that begin later.
  public func register<Values: JobPayload>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Void
  ) {
    self.add(type, executor) { payload, context in
      try await handler(payload, context)
      return nil
    }
  }

  /// Makes jobs of the given payload type known, with a handler that returns something.
  ///
  /// What it returns is encoded as JSON and kept in the job's history, where ``AttemptEnd/result(as:)`` reads it, as often as anybody likes. It may have
  /// up to ``RunOutcome/maximumResult`` bytes; what is larger is not kept, and the run's log says so.
  ///
  /// ```swift
  /// jobs.register(CountVisits.self) { visits, context in
  ///   try await database.count(visits.day)
  /// }
  /// ```
  public func register<Values: JobPayload, Output: Encodable & Sendable>(
    _ type: Values.Type, executor: String = SchedulerConfiguration.defaultAlias,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> Output
  ) {
    self.add(type, executor) { payload, context in
      ResultCoding.encode(try await handler(payload, context), context.logger)
    }
  }

  private func add<Values: JobPayload>(
    _ type: Values.Type, _ executor: String,
    _ handler: @escaping @Sendable (Values, JobContext) async throws -> [UInt8]?
  ) {
    let entry = Entry(executor: executor) { request, context in
      let payload: Values
      do {
        payload = try PayloadCoding.decode(Values.self, from: request)
      } catch {
        throw PayloadUnreadable(reason: String(describing: error))
      }
      return try await handler(payload, context)
    }
    self.entries.withLock { entries in
      entries.current[Values.jobName] = entry
      for name in Values.formerNames { entries.former[name] = entry }
    }
    self.onChange()
  }

  // MARK: Looking up

  /// The names of all jobs that can be run, those that they had before among them.
  public var names: Set<String> {
    self.entries.withLock { Set($0.current.keys).union($0.former.keys) }
  }

  func entry(for name: String) -> Entry? {
    self.entries.withLock { $0.current[name] ?? $0.former[name] }
  }

  // MARK: Running

  /// Runs the code of a request, in the current task. Never throws for what the code does: how it ended is the answer, without what it logged.
  ///
  /// - Parameter isCancelled: whether the run was told to stop.
  /// - Throws: where the values cannot be decoded.
  package func perform(
    _ request: RunRequest, in context: JobContext, isCancelled: @Sendable () -> Bool
  ) async throws(PayloadUnreadable) -> RunOutcome {
    guard let entry = self.entry(for: request.jobName) else {
      return .failed(
        Failure(type: "UnknownJob", message: "no job of the name \"\(request.jobName)\" is registered here"), .giveUp)
    }
    do {
      return RunOutcome(.succeeded, result: try await entry.run(request, context))
    } catch let error as PayloadUnreadable {
      throw error
    } catch is CancellationError where isCancelled() {
      return .cancelled
    } catch {
      return RunOutcome(thrown: error)
    }
  }
}
