#if Processes
import Almanac
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs jobs in a pool of worker processes, one run at a time in each: whatever a job does to its process, it does to nobody else.
///
/// A job that traps, overflows its stack, is killed for its memory or does not stop when it is told to ends its own run, which is reported as
/// ``RunOutcome/Kind/crashed(_:)`` with the signal or the exit status and the last lines that its process wrote; the worker is replaced.
///
/// A worker is the same program, started again. Both register the same jobs, and the first line of main is where a worker goes its own way:
///
/// ```swift
/// @Sendable func registerJobs(_ jobs: JobRegistry) {
///   jobs.register(Thumbnail.self, executor: "processes")
/// }
///
/// @main struct Server {
///   static func main() async throws {
///     await WorkerProcess.serveIfAsked(registering: registerJobs)
///     let scheduler = Scheduler(
///       stores: ["default": MemoryStore()],
///       executors: ["default": AsyncExecutor(), "processes": ProcessExecutor(size: 4)])
///     registerJobs(scheduler.jobs)
///     try await scheduler.run()
///   }
/// }
/// ```
///
/// What crosses between the two: the request with the job's values, the outcome with its result, log lines, progress, the trace, and the word to
/// stop. Services do not; each worker builds its own when it registers its jobs.
public final class ProcessExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let configuration: WorkerConfiguration
  private let clock: any SchedulerClock
  private let logger: Logger
  private let board = WorkerBoard()
  private let lastTicket = Atomic<Int>(0)
  /// The loop of the time between a start and a stop.
  private let loop = Mutex<WorkerLoop?>(nil)

  /// - Parameters:
  ///   - size: the most worker processes, and so the most runs at once.
  ///   - configuration: how workers are started, kept, limited and let go.
  ///   - clock: measures start timeouts, graces and idle times.
  ///   - logger: takes what workers write to their standard output and error, line by line, and what becomes of them.
  public init(
    size: Int, configuration: WorkerConfiguration = .init(), clock: any SchedulerClock = SystemClock(),
    logger: Logger = Logger(label: "almanac.workers")
  ) {
    self.places = RunPlaces(size)
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
  }

  deinit {
    self.loop.withLock { $0 }?.abandon()
  }

  /// Starts as many workers as are always kept, and waits until they are ready.
  ///
  /// In a process that is a worker itself, because the program's main does not begin with ``WorkerProcess/serveIfAsked(registering:)``, this ends
  /// the process with a message that says so: otherwise each worker would start workers.
  ///
  /// - Throws: ``WorkersUnavailable`` where one of them is not ready in time, or not at all.
  public func start() async throws {
    WorkerProcess.endIfUnserved()
    do {
      try await self.begin()
    } catch {
      // Others may use it all the same, who were faster.
      self.places.shut()
      throw error
    }
  }

  private func begin() async throws {
    self.places.open()
    let begun = self.loop.withLock { current -> Result<WorkerLoop, WorkersUnavailable>? in
      if current != nil { return nil }
      let made = Result { () throws(WorkersUnavailable) in
        try WorkerLoop(
          size: self.places.size, configuration: self.configuration, clock: self.clock, logger: self.logger,
          board: self.board)
      }
      if case .success(let loop) = made { current = loop }
      return made
    }
    // It is running already.
    guard let loop = try begun?.get() else { return }
    do {
      try await loop.open()
    } catch {
      self.loop.withLock { current in
        if current === loop { current = nil }
      }
      throw error
    }
  }

  public func execute(_ runs: [RunAssignment]) {
    for run in runs where self.places.take(for: run) { self.begin(run) }
  }

  /// Tells all workers to leave, kills those that do not within the grace, and waits until they are reaped. Where several schedulers use the
  /// executor, the last one's stop does so.
  public func stop() async {
    guard self.places.shut() else { return }
    let loop = self.loop.withLock { current -> WorkerLoop? in
      defer { current = nil }
      return current
    }
    await loop?.close()
  }

  // MARK: Looking

  /// The worker processes that there are at this moment, the oldest first.
  public var workers: [WorkerStatus] { self.board.workers }

  /// What the pool has done since it was made.
  public var tally: WorkerTally { self.board.tally }

  // MARK: Runs

  private func begin(_ run: RunAssignment) {
    let task = Surroundings.begin {
      let refusal = Refusal()
      let outcome = await run.perform { request throws(PayloadUnreadable) in
        switch await self.send(request, of: run) {
        case .outcome(let outcome): return outcome
        case .unreadable(let reason): throw PayloadUnreadable(reason: reason)
        case .refused(let reason, let pause):
          refusal.set(reason, pause)
          return .cancelled
        }
      }
      self.places.leave()
      if let (reason, pause) = refusal.said {
        run.refuse(reason, for: pause)
      } else {
        run.finish(outcome)
      }
    }
    run.onCancel { task.cancel() }
  }

  /// Has a request executed by a worker, and answers how that ended.
  private func send(_ request: RunRequest, of run: RunAssignment) async -> RunEnding {
    guard let loop = self.loop.withLock({ $0 }) else { return WorkerPool.isClosed }
    let ticket = Ticket(number: self.lastTicket.add(1, ordering: .relaxed).newValue)
    let order = ParentMessage.RunOrder(ticket: ticket, logLevel: run.logger.logLevel.rawValue, request: request)
    let frame: Frame
    do {
      frame = try ParentMessage.run(order).frame()
    } catch {
      return .outcome(.failed(Failure(error), .giveUp))
    }
    guard frame.length <= self.configuration.frameLimit else {
      let message =
        "the request of \(frame.length) bytes is larger than a worker takes: at most \(self.configuration.frameLimit)"
      return .outcome(.failed(Failure(type: "RequestTooLarge", message: message), .giveUp))
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let errand = RunErrand(run: run, frame: frame.bytes) { continuation.resume(returning: $0) }
        guard loop.post(.run(ticket, errand)) else { return continuation.resume(returning: WorkerPool.isClosed) }
        // Where it was cancelled before, the handler spoke of a run that the loop did not know.
        if Task.isCancelled { loop.post(.cancel(ticket)) }
      }
    } onCancel: {
      loop.post(.cancel(ticket))
    }
  }
}

/// Carries the word that a run was not begun around the code that speaks of outcomes.
private final class Refusal: Sendable {
  private let state = Mutex<(reason: String, pause: Duration)?>(nil)

  var said: (reason: String, pause: Duration)? { self.state.withLock { $0 } }

  func set(_ reason: String, _ pause: Duration) {
    self.state.withLock { $0 = (reason, pause) }
  }
}
#endif
