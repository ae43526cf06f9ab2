import Almanac
import AlmanacTesting
import Logging
import Synchronization
import Testing

@Suite("Clocks that are set, and peers that come and go", .timeLimit(.minutes(1)))
struct EngineClockTests {
  private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test("a machine whose wall is set does not fire early where the store has a clock of its own", arguments: [1, -1])
  func storeTime(direction: Int) async throws {
    let clock = ManualClock()
    let machine = MachineClock(clock)
    let ran = Mutex<[Instant]>([])
    let store = MemoryStore(clock: clock, options: .init(serverTime: true)).client(clock: machine)
    let scheduler = Scheduler(
      store: store, configuration: .init(pollInterval: .seconds(3_600)), clock: machine, logger: self.log)
    scheduler.register(Tick.self) { _, _ in ran.withLock { $0.append(clock.now()) } }
    let time = VirtualTime(clock, [scheduler])
    let running = await scheduler.start()
    try await scheduler.add(Tick(), trigger: .every(.seconds(60)), id: "a")
    await time.advance(to: .at(61))
    machine.step(by: .seconds(3_600 * direction))
    await time.advance(to: .at(181))
    await time.shutdown()
    try await running.value
    #expect(ran.withLock { $0 } == [.at(60), .at(120), .at(180)])
  }

  @Test("a store's clock whose answer took long makes nothing fire early")
  func slowClock() async throws {
    let clock = ManualClock()
    let ran = Mutex<[Instant]>([])
    let store = GatedStore(MemoryStore(clock: clock, options: .init(serverTime: true)))
    let scheduler = Scheduler(
      store: store, configuration: .init(pollInterval: .seconds(3_600)), clock: clock, logger: self.log)
    scheduler.register(Tick.self) { _, _ in ran.withLock { $0.append(clock.now()) } }
    let time = VirtualTime(clock, [scheduler])
    let running = await scheduler.start()
    await time.settle()
    let gate = Gate()
    store.before("now") { await gate.pass(scheduler) }
    try await scheduler.add(Tick(), trigger: .at(.at(17)), id: "a")
    await time.advance(to: .at(15))
    store.before("now", nil)
    gate.open()
    await time.advance(to: .at(60))
    await time.shutdown()
    try await running.value
    #expect(ran.withLock { $0 } == [.at(17)])
  }

  @Test("a scheduler that starts after the wall was set forward takes nobody for dead who lives")
  func startAfterSetForward() async throws {
    let clock = ManualClock()
    let machine = MachineClock(clock)
    let store = MemoryStore(clock: machine)
    let first = Scheduler(store: store, clock: machine, logger: self.log)
    let second = Scheduler(store: store, clock: machine, logger: self.log)
    let time = VirtualTime(clock, [first, second])
    var running: [Task<Void, any Error>] = []
    for scheduler in [first, second] {
      running.append(await scheduler.start())
      await time.settle()
      if scheduler === first { machine.step(by: .seconds(3_600)) }
    }
    await time.advance(by: .seconds(60))
    let sessions = try await store.sessions()
    #expect(sessions.count == 2)
    #expect(sessions.allSatisfy { !$0.isDead })
    await time.shutdown()
    for task in running { try await task.value }
  }

  @Test("a wall that is set back does not draw out the poll")
  func pollAfterSetBack() async throws {
    let clock = ManualClock()
    let ran = Mutex(0)
    let store = MemoryStore(clock: clock, options: .init(notifies: false))
    let scheduler = Scheduler(
      store: store, configuration: .init(sessionLifetime: .seconds(3_000), pollInterval: .seconds(10)), clock: clock,
      logger: self.log)
    scheduler.register(Tick.self) { _, _ in ran.withLock { $0 += 1 } }
    let time = VirtualTime(clock, [scheduler])
    let running = await scheduler.start()
    await time.advance(to: .at(5))
    clock.set(to: .at(-3_600))
    // Another process adds a job, of which nobody is told.
    let other = Scheduler(store: store, clock: clock, logger: self.log)
    try await other.add(Tick(), trigger: .at(.at(-3_600)), id: "a")
    await time.advance(by: .seconds(11))
    #expect(ran.withLock { $0 } == 1)
    await time.shutdown()
    try await running.value
  }

  @Test("a wall that is set forward takes no peer for dead")
  func peersAfterSetForward() async throws {
    let cluster = TestCluster(nodes: 3) { cluster, node, _, _ in
      try await cluster.time.sleep(for: .seconds(60), in: cluster.schedulers[node])
    }
    try await cluster.run {
      for number in 0..<6 {
        try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: JobID("job-\(number)"))
      }
      await cluster.time.advance(to: .at(2))
      cluster.clock.set(to: .at(3_602))
      await cluster.time.advance(by: .seconds(120))
      #expect(cluster.ran.count == 6)
      #expect(try await cluster.schedulers[0].nodes().count == 3)
    }
  }

  @Test("a scheduler that comes while another looks around is not taken for dead")
  func newcomer() async throws {
    let clock = ManualClock()
    let memory = MemoryStore(clock: clock)
    let gated = GatedStore(memory)
    let attempts = Mutex<[Int]>([])
    let schedulers = [gated as any JobStore, memory].map {
      Scheduler(store: $0, configuration: .init(pollInterval: .seconds(3_600)), clock: clock, logger: self.log)
    }
    let (watcher, newcomer) = (schedulers[0], schedulers[1])
    let time = VirtualTime(clock, schedulers)
    newcomer.register(Tick.self) { _, context in
      attempts.withLock { $0.append(context.attempt) }
      try await time.sleep(for: .seconds(30), in: newcomer)
    }
    var running: [Task<Void, any Error>] = []
    let gate = Gate()
    for scheduler in schedulers {
      running.append(await scheduler.start())
      await time.settle()
      if scheduler === watcher {
        gated.after("sessions") { await gate.pass(watcher) }
        await time.advance(to: .at(6))
      }
    }
    await gate.arrival()
    try await newcomer.add(Tick(), trigger: .at(.at(6)), id: "a")
    await time.settle()
    #expect(attempts.withLock { $0 } == [1])
    gated.after("sessions", nil)
    gate.open()
    await time.advance(to: .at(40))
    #expect(attempts.withLock { $0 } == [1])
    #expect(try await newcomer.job("a")?.counters == RunCounters(started: 1, succeeded: 1))
    await time.shutdown()
    for task in running { try await task.value }
  }

  @Test("a result that comes after its job was forgotten is refused and said")
  func resultOfForgottenJob() async throws {
    let cluster = TestCluster(nodes: 2) { cluster, node, _, context in
      guard context.attempt == 1 else { return }
      let scheduler = cluster.schedulers[node]
      try? await Task { try await cluster.time.sleep(for: .seconds(60), in: scheduler) }.value
    }
    try await cluster.run {
      let streams = cluster.schedulers.map { $0.events() }
      try await cluster.schedulers[0].add(
        Tick(), trigger: .at(.at(1)), id: "short", policies: JobPolicies(retention: .seconds(1)))
      await cluster.time.advance(to: .at(2))
      let first = try #require(cluster.ran.first)
      cluster.cables[first.node].cut()
      await cluster.time.advance(to: .at(40))
      #expect(try await cluster.store.fetch(["short"]).first.flatMap { $0 } == nil)
      cluster.cables[first.node].mend()
      await cluster.time.advance(to: .at(90))
      cluster.schedulers[first.node].pause()
      var refusals = 0
      for await event in streams[first.node] {
        if case .resultRefused("short", jobName: Tick.jobName, _, _) = event.kind { refusals += 1 }
        if case .paused = event.kind { break }
      }
      #expect(refusals == 1)
    }
  }

  @Test("the machine's timers fire for what has passed, and can wait longer than anything lasts")
  func systemTimers() async throws {
    let clock = SystemClock()
    await withCheckedContinuation { done in
      _ = clock.timer(at: clock.now() - .seconds(10)) { done.resume() }
    }
    await withCheckedContinuation { done in
      _ = clock.timer(after: .seconds(-10)) { done.resume() }
    }
    let fired = Mutex(false)
    let timers = [
      clock.timer(after: .seconds(Int64.max)) { fired.withLock { $0 = true } },
      clock.timer(at: .distantFuture) { fired.withLock { $0 = true } },
      clock.timer(after: .milliseconds(200)) { fired.withLock { $0 = true } },
    ]
    for timer in timers { timer.cancel() }
    await withCheckedContinuation { done in
      _ = clock.timer(after: .milliseconds(300)) { done.resume() }
    }
    #expect(!fired.withLock { $0 })
  }
}
