import Almanac
import AlmanacTesting
import Logging
import Synchronization
import Testing

/// One scheduler on gated stores, in virtual time, with everything it ran written down. All calls pass unless a test says otherwise.
final class GatedWorld: Sendable {
  let clock = ManualClock()
  let stores: [String: GatedStore]
  let scheduler: Scheduler
  let time: VirtualTime
  private let log = Mutex<[TestWorld.Ran]>([])

  init(
    stores: [String] = ["default"], slots: Int = 8, options: MemoryStore.Options = .init(),
    _ handler: @escaping @Sendable (GatedWorld) async throws -> Void = { _ in }
  ) {
    let clock = self.clock
    self.stores = Dictionary(
      uniqueKeysWithValues: stores.map { ($0, GatedStore(MemoryStore(clock: clock, options: options))) })
    self.scheduler = Scheduler(
      stores: self.stores, executors: ["default": AsyncExecutor(size: slots)],
      configuration: .init(pollInterval: .seconds(3_600), drainTimeout: .seconds(10), cancelGrace: .seconds(5)),
      clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    self.time = VirtualTime(clock, [self.scheduler])
    self.scheduler.register(Tick.self) { [weak self] _, context in
      guard let self else { return }
      let ran = TestWorld.Ran(
        job: context.jobID, fireTime: context.fireInstant, attempt: context.attempt, at: self.clock.now())
      self.log.withLock { $0.append(ran) }
      try await handler(self)
    }
  }

  var ran: [TestWorld.Ran] { self.log.withLock { $0 } }

  var store: GatedStore {
    get throws { try #require(self.stores["default"]) }
  }

  /// Holds all calls of the method, or of all of them, until the gate that it answers is opened.
  func hold(_ name: String = "all") throws -> Gate {
    let gate = Gate()
    let scheduler = self.scheduler
    try self.store.before(name) { await gate.pass(scheduler) }
    return gate
  }

  /// Holds all answers of the method until the gate that it answers is opened.
  func holdAnswers(of name: String) throws -> Gate {
    let gate = Gate()
    let scheduler = self.scheduler
    try self.store.after(name) { await gate.pass(scheduler) }
    return gate
  }

  /// Has somebody else take the scheduler for dead, and gives it the time to learn of it.
  func loseSession() async throws {
    let session = try #require(try await self.scheduler.nodes().first)
    #expect(try await self.store.base.markDead(session.epoch, expiringAt: session.expiresAt))
    await self.time.advance(to: .at(12))
  }

  /// Runs the scheduler while the body turns time, then shuts it down.
  func run(_ body: () async throws -> Void) async throws {
    try await self.scheduler.running(self.time, body)
  }
}
