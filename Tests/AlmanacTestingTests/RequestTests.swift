import Almanac
import AlmanacTesting
import Testing

@Suite("What a job's code asks for, and what its policies make of it", .timeLimit(.minutes(1)))
struct RequestTests {
  private let retry = RetryPolicy(attempts: 3, backoff: .fixed(.seconds(1)))

  private func test(
    _ configuration: SchedulerConfiguration = TestScheduler.testing,
    _ handler: @escaping @Sendable (JobContext) async throws -> Void
  ) -> TestScheduler {
    let test = TestScheduler(configuration: configuration)
    test.register(Send.self) { _, context in try await handler(context) }
    return test
  }

  @Test("a run that snoozes is started again as often as it asks, and no attempt is used up")
  func snooze() async throws {
    let test = self.test { if $0.attempt < 4 { throw Snooze(for: .seconds(5)) } }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
      await test.advance(to: .at(60))
      try await test.expectRuns(of: "send", [.snoozed, .snoozed, .snoozed, .succeeded])
      try await test.expectStarts(of: "send", at: [.at(10), .at(15), .at(20), .at(25)])
      let job = try #require(await test.scheduler.job("send"))
      #expect(job.counters == RunCounters(started: 4, succeeded: 1, snoozed: 3))
    }
  }

  @Test("a run that knows when to come back comes back then, if an attempt is left")
  func retryAfter() async throws {
    let test = self.test { _ in throw RetryAfter(.seconds(100), because: NoAnswer()) }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send", policies: JobPolicies(retry: self.retry))
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "once")
      await test.advance(to: .at(1_000))
      try await test.expectStarts(of: "send", at: [.at(10), .at(110), .at(210)])
      try await test.expectRuns(of: "send", [.failed, .failed, .failed])
      try await test.expectRuns(of: "once", [.failed])
      let failure = try #require(try await test.attempts(of: "once").first?.failure)
      #expect(failure.type.hasSuffix("NoAnswer"))
    }
  }

  @Test("a run that gives up is not tried again, and its reason is the failure")
  func giveUp() async throws {
    let test = self.test { _ in throw GiveUp(because: NoAnswer()) }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send", policies: JobPolicies(retry: self.retry))
      await test.advance(to: .at(1_000))
      try await test.expectRuns(of: "send", [.failed])
      let end = try #require(try await test.attempts(of: "send").first)
      #expect(end.failure?.type.hasSuffix("NoAnswer") == true)
      #expect(end.retryAt == nil)
    }
  }

  @Test("a run that does not know what it did ends as unknown, is not tried again, and may be by hand")
  func outcomeUnknown() async throws {
    let test = self.test { if $0.origin == .trigger { throw OutcomeUnknown(because: NoAnswer()) } }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send", policies: JobPolicies(retry: self.retry))
      await test.advance(to: .at(1_000))
      try await test.expectRuns(of: "send", [.unknown])
      let end = try #require(try await test.attempts(of: "send").first)
      #expect(end.failure?.type.hasSuffix("NoAnswer") == true)
      let job = try #require(await test.scheduler.job("send"))
      #expect(job.counters == RunCounters(started: 1, unknown: 1))
      #expect(job.dead.map(\.outcome) == [.unknown])
      try await test.scheduler.retryDead("send")
      await test.runUntilQuiet()
      try await test.expectRuns(of: "send", [.unknown, .succeeded])
    }
  }

  @Test("a deadline ends the retries and the snoozes of a fire")
  func deadline() async throws {
    let test = self.test { context in
      if context.jobID == "sleepy" { throw Snooze(for: .seconds(10)) }
      throw NoAnswer()
    }
    let policies = JobPolicies(
      deadline: .seconds(25), retry: RetryPolicy(attempts: 100, backoff: .fixed(.seconds(10))))
    try await test.run {
      for id: JobID in ["send", "sleepy"] {
        try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: id, policies: policies)
      }
      await test.advance(to: .at(1_000))
      try await test.expectStarts(of: "send", at: [.at(10), .at(20), .at(30)])
      try await test.expectRuns(of: "send", [.failed, .failed, .failed])
      try await test.expectRuns(of: "sleepy", [.snoozed, .snoozed, .failed])
      try await test.expectStatus(of: "send", .finished)
    }
  }

  @Test("a deadline stops what runs when it comes, and the code is told when that is")
  func deadlineOfRun() async throws {
    let deadlines = Book<Instant>()
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, context in
      if let deadline = context.deadline { deadlines.write(Instant(deadline)) }
      try await test?.sleepUntilCancelled()
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send",
        policies: JobPolicies(deadline: .seconds(25), retry: self.retry, timeout: .seconds(60)))
      await test.advance(to: .at(1_000))
      try await test.expectRuns(of: "send", [.timedOut])
      #expect(try await test.attempts(of: "send").map(\.endedAt) == [.at(35)])
      #expect(deadlines.values == [.at(35)])
    }
  }

  @Test("a fire that cancels the older run starts when that one's code has returned")
  func cancelRunning() async throws {
    let executor = RecordingExecutor(.end(.succeeded))
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { (_, _) async throws -> Void in }
    executor.plan("send", .hang)
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(10)), id: "send",
        policies: JobPolicies(overlap: .cancelRunning, retry: self.retry))
      await test.advance(to: .at(23))
      #expect(executor.cancelled.map(\.token.claim) == [1])
      #expect(executor.assignments.count == 1)
      executor.complete("send", .cancelled)
      await test.advance(to: .at(29))
      try await test.expectRuns(of: "send", [.cancelled, .succeeded])
      try await test.expectStarts(of: "send", at: [.at(10), .at(23)])
      #expect(try await test.attempts(of: "send").map(\.fireTime) == [.at(10), .at(20)])
    }
  }

  @Test("of the fires that wait for an older run to stop the latest runs")
  func cancelRunningLatest() async throws {
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, context in
      guard context.fireTime == Instant.at(10).date else { return }
      do { try await test?.sleepUntilCancelled() } catch {
        // Its code returns 25 s after it was told to stop.
        try await Task { try await test?.sleep(for: .seconds(25)) }.value
      }
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(10)), id: "send", policies: JobPolicies(overlap: .cancelRunning))
      await test.advance(to: .at(49))
      try await test.expectStarts(of: "send", at: [.at(10), .at(45)])
      try await test.expectDropped(of: "send", .overlapped, count: 2)
      #expect(try await test.attempts(of: "send").map(\.fireTime) == [.at(10), .at(40)])
    }
  }

  @Test("a job that is added without policies has those of the scheduler, one that brings its own has them")
  func defaultPolicies() async throws {
    var configuration = TestScheduler.testing
    configuration.defaultPolicies = JobPolicies(retry: self.retry)
    let test = self.test(configuration) { _ in throw NoAnswer() }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "silent")
      try await test.scheduler.add([NewJob(Send(), trigger: .at(.at(10)), id: "many")])
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "own", policies: .default)
      await test.advance(to: .at(60))
      try await test.expectRuns(of: "silent", [.failed, .failed, .failed])
      try await test.expectRuns(of: "many", [.failed, .failed, .failed])
      try await test.expectRuns(of: "own", [.failed])
    }
  }
}
