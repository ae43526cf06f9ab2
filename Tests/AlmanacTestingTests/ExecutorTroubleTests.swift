import Almanac
import AlmanacTesting
import Testing

@Suite("Executors in trouble", .timeLimit(.minutes(1)))
struct ExecutorTroubleTests {
  private static let death = RunOutcome(.crashed(Failure(type: "WorkerDied", message: "signal 4")))

  private func started(_ executor: RecordingExecutor) async throws -> TestScheduler {
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.start()
    return test
  }

  @Test("a run that is refused waits and costs no attempt, and its executor is left alone for a while")
  func refused() async throws {
    let executor = RecordingExecutor(.end(.succeeded))
    let test = try await self.started(executor)
    executor.plan("a", .refuse("no worker could be started", pause: .seconds(30)))
    try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "a")
    try await test.scheduler.add(Send(), trigger: .at(.at(11)), id: "b")
    await test.advance(to: .at(39))
    #expect(executor.assignments.map(\.job) == ["a"])
    let health = test.scheduler.health
    #expect(health.status == .degraded)
    #expect(health.executors.map(\.restsBecause) == ["no worker could be started"])
    #expect(health.executors.map(\.busy) == [0])
    #expect(try await test.scheduler.job("a")?.counters.started == 0)

    await test.advance(to: .at(41))
    #expect(executor.assignments.count == 3)
    #expect(test.scheduler.health.status == .healthy)
    for id in ["a", "b"] as [JobID] { try await test.expectRuns(of: id, [.succeeded]) }
    #expect(try await test.scheduler.job("a")?.counters.started == 1)
    try await test.stop()
  }

  @Test("a run that was refused and told to stop meanwhile does not run")
  func refusedAndCancelled() async throws {
    let executor = RecordingExecutor(.end(.succeeded))
    let test = try await self.started(executor)
    executor.plan("a", .refuse("not now", pause: .seconds(30)))
    try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "a")
    await test.advance(to: .at(20))
    try await test.scheduler.cancelRuns(of: "a")
    await test.advance(to: .at(60))
    #expect(executor.assignments.count == 1)
    try await test.expectStatus(of: "a", .finished)
    try await test.stop()
  }

  @Test("a run whose worker died runs again, and a job that kills its workers is set aside with the last words")
  func workerDies() async throws {
    let executor = RecordingExecutor(.end(.succeeded))
    let test = try await self.started(executor)
    executor.plan("once", .end(Self.death))
    for _ in 0..<9 { executor.plan("deadly", .end(Self.death)) }
    try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "once")
    try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "deadly")
    await test.advance(by: .seconds(300))
    try await test.expectRuns(of: "once", [.crashed, .succeeded])
    try await test.expectRuns(of: "deadly", Array(repeating: .crashed, count: JobPolicies.defaultCrashLimit))
    try await test.expectStatus(of: "deadly", .quarantined)
    let history = try await test.scheduler.history(HistoryQuery(job: "deadly"))
    let messages = history.rows.compactMap { row -> String? in
      if case .attempt(let end) = row.entry { end.failure?.message } else { nil }
    }
    #expect(Set(messages) == ["signal 4"])
    try await test.stop()
  }

  @Test("a run that must not run twice ends as unknown when its worker died")
  func atMostOnce() async throws {
    let executor = RecordingExecutor(.end(Self.death))
    let test = try await self.started(executor)
    try await test.scheduler.add(
      Send(), trigger: .at(.at(10)), id: "a", policies: JobPolicies(retry: RetryPolicy(attempts: 5), onCrash: .abandon))
    await test.advance(by: .seconds(300))
    try await test.expectRuns(of: "a", [.unknown])
    #expect(try await test.scheduler.job("a")?.dead.map(\.message) == ["signal 4"])
    try await test.stop()
  }

  @Test("a run that was told to stop and killed is timed out, and no strike against its job")
  func killed() async throws {
    let executor = RecordingExecutor(.hang)
    let test = try await self.started(executor)
    try await test.scheduler.add(
      Send(), trigger: .at(.at(10)), id: "a", policies: JobPolicies(timeout: .seconds(5), crashLimit: 1))
    await test.advance(to: .at(20))
    executor.complete("a", Self.death)
    await test.advance(to: .at(30))
    try await test.expectRuns(of: "a", [.timedOut])
    try await test.expectStatus(of: "a", .finished)
    try await test.stop()
  }

  @Test("a worker that is killed because its scheduler shuts down is no strike against the job")
  func killedByShutdown() async throws {
    let test = TestScheduler(executors: ["default": KillingExecutor()])
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.start()
    try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "a", policies: JobPolicies(crashLimit: 1))
    await test.advance(to: .at(20))
    try await test.stop()
    try await test.expectRuns(of: "a", [.interrupted])
    try await test.expectStatus(of: "a", .active)
  }
}

/// Runs go on until they are told to stop, and then their worker is killed.
private struct KillingExecutor: JobExecutor {
  let size = 4

  func start() async throws {}

  func stop() async {}

  func execute(_ runs: [RunAssignment]) {
    let surroundings = Surroundings.current
    for run in runs {
      // It does nothing from here on, so that time may move.
      surroundings.meter?.leave()
      run.onCancel {
        surroundings.meter?.enter()
        Surroundings.$current.withValue(surroundings) {
          run.finish(RunOutcome(.crashed(Failure(type: "WorkerDied", message: "signal 9"))))
        }
      }
    }
  }
}
