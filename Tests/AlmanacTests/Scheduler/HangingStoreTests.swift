import Almanac
import AlmanacTesting
import Testing

@Suite("A store that does not answer", .timeLimit(.minutes(1)))
struct HangingStoreTests {
  private struct Down: Error {}

  @Test(
    "holds up no shutdown for ever, whichever call hangs",
    arguments: ["all", "advance", "renewSession", "sessions", "markDead", "update", "owners", "pruneHistory"])
  func shutdownWhileHanging(name: String) async throws {
    let it = GatedWorld { try await $0.time.sleepUntilCancelled(in: $0.scheduler) }
    var gate: Gate?
    try await it.run {
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
      await it.time.advance(to: .at(2))
      gate = try it.hold(name)
      await it.time.advance(to: .at(8))
    }
    #expect(it.clock.now() <= .at(8 + 10 + 5 + 15))
    gate?.open()
    await it.time.settle()
  }

  @Test("holds up no shutdown while it is made ready")
  func shutdownWhilePreparing() async throws {
    let it = GatedWorld()
    let gate = try it.hold()
    let running = Task { try await it.scheduler.run() }
    await gate.arrival()
    await it.time.shutdown()
    try await running.value
    #expect(it.clock.now() <= .at(15))
    gate.open()
    await it.time.settle()
    // What was left behind has begun nothing, and the scheduler can be run again.
    try it.store.before("all", nil)
    try await it.run {}
    #expect(try await it.scheduler.nodes().allSatisfy(\.isDead))
  }

  @Test("or only throws, holds up no shutdown either")
  func shutdownWhileThrowing() async throws {
    let it = GatedWorld { try await $0.time.sleep(for: .seconds(3), in: $0.scheduler) }
    try await it.run {
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
      await it.time.advance(to: .at(2))
      try it.store.before { throw Down() }
    }
    #expect(it.clock.now() <= .at(2 + 10 + 5 + 10))
  }

  @Test("holds up no other store: neither its loop nor its share of the slots")
  func otherStores() async throws {
    let it = GatedWorld(stores: ["default", "slow"], slots: 2)
    let slow = try #require(it.stores["slow"])
    try await it.run {
      let gate = Gate()
      slow.before("advance") { await gate.pass(it.scheduler) }
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "slow", store: "slow")
      try await it.scheduler.add(Tick(), trigger: .at(.at(2)), id: "quick")
      await it.time.advance(to: .at(3))
      #expect(it.ran.map(\.job) == ["quick"])
      gate.open()
      await it.time.settle()
      #expect(it.ran.map(\.job) == ["quick", "slow"])
    }
  }

  @Test("two stores do not wake each other while an executor is full")
  func noBusyLoop() async throws {
    let it = GatedWorld(stores: ["default", "second"], slots: 1) {
      try await $0.time.sleep(for: .seconds(100), in: $0.scheduler)
    }
    try await it.scheduler.addExecutor(AsyncExecutor(size: 4), as: "other")
    func turns() -> Int { it.stores.values.reduce(0) { $0 + $1.calls("advance") } }
    try await it.run {
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "first")
      try await it.scheduler.add(Tick(), trigger: .at(.at(2)), id: "waits", store: "second")
      await it.time.advance(to: .at(3))
      let before = turns()
      await it.time.advance(to: .at(90))
      // Each renewal wakes its loop, and nothing else does.
      #expect(turns() - before <= 2 * 18 + 4)
      await it.time.advance(to: .at(102))
      #expect(try await it.scheduler.job("waits", store: "second")?.counters.started == 1)
    }
  }

  @Test("several stores are drained at once, and time goes on meanwhile")
  func drainSeveral() async throws {
    let it = GatedWorld(stores: ["default", "second", "third"]) {
      try await $0.time.sleep(for: .seconds(5), in: $0.scheduler)
    }
    let aliases = it.stores.keys.sorted()
    try await it.run {
      for alias in aliases { try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a", store: alias) }
      await it.time.advance(to: .at(2))
    }
    #expect(it.clock.now() == .at(6))
    for alias in aliases { #expect(try await it.scheduler.job("a", store: alias)?.counters.succeeded == 1) }
  }

  @Test("what is claimed while the scheduler stops is given back, at no cost, and not begun")
  func claimWhileStopping() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.holdAnswers(of: "advance")
      try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
      await gate.arrival()
      it.scheduler.beginShutdown()
      // From the moment at which it waits for what is going, it is stopping.
      try await it.clock.waitForTimer(at: .at(10))
      gate.open()
    }
    #expect(it.ran.isEmpty)
    let job = try #require(await it.scheduler.job("a"))
    #expect(job.counters == RunCounters())
    #expect(job.runs.map(\.attempt) == [1])
    #expect(job.runs.allSatisfy { $0.claim == nil })
  }

  @Test("a claim whose answer comes after its session was lost is not begun")
  func claimOfLostSession() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.holdAnswers(of: "advance")
      try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
      await it.time.advance(to: .at(2))
      // The keeper opens another session, under which others' runs are taken back: its own of before.
      try await it.loseSession()
      #expect(it.ran.isEmpty)
      try it.store.after("advance", nil)
      gate.open()
      await it.time.advance(to: .at(13))
      #expect(it.ran.map(\.attempt) == [2])
    }
    #expect(try await it.scheduler.nodes().count == 2)
  }

  @Test("a refusal that was meant for an earlier session ends no later one")
  func lateRefusal() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.hold("advance")
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
      await it.time.advance(to: .at(2))
      try await it.loseSession()
      try it.store.before("advance", nil)
      gate.open()
      await it.time.advance(to: .at(30))
      #expect(try await it.scheduler.nodes().count == 2)
      #expect(try await it.scheduler.job("a")?.counters.succeeded == 1)
    }
  }

  @Test("a renewal that is answered too late is not trusted")
  func lateRenewal() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.holdAnswers(of: "renewSession")
      try await it.scheduler.add(Tick(), trigger: .at(.at(20)), id: "a")
      await it.time.advance(to: .at(25))
      #expect(it.ran.isEmpty)
      gate.open()
      await it.time.settle()
      #expect(it.ran.isEmpty)
      // It is asked for again at once.
      await it.time.advance(to: .at(25.1))
      #expect(it.ran.count == 1)
    }
  }

  @Test("housekeeping that hangs costs no session")
  func hangingHousekeeping() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.hold("pruneHistory")
      try await it.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: "a")
      await it.time.advance(to: .at(100))
      #expect(it.ran.count == 10)
      #expect(try await it.scheduler.nodes().count == 1)
      gate.open()
    }
  }

  @Test("an outcome that is lost to others each time is written later, and the run not repeated")
  func lostOutcome() async throws {
    let it = GatedWorld()
    try await it.run {
      try it.store.losesUpdates = true
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a")
      await it.time.advance(to: .at(12))
      #expect(it.ran.count == 1)
      try it.store.losesUpdates = false
      await it.time.advance(to: .at(20))
      #expect(it.ran.count == 1)
      #expect(try await it.scheduler.job("a")?.counters == RunCounters(started: 1, succeeded: 1))
    }
  }

  @Test("history that hangs holds up no start")
  func hangingHistory() async throws {
    let it = GatedWorld(options: .init(atomicHistory: false))
    let gate = try it.hold("append")
    try await it.scheduler.add(
      Tick(), trigger: .every(.seconds(1)), id: "a", policies: JobPolicies(catchUp: .latest))
    it.clock.advance(to: .at(10))
    // The first nine fires become a line of history together with the claim of the tenth.
    try await it.run {
      #expect(it.ran.count == 1)
      gate.open()
    }
  }

  @Test("one job that a store cannot take keeps no others from being added")
  func combinedInserts() async throws {
    let it = GatedWorld()
    let memory = try #require(try it.store.base as? MemoryStore)
    try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "bad")
    memory.spoil("bad", reason: "damaged")
    let gate = Gate()
    try it.store.before("insert") { await gate.pass(nil) }
    func adding(_ id: JobID) -> Task<AddedJob, any Error> {
      Task { try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: id, onConflict: .replace) }
    }
    let first = adding("first")
    await gate.arrival()
    let others = (0..<5).map { adding("good-\($0)") }
    let bad = adding("bad")
    for _ in 0..<1_000 { await Task.yield() }
    gate.open()
    #expect(try await first.value.disposition == .added)
    for other in others { #expect(try await other.value.disposition == .added) }
    await #expect(throws: StoreError.self) { try await bad.value }
  }

  @Test("an executor is taken out only after the claims that know of it")
  func removeExecutorWhileClaiming() async throws {
    let it = GatedWorld()
    try await it.run {
      let gate = try it.holdAnswers(of: "advance")
      try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "a")
      await gate.arrival()
      let removal = Task { try await it.scheduler.removeExecutor("default") }
      for _ in 0..<1_000 { await Task.yield() }
      #expect(it.scheduler.executorAliases == ["default"])
      gate.open()
      try await removal.value
      #expect(it.ran.count == 1)
      #expect(it.scheduler.executorAliases.isEmpty)
    }
    #expect(try await it.scheduler.job("a")?.counters.succeeded == 1)
  }
}
