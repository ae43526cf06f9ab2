import AlmanacTesting
import Synchronization
import Testing

@testable import Almanac

/// What `docs/time.md` says of clocks that are set and machines that sleep, for a store that lives by the wall.
@Suite("Time that misbehaves", .timeLimit(.minutes(1)))
struct MisbehavingTimeTests {
  /// How time misbehaves.
  enum Step: CaseIterable, Sendable {
    case set, suspended

    func apply(_ duration: Duration, to clock: ManualClock) {
      switch self {
      case .set: clock.set(to: clock.now() + duration)
      case .suspended: clock.suspend(for: duration)
      }
    }
  }

  private static let minute = Trigger.everyMinute
  private static let hour: Duration = .seconds(3_600)
  private static let year: Duration = .seconds(365 * 86_400)

  private func fates(_ world: TestWorld) async throws -> [Fate] {
    try await world.scheduler.history(HistoryQuery(limit: 1_000)).rows.compactMap {
      if case .fate(let fate) = $0.entry { fate } else { nil }
    }
    .reversed()
  }

  @Test("forward or asleep, a few seconds: the fire comes late, and every fire comes", arguments: Step.allCases)
  func seconds(step: Step) async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a")
      await world.time.advance(to: .at(58))
      step.apply(.seconds(5), to: world.clock)
      await world.time.advance(to: .at(121))
      #expect(world.ran.map(\.fireTime) == [.at(60), .at(120)])
      #expect(world.ran.map(\.at) == [.at(63), .at(120)])
      #expect(try await self.fates(world) == [])
    }
  }

  @Test("forward or asleep, an hour or years: the latest fire runs, the others are coalesced", arguments: Step.allCases)
  func coalesced(step: Step) async throws {
    for length in [Self.hour, Self.year, Self.year * 30] {
      let world = TestWorld()
      try await world.run {
        try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a")
        await world.time.advance(to: .at(30))
        step.apply(length, to: world.clock)
        await world.time.settle()
        let minutes = Int(length.components.seconds / 60)
        #expect(world.ran.map(\.fireTime) == [.at(Double(minutes) * 60)])
        let fate = try #require(try await self.fates(world).first)
        #expect(fate.reason == .coalesced && fate.count.lowerBound == minutes - 1)
        await world.time.advance(by: .seconds(60))
        #expect(world.ran.count == 2)
      }
    }
  }

  @Test(
    "forward or asleep beyond the misfire grace: what is too late is reported, what is not runs",
    arguments: Step.allCases)
  func grace(step: Step) async throws {
    try await self.missesAnHour(by: step, at: .at(30), JobPolicies(misfireGrace: .seconds(10)))
  }

  @Test(
    "forward or asleep beyond the deadline: what can no longer be over in time is reported, what can runs",
    arguments: Step.allCases)
  func missedDeadline(step: Step) async throws {
    try await self.missesAnHour(by: step, at: .at(50), JobPolicies(deadline: .seconds(30)))
  }

  /// A job of every minute under policies by which none of the fires of an hour's gap may still run, and the next one may.
  private func missesAnHour(by step: Step, at instant: Instant, _ policies: JobPolicies) async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a", policies: policies)
      await world.time.advance(to: instant)
      step.apply(Self.hour, to: world.clock)
      await world.time.settle()
      #expect(world.ran.isEmpty)
      #expect(try await self.fates(world).map(\.reason) == [.misfired])
      #expect(try await self.fates(world).first?.count == .exactly(60))
      await world.time.advance(to: .at(3_661))
      #expect(world.ran.map(\.fireTime) == [.at(3_660)])
    }
  }

  @Test("forward or asleep with catch-up all: as many of the latest as it says run", arguments: Step.allCases)
  func catchUp(step: Step) async throws {
    let world = TestWorld()
    try await world.run {
      let policies = JobPolicies(catchUp: .all(limit: 5))
      try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a", policies: policies)
      await world.time.advance(to: .at(30))
      step.apply(Self.hour, to: world.clock)
      await world.time.settle()
      #expect(world.ran.map(\.fireTime) == [56, 57, 58, 59, 60].map { .at($0 * 60) })
      #expect(try await self.fates(world).first?.count == .exactly(55))
    }
  }

  @Test(
    "back: nothing fires twice, and the next fire waits for its time on the wall", arguments: [2, 3_600, 10_000_000])
  func back(seconds: Int) async throws {
    let world = TestWorld()
    try await world.run {
      try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a")
      await world.time.advance(to: .at(61))
      world.clock.set(to: world.clock.now() - .seconds(seconds))
      await world.time.advance(by: .seconds(min(seconds, 7_000)))
      #expect(world.ran.map(\.fireTime) == [.at(60)])
      world.clock.set(to: .at(119))
      await world.time.advance(to: .at(181))
      #expect(world.ran.map(\.fireTime) == [.at(60), .at(120), .at(180)])
      #expect(try await self.fates(world) == [])
    }
  }

  @Test(
    "forward or asleep while a run is going: the fires of the gap are the overlap policy's", arguments: Step.allCases)
  func overlap(step: Step) async throws {
    let cluster = TestCluster(nodes: 1, lifetime: .seconds(100_000)) { cluster, _, _, _ in
      try await cluster.time.sleep(for: .seconds(20_000), in: cluster.schedulers[0])
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: Self.minute, id: "a")
      await cluster.time.advance(to: .at(61))
      step.apply(Self.hour, to: cluster.clock)
      await cluster.time.settle()
      #expect(cluster.ran.count == 1)
      let dropped = try #require(try await cluster.schedulers[0].job("a")).counters.dropped
      #expect(dropped == 60)
    }
  }

  @Test("a retry is due by the wall: forward it comes at once, back it waits for as much longer", arguments: [1, -1])
  func retry(direction: Int) async throws {
    struct Unlucky: Error {}
    let world = TestWorld { _, context in if context.attempt == 1 { throw Unlucky() } }
    try await world.run {
      let policies = JobPolicies(retry: RetryPolicy(attempts: 2, backoff: .fixed(.seconds(100))))
      try await world.scheduler.add(Tick(), trigger: .at(.at(10)), id: "a", policies: policies)
      await world.time.advance(to: .at(11))
      #expect(world.ran.map(\.attempt) == [1])
      world.clock.set(to: world.clock.now() + Self.hour * direction)
      await world.time.settle()
      #expect(world.ran.count == (direction > 0 ? 2 : 1))
      await world.time.advance(to: .at(121))
      #expect(world.ran.map(\.attempt) == [1, 2])
    }
  }

  @Test("a timeout is due by the wall: forward it comes at once, back it waits for as much longer", arguments: [1, -1])
  func timeout(direction: Int) async throws {
    try await self.endsByTheWall(JobPolicies(timeout: .seconds(100)), direction)
  }

  @Test("a deadline is due by the wall: forward it comes at once, back it leaves as much longer", arguments: [1, -1])
  func deadline(direction: Int) async throws {
    try await self.endsByTheWall(JobPolicies(deadline: .seconds(100)), direction)
  }

  /// A run that would go on for ever, under policies that end it after 100 seconds of the wall.
  private func endsByTheWall(_ policies: JobPolicies, _ direction: Int) async throws {
    let cluster = TestCluster(nodes: 1, lifetime: .seconds(100_000)) { cluster, _, _, _ in
      try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[0])
    }
    let scheduler = cluster.schedulers[0]
    try await cluster.run {
      try await scheduler.add(Tick(), trigger: .at(.at(10)), id: "a", policies: policies)
      await cluster.time.advance(to: .at(11))
      cluster.clock.set(to: cluster.clock.now() + Self.hour * direction)
      await cluster.time.settle()
      let isOver = try await scheduler.job("a")?.lastOutcome == .timedOut
      #expect(isOver == (direction > 0))
      await cluster.time.advance(to: .at(112))
      #expect(try await scheduler.job("a")?.lastOutcome == .timedOut)
    }
  }

  @Test("a start that jitter puts off is due by the wall: forward it comes at once, back no fire comes twice")
  func jitter() async throws {
    let world = TestWorld()
    try await world.run {
      let policies = JobPolicies(jitter: .seconds(30))
      try await world.scheduler.add(Tick(), trigger: Self.minute, id: "a", policies: policies)
      await world.time.advance(to: .at(30))
      let first = try #require(await world.scheduler.job("a")?.record.nextStart)
      try #require(first > .at(60))
      world.clock.set(to: first - .microseconds(1))
      await world.time.settle()
      #expect(world.ran.isEmpty)
      world.clock.set(to: first)
      await world.time.settle()
      #expect(world.ran.map(\.fireTime) == [.at(60)])
      let second = try #require(await world.scheduler.job("a")?.record.nextStart)
      world.clock.set(to: .at(40))
      await world.time.advance(to: second - .microseconds(1))
      #expect(world.ran.count == 1)
      await world.time.advance(to: second)
      #expect(world.ran.map(\.fireTime) == [.at(60), .at(120)])
      #expect(try await self.fates(world) == [])
    }
  }

  @Test("a machine that slept longer than its session lives has lost its runs, and they run again")
  func sleptThroughSession() async throws {
    let cluster = TestCluster(nodes: 1) { cluster, _, _, context in
      if context.attempt == 1 { try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[0]) }
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "a")
      await cluster.time.advance(to: .at(2))
      cluster.clock.suspend(for: Self.hour)
      await cluster.time.advance(by: .seconds(60))
      #expect(cluster.ran.map(\.attempt) == [1, 2])
      #expect(try await cluster.schedulers[0].job("a")?.lastOutcome == .succeeded)
    }
  }

  @Test("a wall that is set back costs no session, and takes nobody's runs")
  func sessionsAfterSetBack() async throws {
    let cluster = TestCluster(nodes: 3) { cluster, node, _, _ in
      try await cluster.time.sleep(for: .seconds(60), in: cluster.schedulers[node])
    }
    try await cluster.run {
      for number in 0..<6 {
        try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: JobID("job-\(number)"))
      }
      await cluster.time.advance(to: .at(2))
      cluster.clock.set(to: .at(2) - Self.hour)
      await cluster.time.advance(by: .seconds(120))
      #expect(cluster.ran.count == 6)
      #expect(try await cluster.schedulers[0].nodes().filter { !$0.isDead }.count == 3)
    }
  }

  @Test("a tombstone is forgotten by the wall", arguments: [true, false])
  func retention(isForward: Bool) async throws {
    let world = TestWorld()
    try await world.run {
      let policies = JobPolicies(retention: .seconds(1_000))
      try await world.scheduler.add(Tick(), trigger: .at(.at(10)), id: "a", policies: policies)
      await world.time.advance(to: .at(20))
      world.clock.set(to: world.clock.now() + Self.hour * (isForward ? 1 : -1))
      await world.time.advance(by: .seconds(1_500))
      #expect(try await (world.scheduler.job("a") == nil) == isForward)
    }
  }
}

extension Trigger {
  /// Every full minute of the manual clock.
  fileprivate static let everyMinute = Trigger(
    IntervalRule(microseconds: 60_000_000, anchor: .at(0), isImplicit: true))
}
