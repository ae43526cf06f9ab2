import Almanac
import AlmanacTesting
import Testing

@Suite("A scheduler under test lives in virtual time", .timeLimit(.minutes(1)))
struct TestSchedulerTests {
  @Test("a failing run is tried again after its backoff, in no time")
  func backoff() async throws {
    let test = TestScheduler()
    test.register(Send.self) { _, context in
      if context.attempt < 3 { throw NoAnswer() }
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(1)), id: "send",
        policies: JobPolicies(
          retry: RetryPolicy(attempts: 5, backoff: .exponential(from: .seconds(60), cap: .seconds(3_600)))))
      await test.advance(to: .at(0.999))
      try await test.expectNothingRan()
      await test.advance(by: .seconds(3_600))
      try await test.expectRuns(of: "send", [.failed, .failed, .succeeded])
      try await test.expectStarts(of: "send", at: [.at(1), .at(61), .at(181)])
      try await test.expectStatus(of: "send", .finished)
      try await test.expectNextFire(of: "send", at: nil)
    }
  }

  @Test("a local time that was registered before the clocks change comes at that local time after it")
  func clocksChange() async throws {
    let saturday = try #require(Instant(rfc3339: "2026-03-28T12:00:00+01:00"))
    let test = TestScheduler(
      clock: ManualClock(now: saturday),
      configuration: .init(sessionLifetime: .seconds(3_600), pollInterval: .seconds(86_400)))
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .cron("30 9 * * *", in: "Europe/Paris"), id: "send")
      let sunday = try #require(Instant(rfc3339: "2026-03-29T09:30:00+02:00"))
      try await test.expectNextFire(of: "send", at: sunday)
      #expect(try await test.advanceToNextFire(of: "send") == sunday)
      // A day of 23 hours has passed, and the next has 24.
      #expect(try await test.advanceToNextFire(of: "send") == sunday + .seconds(86_400))
      try await test.expectStarts(of: "send", at: [sunday, sunday + .seconds(86_400)])
    }
  }

  @Test("a crash between the call and its answer ends as unknown, and is not repeated, where the job says so")
  func abandoned() async throws {
    let sent = Book<String>()
    let test = TestScheduler()
    test.register(Send.self) { [weak test] send, _ in
      sent.write(send.to)
      test?.crash()
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send", policies: JobPolicies(onCrash: .abandon))
      await test.advance(to: .at(11))
      #expect(test.hasCrashed)
      await #expect(throws: StoreError.self) { try await test.scheduler.job("send") }
      try await test.start()
      #expect(!test.hasCrashed)
      await test.advance(by: .seconds(60))
      try await test.expectRuns(of: "send", [.unknown])
      #expect(sent.values == ["oX1"])
    }
  }

  @Test("a crash in the middle of a run is made up for by the process that follows")
  func runsAgain() async throws {
    let sent = Book<Int>()
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, context in
      sent.write(context.attempt)
      if context.attempt == 1 { test?.crash() }
    }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
      await test.advance(to: .at(11))
      try await test.start()
      await test.advance(by: .seconds(60))
      try await test.expectRuns(of: "send", [.crashed, .succeeded])
      #expect(sent.values == [1, 2])
    }
  }

  @Test("of several schedulers on one store, another takes up what a dead one had")
  func cluster() async throws {
    let first = TestScheduler(configuration: .init(node: "first", pollInterval: .seconds(3_600)))
    let second = TestScheduler(beside: first, node: "second")
    for test in [first, second] {
      test.register(Send.self) { [weak test] _, _ in try await test?.sleep(for: .seconds(60)) }
    }
    try await first.start()
    try await first.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
    await first.advance(to: .at(20))
    try await second.start()
    first.crash()
    await second.advance(to: .at(200))
    try await second.expectRuns(of: "send", [.crashed, .succeeded])
    #expect(try await first.attempts(of: "send").map(\.node) == ["first", "second"])
    try await first.stop()
    try await second.stop()
  }

  @Test("it is stopped gracefully, while time passes for the run that is waited for, and started again")
  func stopping() async throws {
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, _ in try await test?.sleep(for: .seconds(5)) }
    try await test.start()
    try await test.scheduler.add(Send(), trigger: .every(.seconds(10)), id: "send")
    await test.advance(to: .at(11))
    try await test.stop()
    #expect(test.now == .at(15))
    try await test.expectRuns(of: "send", [.succeeded])
    await test.advance(to: .at(22))
    try await test.expectRuns(of: "send", [.succeeded])
    try await test.start()
    await test.advance(to: .at(32))
    try await test.stop()
    // The fire of second 20 comes late, that of 30 overlaps nothing.
    try await test.expectStarts(of: "send", at: [.at(10), .at(22), .at(30)])
  }

  @Test("what a scheduler's run throws, starting it throws")
  func wrongStart() async throws {
    let test = TestScheduler()
    try await test.start()
    await #expect(throws: SchedulerError.self) { try await test.scheduler.run() }
    try await test.stop()
  }

  @Test("a year of a daily job passes")
  func year() async throws {
    let test = TestScheduler(
      configuration: .init(sessionLifetime: .seconds(86_400), pollInterval: .seconds(86_400)))
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .cron("0 4 * * *", in: "Asia/Shanghai"), id: "send")
      await test.advance(by: .seconds(365 * 86_400))
      #expect(try await test.scheduler.job("send")?.counters.succeeded == 365)
    }
  }

  @Test("an expectation that is not met says what was expected, what was seen, and where")
  func unmet() async throws {
    let test = TestScheduler()
    test.register(Send.self) { _, context in
      if context.attempt == 1 { throw NoAnswer() }
    }
    func message(_ body: () async throws -> Void) async -> String {
      do { try await body() } catch let error as UnmetExpectation {
        return error.fileID == "AlmanacTestingTests/TestSchedulerTests.swift" && error.line > 0 ? error.message : "?"
      } catch { return "another error" }
      return "none"
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(1)), id: "send", options: JobOptions(isPaused: true, pauseNote: "later"))
      #expect(
        await message { try await test.expectStatus(of: "send", .active) }
          == "status of \"send\": expected active, saw paused (later)")
      #expect(
        await message { try await test.expectNextFire(of: "send", at: nil) }
          == "next fire of \"send\": expected none, saw 2026-01-01T00:00:01Z")
      #expect(
        await message { try await test.expectRuns(of: "send", [.succeeded]) }
          == "runs of \"send\": expected succeeded, saw none")
      #expect(await message { try await test.expectRuns(of: "other", []) } == "none")
      #expect(await message { try await test.expectStatus(of: "other", .active) } == "there is no job \"other\"")
      await test.advance(to: .at(5))
      try await test.scheduler.resume("send")
      try await test.expectDropped(of: "send", .paused, count: 1)
      #expect(
        await message { try await test.expectDropped(of: "send", .misfired, count: 1) }
          == "fires of \"send\" that did not run: expected 1 misfired, saw 1 paused")
      try await test.expectNothingRan()
      #expect(
        await message { try await test.advanceToNextFire(of: "send") }
          == "job \"send\" has no next fire; it is finished")
      try await test.scheduler.add(Send(), trigger: .at(.at(6)), id: "again")
      await test.advance(to: .at(7))
      #expect(
        await message { try await test.expectStarts(of: "again", at: []) }
          == "starts of \"again\": expected none, saw 2026-01-01T00:00:06Z")
      #expect(
        await message { try await test.expectNothingRan() }
          == "nothing should have run: \"again\" was started at 2026-01-01T00:00:06Z and failed")
    }
  }
}
