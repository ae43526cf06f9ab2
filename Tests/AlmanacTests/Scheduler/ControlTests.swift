import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("What users do to jobs")
struct ControlTests {
  @Test("adding an id twice fails, keeps, or replaces, as asked")
  func conflicts() async throws {
    let world = TestWorld()
    let scheduler = world.scheduler
    let first = try await scheduler.add(Tick(label: "a"), trigger: .every(.seconds(10)), id: "x")
    #expect(first.disposition == .added)
    await #expect(throws: SchedulerError.self) {
      try await scheduler.add(Tick(label: "b"), trigger: .every(.seconds(10)), id: "x")
    }
    let kept = try await scheduler.add(Tick(label: "b"), trigger: .every(.seconds(10)), id: "x", onConflict: .keep)
    #expect(kept.disposition == .kept)
    #expect(try kept.job.payload(as: Tick.self).label == "a")
    world.clock.advance(to: .at(5))
    let same = try await scheduler.add(Tick(label: "a"), trigger: .every(.seconds(10)), id: "x", onConflict: .replace)
    #expect(same.disposition == .unchanged)
    let other = try await scheduler.add(Tick(label: "c"), trigger: .every(.seconds(10)), id: "x", onConflict: .replace)
    #expect(other.disposition == .replaced)
    #expect(other.job.record.state.nextFire == .at(10))
    let moved = try await scheduler.add(Tick(label: "c"), trigger: .every(.seconds(20)), id: "x", onConflict: .replace)
    #expect(moved.job.record.state.nextFire == .at(25))
  }

  @Test("a job that has finished is not run again by adding it with keep")
  func keepTombstone() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: .at(.at(1)), id: "mail", onConflict: .keep)
      await world.time.advance(to: .at(2))
      let again = try await world.scheduler.add(Tick(), trigger: .at(.at(3)), id: "mail", onConflict: .keep)
      #expect(again.disposition == .kept)
      await world.time.advance(to: .at(10))
      #expect(world.ran.count == 1)
      // A program that says the same at each of its starts does not ask for it once more.
      let same = try await world.scheduler.add(Tick(), trigger: .at(.at(1)), id: "mail", onConflict: .replace)
      #expect(same.disposition == .unchanged)
      await world.time.advance(to: .at(10.5))
      #expect(world.ran.count == 1)
      let anew = try await world.scheduler.add(Tick(), trigger: .at(.at(11)), id: "mail", onConflict: .replace)
      #expect(anew.disposition == .added)
      await world.time.advance(to: .at(12))
      #expect(world.ran.count == 2)
    }
  }

  @Test("a tombstone is forgotten after its retention")
  func forgetting() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(
        Tick(), trigger: .at(.at(1)), id: "brief", policies: JobPolicies(retention: .seconds(100)))
      await world.time.advance(to: .at(100))
      #expect(try await world.scheduler.job("brief")?.status == .finished)
      await world.time.advance(to: .at(102))
      #expect(try await world.scheduler.job("brief") == nil)
      #expect(try await world.scheduler.history().rows.count == 1)
    }
  }

  @Test("pause stops the trigger, resume reports what was missed, catching up runs it")
  func pausing() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: "p")
      try await world.scheduler.pause("p", note: "maintenance")
      await world.time.advance(to: .at(35))
      #expect(world.ran.isEmpty)
      #expect(try await world.scheduler.job("p")?.note == "maintenance")
      try await world.scheduler.resume("p")
      await world.time.advance(to: .at(45))
      #expect(world.ran.map(\.at) == [.at(40)])
      let fates = try await world.scheduler.history().rows.compactMap {
        if case .fate(let fate) = $0.entry { fate } else { nil }
      }
      #expect(fates == [Fate(reason: .paused, first: .at(10), last: .at(30), count: .exactly(3))])
      try await world.scheduler.pause("p")
      await world.time.advance(to: .at(75))
      try await world.scheduler.resume("p", .catchUp)
      await world.time.settle()
      #expect(world.ran.map(\.fireTime) == [.at(40), .at(70)])
    }
  }

  @Test("run now runs once, also while paused, and leaves the schedule as it is")
  func runNow() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(
        Tick(), trigger: .every(.seconds(100)), id: "n", options: JobOptions(isPaused: true))
      await world.time.advance(to: .at(3))
      try await world.scheduler.runNow("n")
      await world.time.settle()
      #expect(world.ran.map(\.at) == [.at(3)])
      #expect(try await world.scheduler.job("n")?.record.state.nextFire == .at(100))
      #expect(try await world.scheduler.job("n")?.status == .paused)
    }
  }

  @Test("skip next leaves out one fire and says so")
  func skipping() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: "s")
      try await world.scheduler.skipNext("s")
      await world.time.advance(to: .at(25))
      #expect(world.ran.map(\.at) == [.at(20)])
      #expect(try await world.scheduler.job("s")?.counters.dropped == 1)
    }
  }

  @Test("a run beyond its timeout is cancelled, counted as timed out, and tried again")
  func timeout() async throws {
    let world = Box<TestWorld>()
    world.value = TestWorld { _, context in
      guard let world = world.value, context.attempt == 1 else { return }
      try await world.time.sleepUntilCancelled(in: world.scheduler)
    }
    let it = try #require(world.value)
    try await it.run {
      try await it.scheduler.add(
        Tick(), trigger: .at(.at(1)), id: "slow",
        policies: JobPolicies(
          retry: RetryPolicy(attempts: 2, backoff: .fixed(.seconds(5))), timeout: .seconds(30)))
      await it.time.advance(to: .at(60))
    }
    #expect(it.ran.map(\.at) == [.at(1), .at(36)])
    let outcomes = try await it.scheduler.history().rows.compactMap {
      if case .attempt(let end) = $0.entry { end.outcome } else { nil }
    }
    #expect(outcomes == [.succeeded, .timedOut])
  }

  @Test("overlapping fires are skipped, queued, or run at once, as the job says")
  func overlap() async throws {
    for (overlap, expected) in [
      (Overlap.skip, [1.0, 31]), (.queue(limit: 1), [1, 26, 51]), (.allow(limit: 2), [1, 11, 31, 41]),
    ] {
      let world = Box<TestWorld>()
      world.value = TestWorld { _, _ in
        guard let world = world.value else { return }
        try await world.time.sleep(for: .seconds(25), in: world.scheduler)
      }
      let it = try #require(world.value)
      try await it.run {
        try await it.scheduler.add(
          Tick(), trigger: .every(.seconds(10), startingAt: Instant.at(1).date), id: "o",
          policies: JobPolicies(overlap: overlap))
        await it.time.advance(to: .at(55))
        #expect(it.ran.map(\.at) == expected.map { .at($0) }, "\(overlap)")
      }
    }
  }

  @Test("changing a job changes what the next run sees")
  func modify() async throws {
    let labels = Mutex<[String]>([])
    let world = TestWorld { tick, _ in labels.withLock { $0.append(tick.label) } }
    try await world.run {
      try await world.scheduler.add(Tick(label: "old"), trigger: .every(.seconds(10)), id: "m")
      await world.time.advance(to: .at(10))
      try await world.scheduler.modify("m") { job in
        try job.setPayload(Tick(label: "new"))
        job.tags = ["changed"]
      }
      await world.time.advance(to: .at(20))
      let job = try #require(await world.scheduler.job("m"))
      #expect(labels.withLock { $0 } == ["old", "new"])
      #expect(job.tags == ["changed"])
      #expect(job.record.definition.revision == 2)
      try await world.scheduler.reschedule("m", trigger: .every(.seconds(7)))
      await world.time.advance(to: .at(27))
      #expect(labels.withLock { $0.count } == 3)
    }
  }

  @Test("what cannot be added is refused with a reason")
  func badInput() async throws {
    let world = TestWorld()
    let scheduler = world.scheduler
    func code(_ body: () async throws -> Void) async -> SchedulerError.Code? {
      do {
        try await body()
        return nil
      } catch {
        return (error as? SchedulerError)?.code
      }
    }
    #expect(await code { try await scheduler.add(Tick(), trigger: .at(.at(1)), id: "") } == .invalidID)
    #expect(await code { try await scheduler.add(Tick(), trigger: .at(.at(1)), id: "a\nb") } == .invalidID)
    let long = JobID(String(repeating: "é", count: 128))
    #expect(await code { try await scheduler.add(Tick(), trigger: .at(.at(1)), id: long) } == .invalidID)
    #expect(
      await code {
        try await scheduler.add(
          Tick(), trigger: .at(.at(1)), id: "x", policies: JobPolicies(overlap: .queue(limit: 0)))
      } == .invalidPolicy)
    #expect(
      await code {
        try await scheduler.add(Tick(), trigger: .at(.at(1)), id: "x", options: JobOptions(executor: "gpu"))
      } == .unknownExecutor)
    #expect(await code { try await scheduler.add(Tick(), trigger: .at(.at(1)), id: "x", store: "no") } == .unknownStore)
    let large = Tick(label: String(repeating: "x", count: 300_000))
    #expect(await code { try await scheduler.add(large, trigger: .at(.at(1)), id: "x") } == .payloadTooLarge)
    #expect(await code { try await scheduler.pause("nobody") } == .notFound)
    #expect(try await scheduler.jobs().jobs.isEmpty)
  }

  @Test("a payload that cannot be read sets the job aside, and resuming it after a repair runs it")
  func quarantine() async throws {
    struct Older: JobPayload { static let jobName = "tick" }
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Older(), trigger: .at(.at(1)), id: "old")
      await world.time.advance(to: .at(2))
      let job = try #require(await world.scheduler.job("old"))
      #expect(job.status == .quarantined)
      #expect(job.note?.contains("\"label\" is missing") == true)
      #expect(job.counters.started == 0)
      try await world.scheduler.modify("old") { try $0.setPayload(Tick()) }
      try await world.scheduler.resume("old", .catchUp)
      await world.time.settle()
      #expect(world.ran.count == 1)
    }
  }
}
