import Almanac
import AlmanacTesting
import Logging
import Synchronization
import Testing

@Suite("A store that does not answer", .timeLimit(.minutes(1)))
struct HangingStoreTests {
  /// One scheduler on gated stores, all calls of which pass unless a test says otherwise.
  private struct Scene {
    let clock = ManualClock()
    let stores: [String: GatedStore]
    let scheduler: Scheduler
    let time: VirtualTime

    init(
      stores: [String] = ["default"], slots: Int = 8, options: MemoryStore.Options = .init(),
      configuration: SchedulerConfiguration = .init(
        pollInterval: .seconds(3_600), drainTimeout: .seconds(10), cancelGrace: .seconds(5)),
      _ handler: @escaping @Sendable (Tick, JobContext) async throws -> Void = { _, _ in }
    ) {
      let clock = self.clock
      self.stores = Dictionary(
        uniqueKeysWithValues: stores.map { ($0, GatedStore(MemoryStore(clock: clock, options: options))) })
      self.scheduler = Scheduler(
        stores: self.stores, executors: ["default": AsyncExecutor(size: slots)], configuration: configuration,
        clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      self.time = VirtualTime(clock, [self.scheduler])
      self.scheduler.register(Tick.self, handler)
    }

    var store: GatedStore {
      get throws { try #require(self.stores["default"]) }
    }

    /// Begins to run, and returns when all stores are ready.
    func start() async -> Task<Void, any Error> {
      let events = self.scheduler.events()
      let task = Task { try await self.scheduler.run() }
      for await event in events {
        if case .started = event.kind { break }
      }
      await self.time.settle()
      return task
    }
  }

  private struct Down: Error {}

  @Test("holds up no shutdown for ever, whichever call hangs")
  func shutdownWhileHanging() async throws {
    for name in ["all", "advance", "renewSession", "sessions", "markDead", "update", "owners", "pruneHistory"] {
      let world = Box<Scene>()
      world.value = Scene { _, _ in
        if let it = world.value { try await it.time.sleepUntilCancelled(in: it.scheduler) }
      }
      let it = try #require(world.value)
      let running = await it.start()
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
      await it.time.advance(to: .at(2))
      let gate = Gate()
      try it.store.before(name) { await gate.pass(it.scheduler) }
      await it.time.advance(to: .at(8))
      await it.time.shutdown()
      try await running.value
      #expect(it.clock.now() <= .at(8 + 10 + 5 + 15), "with \(name) hanging")
      gate.open()
      await it.time.settle()
    }
  }

  @Test("holds up no shutdown while it is made ready")
  func shutdownWhilePreparing() async throws {
    let it = Scene()
    let gate = Gate()
    try it.store.before { await gate.pass(it.scheduler) }
    let running = Task { try await it.scheduler.run() }
    await gate.arrival()
    await it.time.shutdown()
    try await running.value
    #expect(it.clock.now() <= .at(15))
    gate.open()
    await it.time.settle()
    // What was left behind has begun nothing, and the scheduler can be run again.
    try it.store.before("all", nil)
    let again = await it.start()
    await it.time.shutdown()
    try await again.value
    #expect(try await it.scheduler.nodes().allSatisfy(\.isDead))
  }

  @Test("or only throws, holds up no shutdown either")
  func shutdownWhileThrowing() async throws {
    let world = Box<Scene>()
    world.value = Scene { _, _ in
      if let it = world.value { try await it.time.sleep(for: .seconds(3), in: it.scheduler) }
    }
    let it = try #require(world.value)
    let running = await it.start()
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
    await it.time.advance(to: .at(2))
    try it.store.before { throw Down() }
    await it.time.shutdown()
    try await running.value
    #expect(it.clock.now() <= .at(2 + 10 + 5 + 10))
  }

  @Test("holds up no other store: neither its loop nor its share of the slots")
  func otherStores() async throws {
    let ran = Mutex<[JobID]>([])
    let it = Scene(stores: ["default", "slow"], slots: 2) { _, context in ran.withLock { $0.append(context.jobID) } }
    let slow = try #require(it.stores["slow"])
    let running = await it.start()
    let gate = Gate()
    slow.before("advance") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "slow", store: "slow")
    try await it.scheduler.add(Tick(), trigger: .at(.at(2)), id: "quick")
    await it.time.advance(to: .at(3))
    #expect(ran.withLock { $0 } == ["quick"])
    gate.open()
    await it.time.settle()
    #expect(ran.withLock { $0 } == ["quick", "slow"])
    await it.time.shutdown()
    try await running.value
  }

  @Test("two stores do not wake each other while an executor is full")
  func noBusyLoop() async throws {
    let world = Box<Scene>()
    world.value = Scene(stores: ["default", "second"], slots: 1) { _, _ in
      if let it = world.value { try await it.time.sleep(for: .seconds(100), in: it.scheduler) }
    }
    let it = try #require(world.value)
    try await it.scheduler.addExecutor(AsyncExecutor(size: 4), as: "other")
    let running = await it.start()
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "first")
    try await it.scheduler.add(Tick(), trigger: .at(.at(2)), id: "waits", store: "second")
    await it.time.advance(to: .at(3))
    let before = try it.store.calls("advance") + (it.stores["second"]?.calls("advance") ?? 0)
    await it.time.advance(to: .at(90))
    let turns = try it.store.calls("advance") + (it.stores["second"]?.calls("advance") ?? 0) - before
    // Each renewal wakes its loop, and nothing else does.
    #expect(turns <= 2 * 18 + 4)
    await it.time.advance(to: .at(102))
    #expect(try await it.scheduler.job("waits", store: "second")?.counters.started == 1)
    await it.time.shutdown()
    try await running.value
  }

  @Test("several stores are drained at once, and time goes on meanwhile")
  func drainSeveral() async throws {
    let world = Box<Scene>()
    world.value = Scene(stores: ["default", "second", "third"]) { _, _ in
      if let it = world.value { try await it.time.sleep(for: .seconds(5), in: it.scheduler) }
    }
    let it = try #require(world.value)
    let running = await it.start()
    for alias in it.stores.keys.sorted() {
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a", store: alias)
    }
    await it.time.advance(to: .at(2))
    await it.time.shutdown()
    try await running.value
    #expect(it.clock.now() == .at(6))
    for alias in it.stores.keys.sorted() {
      #expect(try await it.scheduler.job("a", store: alias)?.counters.succeeded == 1)
    }
  }

  @Test("what is claimed while the scheduler stops is given back, at no cost, and not begun")
  func claimWhileStopping() async throws {
    let ran = Mutex(0)
    let it = Scene { _, _ in ran.withLock { $0 += 1 } }
    let running = await it.start()
    let gate = Gate()
    try it.store.after("advance") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
    await gate.arrival()
    it.scheduler.beginShutdown()
    // From the moment at which it waits for what is going, it is stopping.
    try await it.clock.waitForTimer(at: .at(10))
    gate.open()
    await it.time.shutdown()
    try await running.value
    #expect(ran.withLock { $0 } == 0)
    let job = try #require(await it.scheduler.job("a"))
    #expect(job.counters == RunCounters())
    #expect(job.runs.map(\.attempt) == [1])
    #expect(job.runs.allSatisfy { $0.claim == nil })
  }

  @Test("a claim whose answer comes after its session was lost is not begun")
  func claimOfLostSession() async throws {
    let attempts = Mutex<[Int]>([])
    let it = Scene { _, context in attempts.withLock { $0.append(context.attempt) } }
    let running = await it.start()
    let gate = Gate()
    try it.store.after("advance") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
    await it.time.advance(to: .at(2))
    let session = try #require(try await it.scheduler.nodes().first)
    #expect(try await it.store.base.markDead(session.epoch, expiringAt: session.expiresAt))
    // The keeper learns of it and opens another session, under which others' runs are taken back: its own of before.
    await it.time.advance(to: .at(12))
    #expect(attempts.withLock { $0 }.isEmpty)
    try it.store.after("advance", nil)
    gate.open()
    await it.time.advance(to: .at(13))
    #expect(attempts.withLock { $0 } == [2])
    await it.time.shutdown()
    try await running.value
    #expect(try await it.scheduler.nodes().count == 2)
  }

  @Test("a refusal that was meant for an earlier session ends no later one")
  func lateRefusal() async throws {
    let it = Scene()
    let running = await it.start()
    let gate = Gate()
    try it.store.before("advance") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
    await it.time.advance(to: .at(2))
    let session = try #require(try await it.scheduler.nodes().first)
    #expect(try await it.store.base.markDead(session.epoch, expiringAt: session.expiresAt))
    await it.time.advance(to: .at(12))
    try it.store.before("advance", nil)
    gate.open()
    await it.time.advance(to: .at(30))
    #expect(try await it.scheduler.nodes().count == 2)
    #expect(try await it.scheduler.job("a")?.counters.succeeded == 1)
    await it.time.shutdown()
    try await running.value
  }

  @Test("a renewal that is answered too late is not trusted")
  func lateRenewal() async throws {
    let ran = Mutex<[Instant]>([])
    let world = Box<Scene>()
    world.value = Scene { _, _ in ran.withLock { $0.append(world.value?.clock.now() ?? .distantPast) } }
    let it = try #require(world.value)
    let running = await it.start()
    let gate = Gate()
    try it.store.after("renewSession") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(20)), id: "a")
    await it.time.advance(to: .at(25))
    #expect(ran.withLock { $0 }.isEmpty)
    gate.open()
    await it.time.settle()
    #expect(ran.withLock { $0 }.isEmpty)
    // It is asked for again at once.
    await it.time.advance(to: .at(25.1))
    #expect(ran.withLock { $0.count } == 1)
    await it.time.shutdown()
    try await running.value
  }

  @Test("housekeeping that hangs costs no session")
  func hangingHousekeeping() async throws {
    let ran = Mutex(0)
    let it = Scene { _, _ in ran.withLock { $0 += 1 } }
    let running = await it.start()
    let gate = Gate()
    try it.store.before("pruneHistory") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: "a")
    await it.time.advance(to: .at(100))
    #expect(ran.withLock { $0 } == 10)
    #expect(try await it.scheduler.nodes().count == 1)
    gate.open()
    await it.time.shutdown()
    try await running.value
  }

  @Test("an outcome that is lost to others each time is written later, and the run not repeated")
  func lostOutcome() async throws {
    let ran = Mutex(0)
    let it = Scene { _, _ in ran.withLock { $0 += 1 } }
    let running = await it.start()
    try it.store.losesUpdates = true
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
    await it.time.advance(to: .at(12))
    #expect(ran.withLock { $0 } == 1)
    try it.store.losesUpdates = false
    await it.time.advance(to: .at(20))
    #expect(ran.withLock { $0 } == 1)
    #expect(try await it.scheduler.job("a")?.counters == RunCounters(started: 1, succeeded: 1))
    await it.time.shutdown()
    try await running.value
  }

  @Test("history that hangs holds up no start")
  func hangingHistory() async throws {
    let ran = Mutex(0)
    let it = Scene(options: .init(atomicHistory: false)) { _, _ in ran.withLock { $0 += 1 } }
    let gate = Gate()
    try it.store.before("append") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(
      Tick(), trigger: .every(.seconds(1)), id: "a", policies: JobPolicies(catchUp: .latest))
    it.clock.advance(to: .at(10))
    // The first nine fires become a line of history together with the claim of the tenth.
    let running = await it.start()
    #expect(ran.withLock { $0 } == 1)
    gate.open()
    await it.time.shutdown()
    try await running.value
  }

  @Test("one job that a store cannot take keeps no others from being added")
  func combinedInserts() async throws {
    let it = Scene()
    let memory = try #require(try it.store.base as? MemoryStore)
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "bad")
    memory.spoil("bad", reason: "damaged")
    let gate = Gate()
    try it.store.before("insert") { await gate.pass(nil) }
    let first = Task { try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "first", onConflict: .replace) }
    await gate.arrival()
    let others = (0..<5).map { number in
      Task {
        try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "good-\(number)", onConflict: .replace)
      }
    }
    let bad = Task { try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "bad", onConflict: .replace) }
    for _ in 0..<1_000 { await Task.yield() }
    gate.open()
    #expect(try await first.value.disposition == .added)
    for other in others { #expect(try await other.value.disposition == .added) }
    await #expect(throws: StoreError.self) { try await bad.value }
  }

  @Test("an executor is taken out only after the claims that know of it")
  func removeExecutorWhileClaiming() async throws {
    let ran = Mutex(0)
    let it = Scene { _, _ in ran.withLock { $0 += 1 } }
    let running = await it.start()
    let gate = Gate()
    try it.store.after("advance") { await gate.pass(it.scheduler) }
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
    await gate.arrival()
    let removal = Task { try await it.scheduler.removeExecutor("default") }
    for _ in 0..<1_000 { await Task.yield() }
    #expect(it.scheduler.executorAliases == ["default"])
    gate.open()
    try await removal.value
    #expect(ran.withLock { $0 } == 1)
    #expect(it.scheduler.executorAliases.isEmpty)
    await it.time.shutdown()
    try await running.value
    #expect(try await it.scheduler.job("a")?.counters.succeeded == 1)
  }
}
