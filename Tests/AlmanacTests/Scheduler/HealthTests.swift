import AlmanacTesting
import Logging
import Synchronization
import Testing

@testable import Almanac

@Suite("What a scheduler says of itself", .timeLimit(.minutes(1)))
struct HealthTests {
  @Test("a scheduler that runs is healthy, one that does not is stopped")
  func healthy() async throws {
    let world = TestWorld()
    #expect(world.scheduler.health.status == .stopped)
    try await world.run {
      let health = world.scheduler.health
      #expect(health.status == .healthy && health.phase == .running && !health.isPaused)
      let store = try #require(health.stores.first)
      #expect(store.alias == "default" && store.isReachable && store.isSessionTrusted && store.session != nil)
      #expect(store.clockOffset == nil && store.lastError == nil && store.backlogAge == .zero)
      #expect(health.executors.map(\.alias) == ["default"])
      world.scheduler.pause()
      #expect(world.scheduler.health.isPaused && world.scheduler.health.status == .healthy)
    }
    #expect(world.scheduler.health.status == .stopped)
  }

  @Test("a store that does not answer is said so, with the reason and since when, and so is its return")
  func unreachable() async throws {
    let cluster = TestCluster(nodes: 1)
    try await cluster.run {
      await cluster.time.advance(to: .at(7))
      cluster.cables[0].cut()
      await cluster.time.advance(to: .at(40))
      let health = cluster.schedulers[0].health
      let store = try #require(health.stores.first)
      #expect(health.status == .unhealthy && !store.isReachable && !store.isSessionTrusted)
      #expect(store.lastError?.contains("the cable is cut") == true)
      #expect(try #require(store.since) > .at(7))
      cluster.cables[0].mend()
      await cluster.time.advance(to: .at(60))
      let mended = try #require(cluster.schedulers[0].health.stores.first)
      #expect(mended.status == .healthy && mended.lastError != nil)
      #expect(try #require(mended.since) > .at(39))
    }
  }

  @Test("what runs and what waits to be written is counted")
  func busy() async throws {
    let cluster = TestCluster(nodes: 1, slots: 3) { cluster, _, _, _ in
      try await cluster.time.sleep(for: .seconds(10), in: cluster.schedulers[0])
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "a")
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "b")
      await cluster.time.advance(to: .at(2))
      let health = cluster.schedulers[0].health
      #expect(health.executors == [.init(alias: "default", size: 3, busy: 2)])
      #expect(health.stores.first?.running == 2)
      await cluster.time.advance(to: .at(10.5))
      cluster.cables[0].cut()
      await cluster.time.advance(to: .at(12))
      let cut = try #require(cluster.schedulers[0].health.stores.first)
      #expect(cut.outcomesWaiting == 2)
      #expect(cluster.schedulers[0].health.executors.first?.busy == 0)
      cluster.cables[0].mend()
      await cluster.time.advance(to: .at(30))
      #expect(cluster.schedulers[0].health.stores.first?.outcomesWaiting == 0)
    }
  }

  @Test("what waits for a slot of a full executor is told, and no more once it runs or the scheduler is paused")
  func slotWait() async throws {
    let cluster = TestCluster(nodes: 1, slots: 1) { cluster, _, _, context in
      let length: Duration = context.jobID == "long" ? .seconds(60) : .zero
      try await cluster.time.sleep(for: length, in: cluster.schedulers[0])
    }
    let scheduler = cluster.schedulers[0]
    try await cluster.run {
      try await scheduler.add(Tick(), trigger: .at(.at(1)), id: "long")
      try await scheduler.add(Tick(), trigger: .at(.at(10)), id: "waits")
      await cluster.time.advance(to: .at(9))
      #expect(scheduler.health.stores.first?.slotWait == .zero)
      await cluster.time.advance(to: .at(17))
      #expect(scheduler.health.stores.first?.slotWait == .seconds(7))
      #expect(scheduler.health.status == .healthy)
      await cluster.time.advance(to: .at(40))
      let full = try #require(scheduler.health.stores.first)
      #expect(full.slotWait == .seconds(30) && full.status == .degraded && full.backlogAge == .zero)
      scheduler.pause()
      await cluster.time.advance(to: .at(46))
      #expect(scheduler.health.stores.first?.slotWait == .zero)
      scheduler.resume()
      await cluster.time.advance(to: .at(52))
      #expect(scheduler.health.stores.first?.slotWait == .seconds(42))
      await cluster.time.advance(to: .at(67))
      #expect(scheduler.health.stores.first?.slotWait == .zero && scheduler.health.status == .healthy)
      #expect(cluster.ran.map(\.job) == ["long", "waits"])
    }
  }

  @Test("a machine whose wall is off the store's clock is told, and told again when it agrees", arguments: [60.0, -60])
  func skew(seconds: Double) async throws {
    let clock = ManualClock()
    let machine = MachineClock(clock)
    let log = LogBook()
    let memory = MemoryStore(clock: clock, options: .init(serverTime: true))
    let scheduler = Scheduler(
      store: memory.client(clock: machine), configuration: .init(pollInterval: .seconds(3_600)), clock: machine,
      logger: log.logger)
    let time = VirtualTime(clock, [scheduler])
    let events = scheduler.events()
    let running = await scheduler.start()
    await time.settle()
    #expect(scheduler.health.stores.first?.clockOffset == .zero)
    machine.step(by: .milliseconds(900))
    await time.advance(by: .seconds(10))
    #expect(scheduler.health.status == .healthy)
    machine.step(by: .seconds(seconds))
    await time.advance(by: .seconds(11))
    let off = try #require(scheduler.health.stores.first)
    #expect(off.isClockOff && off.status == .degraded)
    #expect(off.clockOffset == .seconds(seconds) + .milliseconds(900))
    let node = try #require(try await scheduler.nodes().first)
    #expect(node.draft.clockOffset == off.clockOffset)
    machine.step(by: .seconds(-seconds))
    await time.advance(by: .seconds(11))
    #expect(scheduler.health.status == .healthy)
    #expect(log.lines("this machine's clock is off the store's; the store's time counts").count == 1)
    #expect(log.lines("this machine's clock agrees with the store's again").count == 1)
    await time.shutdown()
    try await running.value
    var told: [String] = []
    for await event in events {
      if case .clockOff = event.kind { told.append("off") }
      if case .clockRecovered = event.kind { told.append("recovered") }
      if case .stopped = event.kind { break }
    }
    #expect(told == ["off", "recovered"])
  }
}
