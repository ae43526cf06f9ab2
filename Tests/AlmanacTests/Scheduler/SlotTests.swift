import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("Slots, stores and executors")
struct SlotTests {
  @Test("no more runs are claimed than an executor has slots, and each freed slot is used at once")
  func backPressure() async throws {
    let world = Box<TestWorld>()
    let going = Mutex((now: 0, most: 0))
    world.value = TestWorld(executors: ["default": AsyncExecutor(size: 3)]) { _, _ in
      guard let world = world.value else { return }
      going.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      try await world.time.sleep(for: .seconds(10), in: world.scheduler)
      going.withLock { $0.now -= 1 }
    }
    let it = try #require(world.value)
    try await it.run {
      for number in 0..<9 { try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "j\(number)") }
      await it.time.advance(to: .at(5))
      #expect(it.ran.count == 3)
      var claimed = 0
      for job in try await it.scheduler.jobs().jobs { claimed += job.runs.count { $0.claim != nil } }
      #expect(claimed == 3)
      await it.time.advance(to: .at(31))
    }
    #expect(it.ran.count == 9)
    #expect(going.withLock { $0.most } == 3)
    #expect(Set(it.ran.map(\.at)) == [.at(1), .at(11), .at(21)])
  }

  @Test("the higher priority goes first where slots are short, but not for ever")
  func priority() async throws {
    let world = Box<TestWorld>()
    world.value = TestWorld(executors: ["default": AsyncExecutor(size: 1)]) { _, _ in
      guard let world = world.value else { return }
      try await world.time.sleep(for: .seconds(1), in: world.scheduler)
    }
    let it = try #require(world.value)
    try await it.scheduler.add(Tick(), trigger: .at(.at(-700)), id: "low-old", options: JobOptions(priority: .low))
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "low", options: JobOptions(priority: .low))
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "normal")
    try await it.scheduler.add(Tick(), trigger: .at(.at(0)), id: "high", options: JobOptions(priority: .high))
    try await it.run { await it.time.advance(to: .at(10)) }
    #expect(it.ran.map(\.job) == ["high", "low-old", "normal", "low"])
  }

  @Test("stores can be added and removed while the scheduler runs")
  func stores() async throws {
    let world = TestWorld()
    let second = MemoryStore(clock: world.clock)
    try await world.run {
      try await world.scheduler.addStore(second, as: "second")
      await #expect(throws: SchedulerError.self) { try await world.scheduler.addStore(second, as: "second") }
      try await world.scheduler.add(Tick(), trigger: .every(.seconds(1)), id: "a", store: "second")
      try await world.scheduler.add(Tick(), trigger: .every(.seconds(1)), id: "a")
      await world.time.advance(to: .at(3))
      #expect(world.ran.count == 6)
      try await world.scheduler.removeStore("second")
      await world.time.advance(to: .at(5))
      #expect(world.ran.count == 8)
      #expect(world.scheduler.storeAliases == ["default"])
    }
    // Its jobs are still in it, for whoever opens it next.
    let later = Scheduler(store: second, clock: world.clock)
    #expect(try await later.job("a")?.status == .active)
  }

  @Test("executors can be added and removed while the scheduler runs; jobs that name one wait for it")
  func executors() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.addExecutor(AsyncExecutor(size: 1), as: "special")
      try await world.scheduler.add(
        Tick(), trigger: .every(.seconds(1)), id: "a", options: JobOptions(executor: "special"))
      await world.time.advance(to: .at(2))
      #expect(world.ran.count == 2)
      try await world.scheduler.removeExecutor("special")
      await world.time.advance(to: .at(10))
      #expect(world.ran.count == 2)
      try await world.scheduler.addExecutor(AsyncExecutor(size: 1), as: "special")
      await world.time.settle()
      // All that was missed runs once, as one fire.
      #expect(world.ran.count == 3)
      #expect(world.ran.last?.fireTime == .at(10))
    }
  }

  @Test("a paused scheduler starts nothing and still ends what is overdue")
  func pausedScheduler() async throws {
    let world = Box<TestWorld>()
    world.value = TestWorld { _, _ in
      guard let world = world.value else { return }
      try await world.time.sleepUntilCancelled(in: world.scheduler)
    }
    let it = try #require(world.value)
    try await it.run {
      try await it.scheduler.add(
        Tick(), trigger: .at(.at(1)), id: "hangs", policies: JobPolicies(timeout: .seconds(10)))
      try await it.scheduler.add(Tick(), trigger: .at(.at(5)), id: "waits")
      await it.time.advance(to: .at(2))
      it.scheduler.pause()
      await it.time.advance(to: .at(20))
      #expect(it.ran.map(\.job) == ["hangs"])
      #expect(try await it.scheduler.job("hangs")?.lastOutcome == .timedOut)
      it.scheduler.resume()
      await it.time.settle()
      #expect(it.ran.map(\.job) == ["hangs", "waits"])
      try await it.scheduler.cancelRuns(of: "waits")
      await it.time.settle()
    }
  }

  @Test("a slow subscriber is told how much it missed")
  func events() async throws {
    let hub = EventHub()
    let stream = hub.subscribe(buffering: 4)
    for _ in 0..<10 { hub.publish(.paused, at: .at(0)) }
    var iterator = stream.makeAsyncIterator()
    for _ in 0..<4 { _ = await iterator.next() }
    hub.publish(.resumed, at: .at(1))
    let gap = await iterator.next()
    guard case .eventsDropped(let count)? = gap?.kind else {
      Issue.record("expected to be told of the gap, got \(String(describing: gap))")
      return
    }
    #expect(count == 6)
    guard case .resumed? = await iterator.next()?.kind else {
      Issue.record("expected the event after the gap")
      return
    }
  }
}
