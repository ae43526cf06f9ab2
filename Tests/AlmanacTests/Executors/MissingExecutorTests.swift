import AlmanacTesting
import Testing

@testable import Almanac

@Suite("Jobs for executors that are not there")
struct MissingExecutorTests {
  @Test(
    "an alias that this scheduler does not have is an error when a job is added, and the error names those that there are"
  )
  func unknown() async throws {
    let test = TestScheduler(executors: ["default": AsyncExecutor(), "threads": ThreadExecutor(size: 1)])
    test.register(Tick.self, executor: "gpu") { _, _ in }
    for options in [JobOptions(), JobOptions(executor: "gpus")] {
      let error = await #expect(throws: SchedulerError.self) {
        try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "a", options: options)
      }
      #expect(error?.code == .unknownExecutor)
      #expect(error?.message.contains(#"there is "default", "threads""#) == true)
    }
    // What is said at `add` goes before what was said at registration.
    try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "a", options: JobOptions(executor: "threads"))
    #expect(try await test.scheduler.job("a")?.executor == "threads")
  }

  @Test("a job whose executor nobody has waits untouched, is seen to wait, and runs when somebody brings the executor")
  func waiting() async throws {
    let first = TestScheduler(executors: ["default": AsyncExecutor(), "gpu": AsyncExecutor(size: 1)])
    let second = TestScheduler(beside: first, node: "second")
    for test in [first, second] { test.register(Tick.self) { _, _ in } }
    try await second.start()
    // Added by a scheduler that has the executor and does not run.
    try await first.scheduler.add(
      Tick(), trigger: .at(first.now + .seconds(1)), id: "a", options: JobOptions(executor: "gpu"))
    try await first.scheduler.add(Tick(), trigger: .every(.seconds(60)), id: "b")
    func waiting() async throws -> [JobID] {
      let nodes = try await second.scheduler.nodes()
      return try await second.scheduler.jobs().jobs
        .filter { $0.isWaitingForExecutor(among: nodes, at: second.now) }.map(\.id)
    }
    await second.advance(by: .seconds(10))
    #expect(try await waiting() == ["a"])
    try await second.expectNothingRan(of: "a")

    try await second.scheduler.addExecutor(AsyncExecutor(size: 1), as: "gpu")
    await second.advance(by: .seconds(15))
    try await second.expectRuns(of: "a", [.succeeded])
    #expect(try await waiting() == [])
    try await second.stop()
  }

  @Test("who waits for an executor is told by the sessions that are alive, serve the queue and say what they have")
  func sessions() throws {
    func session(_ executors: [String]?, queues: [String]? = nil, dead: Bool = false, until: Double = 60) -> Session {
      Session(
        epoch: Epoch(1),
        draft: SessionDraft(
          node: "n", host: "h", processID: 1, version: "1", queues: queues, executors: executors, running: 0,
          lifetime: .seconds(60)),
        openedAt: .at(0), renewedAt: .at(0), expiresAt: .at(until), isDead: dead)
    }
    func job(_ status: JobStatus = .active) -> JobSnapshot {
      let definition = JobDefinition(
        id: "a", incarnation: 1, createdAt: .at(0), payload: [], trigger: .at(.at(1)),
        profile: JobProfile(lane: Lane(queue: "q", jobName: "t", executor: "gpu"), policies: .default))
      return JobSnapshot(
        JobRecord(definition: definition, state: JobState(status: status, statusSince: .at(0), nextFire: .at(1))),
        store: "default")
    }
    func waits(_ nodes: Session...) -> Bool { job().isWaitingForExecutor(among: nodes, at: .at(10)) }
    #expect(waits(session(["default"])))
    #expect(waits(session(["default"]), session(["threads"])))
    #expect(waits(session(["default"]), session(["gpu"], dead: true)))
    #expect(waits(session(["default"]), session(["gpu"], until: 5)))
    #expect(waits(session(["default"]), session(["gpu"], queues: ["other"])))
    #expect(!waits(session(["default"]), session(["gpu"])))
    #expect(!waits(session(["default"]), session(nil)))
    #expect(!waits(session(["default"], queues: ["other"])))
    #expect(!waits())
    #expect(!job(.paused).isWaitingForExecutor(among: [session([])], at: .at(10)))
    #expect(!job(.finished).isWaitingForExecutor(among: [session([])], at: .at(10)))
  }
}
