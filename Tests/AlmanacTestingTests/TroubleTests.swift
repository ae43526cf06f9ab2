import Almanac
import AlmanacTesting
import Testing

@Suite("Jobs in trouble", .timeLimit(.minutes(1)))
struct TroubleTests {
  @Test("a job that kills its process is set aside, and its neighbours come to their end")
  func crashLoop() async throws {
    let killed = Book<Instant>()
    let test = TestScheduler()
    test.register(Send.self) { [weak test] send, _ in
      guard let test else { return }
      try await test.sleep(for: .seconds(send.to == "killer" ? 1 : 5))
      guard send.to == "killer" else { return }
      killed.write(test.now)
      test.crash()
    }
    let neighbours: [JobID] = ["a", "z"]
    try await test.start()
    try await test.scheduler.add(Send(to: "killer"), trigger: .at(.at(10)), id: "killer")
    for id in neighbours { try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: id) }
    for _ in 0..<12 {
      await test.advance(by: .seconds(120))
      if test.hasCrashed { try await test.start() }
    }
    #expect(killed.values.count == JobPolicies.defaultCrashLimit)
    try await test.expectStatus(of: "killer", .quarantined)
    let killer = try #require(await test.scheduler.job("killer"))
    #expect(killer.note == "the process that ran it died 5 times in a row")
    #expect(killer.counters.crashed == 5)
    for id in neighbours {
      try await test.expectRuns(of: id, [.crashed, .crashed, .succeeded])
      try await test.expectStatus(of: id, .finished)
    }
    try await test.stop()
  }

  @Test("a suspect that has come to an end lets others start, though another run of it goes on")
  func cleared() async throws {
    let executor = RecordingExecutor(.hold)
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.start()
    for id in ["a", "b"] as [JobID] {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(100)), id: id, policies: JobPolicies(overlap: .allow(limit: 2)))
    }
    for _ in 0..<2 {
      await test.advance(by: .seconds(110))
      test.crash()
      try await test.start()
    }
    await test.advance(by: .seconds(250))
    let suspect = try #require(executor.held.first?.job)
    #expect(executor.held.map(\.job) == [suspect, suspect])
    executor.complete(suspect, .succeeded)
    await test.advance(by: .seconds(60))
    #expect(Set(executor.held.map(\.job)) == ["a", "b"])
    try await test.stop()
  }

  @Test("suspects are started one at a time, and others beside them")
  func suspects() async throws {
    let executor = RecordingExecutor(.hold)
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.start()
    for number in 0..<3 {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "suspect-\(number)")
    }
    for _ in 0..<2 {
      await test.advance(by: .seconds(60))
      test.crash()
      try await test.start()
    }
    try await test.scheduler.add(Send(), trigger: .at(test.now), id: "other")
    await test.advance(by: .seconds(60))
    var going = Set(executor.held.map(\.job))
    #expect(going.contains("other"))
    #expect(going.count == 2)
    for _ in 0..<3 {
      let suspect = try #require(going.subtracting(["other"]).first)
      executor.complete(suspect, .succeeded)
      await test.advance(by: .seconds(60))
      try await test.expectRuns(of: suspect, [.crashed, .crashed, .succeeded])
      going = Set(executor.held.map(\.job))
    }
    #expect(going == ["other"])
    executor.complete("other", .succeeded)
    try await test.stop()
  }

  @Test("a job that fails so many times in a row is paused with its reason, and a success ends the row")
  func pauseAfterFailures() async throws {
    let test = TestScheduler()
    let fails = Book<Bool>()
    test.register(Send.self) { _, _ in if fails.values.last == true { throw NoAnswer() } }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(10)), id: "send", policies: JobPolicies(pauseAfterFailures: 3))
      fails.write(true)
      await test.advance(to: .at(25))
      fails.write(false)
      await test.advance(to: .at(35))
      fails.write(true)
      await test.advance(to: .at(100))
      try await test.expectRuns(of: "send", [.failed, .failed, .succeeded, .failed, .failed, .failed])
      try await test.expectStatus(of: "send", .paused)
      #expect(try await test.scheduler.job("send")?.note?.hasPrefix("failed 3 times in a row: NoAnswer") == true)
      fails.write(false)
      try await test.scheduler.resume("send")
      await test.advance(to: .at(115))
      try await test.expectStatus(of: "send", .active)
      try await test.expectDropped(of: "send", .paused, count: 4)
    }
  }

  @Test("fires that ended badly for good are kept, tried again with all their attempts, or let go")
  func deadLetters() async throws {
    let works = Book<Bool>()
    let test = TestScheduler()
    test.register(Send.self) { _, _ in if works.values.isEmpty { throw NoAnswer() } }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(10), startingAt: Instant.at(10).date, until: Instant.at(40).date), id: "send",
        policies: JobPolicies(retry: RetryPolicy(attempts: 2, backoff: .fixed(.seconds(1))), deadLetters: 3))
      await test.advance(to: .at(60))
      var job = try #require(await test.scheduler.job("send"))
      #expect(job.status == .finished)
      #expect(job.dead.map(\.fireTime) == [.at(20), .at(30), .at(40)])
      #expect(job.dead.allSatisfy { $0.outcome == .failed && $0.attempt == 2 })

      job = try await test.scheduler.retryDead("send", fireTime: .at(30))
      #expect(job.dead.map(\.fireTime) == [.at(20), .at(40)])
      await test.advance(to: .at(80))
      // Tried twice more, and dead again.
      job = try #require(await test.scheduler.job("send"))
      #expect(Set(job.dead.map(\.fireTime)) == [.at(20), .at(30), .at(40)])
      #expect(try await test.attempts(of: "send").filter { $0.fireTime == .at(30) }.map(\.attempt) == [1, 2, 3, 4])

      works.write(true)
      job = try await test.scheduler.purgeDead("send", fireTime: .at(20))
      #expect(job.dead.count == 2)
      try await test.scheduler.retryDead("send")
      await test.advance(to: .at(100))
      job = try #require(await test.scheduler.job("send"))
      #expect(job.dead == [])
      #expect(job.counters.succeeded == 2)
      #expect(job.status == .finished)
      await #expect { try await test.scheduler.retryDead("send") } throws: {
        ($0 as? SchedulerError)?.refusal == .noDeadRun
      }
    }
  }

  @Test("values for one run are that run's alone, and those of another type fail it alone")
  func valuesOfOneRun() async throws {
    struct Other: JobPayload { var number = 1 }
    let sent = Book<String>()
    let test = TestScheduler()
    test.register(Send.self) { send, _ in sent.write(send.to) }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .every(.seconds(10)), id: "send",
        policies: JobPolicies(retry: RetryPolicy(attempts: 3)))
      try await test.scheduler.runNow("send", with: Send(to: "oX2"))
      await test.advance(to: .at(12))
      try await test.scheduler.runNow("send", with: Other())
      await test.advance(to: .at(22))
      #expect(sent.values == ["oX2", "oX1", "oX1"])
      try await test.expectRuns(of: "send", [.succeeded, .succeeded, .failed, .succeeded])
      try await test.expectStatus(of: "send", .active)
      let end = try #require(try await test.attempts(of: "send").first { $0.outcome == .failed })
      #expect(end.origin == .hand)
      #expect(end.failure?.message.contains("\"to\" is missing") == true)
      await #expect {
        try await test.scheduler.runNow("send", with: Send(to: String(repeating: "x", count: 20_000)))
      } throws: { ($0 as? SchedulerError)?.code == .payloadTooLarge }
    }
  }

  @Test("jobs that were stored under a former name of their type are run")
  func formerNames() async throws {
    struct Old: JobPayload {
      static let jobName = "send-old"
      var to: String
    }
    struct New: JobPayload {
      static let jobName = "send-new"
      static let formerNames = ["send-old", "send-older"]
      var to: String
    }
    let sent = Book<String>()
    let test = TestScheduler()
    test.register(New.self) { new, context in sent.write("\(new.to) \(context.jobName)") }
    try await test.run {
      try await test.scheduler.add(Old(to: "a"), trigger: .at(.at(10)), id: "old")
      try await test.scheduler.add(New(to: "b"), trigger: .at(.at(11)), id: "new")
      await test.advance(to: .at(12))
      #expect(sent.values == ["a send-old", "b send-new"])
      // A type that has the name now goes before one that had it.
      test.register(Old.self) { old, _ in sent.write("\(old.to) by its own") }
      try await test.scheduler.add(Old(to: "c"), trigger: .at(.at(20)), id: "own")
      await test.advance(to: .at(21))
      #expect(sent.values.last == "c by its own")
    }
  }
}
