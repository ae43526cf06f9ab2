import Almanac
import AlmanacTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Stopping a scheduler")
struct ShutdownTests {
  @Test("waits for what is going, and claims nothing more")
  func drains() async throws {
    let world = Box<TestWorld>()
    world.value = TestWorld(configuration: .init(pollInterval: .seconds(3_600), drainTimeout: .seconds(30))) { _, _ in
      guard let world = world.value else { return }
      try await world.time.sleep(for: .seconds(10), in: world.scheduler)
    }
    let it = try #require(world.value)
    try await it.run {
      try await it.scheduler.add(Tick(), trigger: .every(.seconds(1)), id: "busy")
      await it.time.advance(to: .at(1))
      #expect(it.ran.count == 1)
      await it.time.shutdown()
    }
    let job = try #require(await it.scheduler.job("busy"))
    #expect(it.ran.count == 1)
    #expect(job.counters.succeeded == 1)
    #expect(job.runs.isEmpty)
  }

  @Test("cancels what does not end in time, and gives it back to be run again")
  func cancelsLate() async throws {
    let world = Box<TestWorld>()
    world.value = TestWorld(configuration: .init(pollInterval: .seconds(3_600), drainTimeout: .seconds(5))) { _, _ in
      guard let world = world.value else { return }
      try await world.time.sleepUntilCancelled(in: world.scheduler)
    }
    let it = try #require(world.value)
    try await it.run {
      try await it.scheduler.add(Tick(), trigger: .at(.at(1)), id: "endless")
      await it.time.advance(to: .at(1))
      let stopped = Task { await it.scheduler.shutdown() }
      try await it.clock.waitForTimer(at: .at(6))
      it.clock.advance(to: .at(6))
      await stopped.value
    }
    let job = try #require(await it.scheduler.job("endless"))
    #expect(job.status == .active)
    #expect(job.counters.crashed == 1)
    #expect(job.runs.map(\.attempt) == [2])
    #expect(job.runs.first?.readyAt == .at(6))
    #expect(try await it.scheduler.nodes().allSatisfy(\.isDead))
  }

  @Test("can be run again after it has stopped")
  func again() async throws {
    let world = TestWorld()
    for round in 0..<3 {
      try await world.run {
        try await world.scheduler.add(Tick(), trigger: .at(world.clock.now()), id: "round-\(round)")
        await world.time.advance(by: .seconds(1))
      }
    }
    #expect(world.ran.count == 3)
  }

  @Test("a second run of the same scheduler is refused while the first goes on")
  func twice() async throws {
    let world = TestWorld()
    try await world.run {
      await #expect(throws: SchedulerError.self) { try await world.scheduler.run() }
    }
  }

  @Test("cancelling the task that runs it stops it")
  func cancelled() async throws {
    let world = TestWorld()
    let task = await world.scheduler.start()
    task.cancel()
    try await task.value
    #expect(try await world.scheduler.nodes().allSatisfy(\.isDead))
  }

  @Test("a service group shuts it down gracefully")
  func serviceGroup() async throws {
    let world = TestWorld()
    let events = world.scheduler.events()
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: world.scheduler)], logger: .init(label: "group")))
    let task = Task { try await group.run() }
    for await event in events {
      if case .started = event.kind { break }
    }
    await group.triggerGracefulShutdown()
    try await task.value
  }
}

/// A place for a value that its own closure needs.
final class Box<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  var value: Value? {
    get { self.content.withLock { $0 } }
    set { self.content.withLock { $0 = newValue } }
  }
}
