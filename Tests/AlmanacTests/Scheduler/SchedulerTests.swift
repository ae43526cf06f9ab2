import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("A scheduler, in virtual time")
struct SchedulerTests {
  @Test("runs a one-shot once, at its time")
  func oneShot() async throws {
    let world = TestWorld()
    try await world.scheduler.add(Tick(), trigger: .at(.at(10)), id: "once")
    try await world.run {
      await world.time.advance(to: .at(9.999))
      #expect(world.ran.isEmpty)
      await world.time.advance(to: .at(100))
    }
    #expect(world.ran == [.init(job: "once", fireTime: .at(10), attempt: 1, at: .at(10))])
    let job = try #require(await world.scheduler.job("once"))
    #expect(job.status == .finished)
    #expect(job.lastOutcome == .succeeded)
    #expect(job.counters == RunCounters(started: 1, succeeded: 1))
    let history = try await world.scheduler.history()
    #expect(history.rows.count == 1)
  }

  @Test("runs an interval on its grid", arguments: [true, false])
  func interval(atomicHistory: Bool) async throws {
    let world = TestWorld(atomicHistory: atomicHistory)
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: .every(.seconds(5)), id: "five")
      await world.time.advance(to: .at(60))
    }
    #expect(world.ran.map(\.at) == (1...12).map { .at(Double($0) * 5) })
    #expect(try await world.scheduler.history().rows.count == 12)
    let job = try #require(await world.scheduler.job("five"))
    #expect(job.record.state.outbox.isEmpty)
    #expect(job.record.state.nextFire == .at(65))
  }

  @Test("several single times are run each at its own, and of those that have passed the latest at once")
  func severalTimes() async throws {
    let world = TestWorld()
    let trigger = try Trigger.at([.at(10), .at(-20), .at(-10), .at(10), .at(20)])
    try await world.scheduler.add(Tick(), trigger: trigger, id: "some")
    let fifth = Instant.at(5)
    #expect(try Trigger.at([fifth, fifth]) == Trigger.at(fifth))
    #expect(throws: TriggerError.self) { try Trigger.at([Instant]()) }
    try await world.run { await world.time.advance(to: .at(100)) }
    #expect(world.ran.map(\.fireTime) == [.at(-10), .at(10), .at(20)])
    #expect(world.ran.map(\.at) == [.at(0), .at(10), .at(20)])
    #expect(try await world.scheduler.job("some")?.status == .finished)
  }

  @Test("the time by which fires are dated can be asked for")
  func now() async throws {
    let world = TestWorld()
    #expect(try await world.scheduler.now() == world.clock.now())
    await #expect(throws: SchedulerError.self) { try await world.scheduler.now(store: "none") }
  }

  @Test("a one-shot whose time has passed runs at once")
  func past() async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: .at(.at(-3_600)), id: "late")
      await world.time.settle()
      #expect(world.ran.map(\.fireTime) == [.at(-3_600)])
    }
  }

  @Test("tries a failing run again after its backoff, and gives up")
  func retry() async throws {
    struct Broken: Error {}
    let world = TestWorld { _, _ in throw Broken() }
    try await world.run {
      try await world.scheduler.add(
        Tick(), trigger: .at(.at(1)), id: "broken",
        policies: JobPolicies(
          retry: RetryPolicy(attempts: 3, backoff: .exponential(from: .seconds(10), cap: .seconds(60)))))
      await world.time.advance(to: .at(1_000))
    }
    #expect(world.ran.map(\.at) == [.at(1), .at(11), .at(31)])
    #expect(world.ran.map(\.attempt) == [1, 2, 3])
    #expect(Set(world.ran.map(\.fireTime)) == [.at(1)])
    let job = try #require(await world.scheduler.job("broken"))
    #expect(job.counters == RunCounters(started: 3, failed: 1, retried: 2))
    #expect(job.lastOutcome == .failed)
    #expect(job.status == .finished)
  }

  @Test("a year of a hundred schedules passes in seconds, and every fire runs at its time")
  func year() async throws {
    let world = TestWorld(
      configuration: SchedulerConfiguration(sessionLifetime: .seconds(86_400), pollInterval: .seconds(86_400)))
    let start = world.clock.now()
    let end = start + .seconds(365 * 86_400)
    var triggers: [JobID: Trigger] = [:]
    for number in 0..<100 {
      let trigger: Trigger =
        switch number % 4 {
        case 0: try .cron("\(number % 60) \(number % 24) * * *", in: "Asia/Shanghai")
        case 1: try .cron("\(number % 60) 2 * * MON-FRI", in: "America/New_York")
        case 2: try .every(.seconds(20_000 + number * 137))
        default: .at(start + .seconds(number * 300_000))
        }
      triggers["job-\(number)"] = trigger.anchored(at: start)
    }
    for (id, trigger) in triggers { try await world.scheduler.add(Tick(), trigger: trigger, id: id) }
    try await world.run { await world.time.advance(to: end) }

    var expected: Set<TestWorld.Ran> = []
    for (id, trigger) in triggers {
      var fire = trigger.next(after: start - .microseconds(1))
      while let at = fire, at <= end {
        expected.insert(.init(job: id, fireTime: at, attempt: 1, at: at))
        fire = trigger.next(after: at)
      }
    }
    #expect(expected.count > 30_000)
    #expect(world.ran.count == expected.count)
    #expect(Set(world.ran) == expected)
  }
}
