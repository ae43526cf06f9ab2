import Almanac
import AlmanacTesting
import Logging
import Synchronization

/// A job that does nothing but be run.
struct Tick: JobPayload, Hashable {
  static let jobName = "tick"
  var label = "tick"
}

/// One scheduler on a memory store, in virtual time, with everything it ran written down.
final class TestWorld: Sendable {
  struct Ran: Hashable, Sendable {
    var job: JobID
    var fireTime: Instant
    var attempt: Int
    var at: Instant
  }

  let clock = ManualClock()
  let store: MemoryStore
  let scheduler: Scheduler
  let time: VirtualTime
  let log = Mutex<[Ran]>([])

  init(
    atomicHistory: Bool = true,
    configuration: SchedulerConfiguration = SchedulerConfiguration(pollInterval: .seconds(3_600)),
    executors: [String: any JobExecutor] = ["default": AsyncExecutor()],
    _ handler: @escaping @Sendable (Tick, JobContext) async throws -> Void = { _, _ in }
  ) {
    let clock = self.clock
    self.store = MemoryStore(clock: clock, options: .init(atomicHistory: atomicHistory))
    self.scheduler = Scheduler(
      stores: ["default": self.store], executors: executors, configuration: configuration, clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    self.time = VirtualTime(clock, [self.scheduler])
    self.scheduler.register(Tick.self) { [weak self] tick, context in
      guard let self else { return }
      let ran = Ran(
        job: context.jobID, fireTime: context.fireInstant, attempt: context.attempt, at: self.clock.now())
      self.log.withLock { $0.append(ran) }
      try await handler(tick, context)
    }
  }

  var ran: [Ran] { self.log.withLock { $0 } }

  /// Runs the scheduler while the body turns time, then shuts it down.
  func run(_ body: () async throws -> Void) async throws {
    try await self.scheduler.running(self.time, body)
  }
}

extension Scheduler {
  /// Begins to run, and returns when all stores are ready.
  func start() async -> Task<Void, any Error> {
    let events = self.events()
    let task = Task { try await self.run() }
    for await event in events {
      if case .started = event.kind { break }
    }
    return task
  }

  /// Runs while the body turns time, then shuts down, also where the body throws.
  func running(_ time: VirtualTime, _ body: () async throws -> Void) async throws {
    let task = await self.start()
    await time.settle()
    do {
      try await body()
    } catch {
      await time.shutdown()
      try await task.value
      throw error
    }
    await time.shutdown()
    try await task.value
  }
}

extension Instant {
  /// Seconds after the beginning of a manual clock.
  static func at(_ seconds: Double) -> Instant {
    Instant(microsecondsSinceEpoch: 1_767_225_600_000_000 + Int64(seconds * 1_000_000))
  }
}
