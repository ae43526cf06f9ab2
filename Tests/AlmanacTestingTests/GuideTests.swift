import Almanac
import AlmanacTesting
import Foundation
import Synchronization
import Testing

// The examples of docs/testing.md: what stands between `guide.show` and `guide.hide` is the page's, word by word.

// guide.show
struct Reminder: JobPayload {
  static let jobName = "reminder"
  var openID: String
}

struct MailboxFull: Error {}

/// What the jobs need, and a test replaces.
actor Mailbox {
  var letters: [String] = []
  var refusals = 0

  func refuse(_ count: Int) { self.refusals = count }

  func deliver(_ letter: String) throws {
    if self.refusals > 0 {
      self.refusals -= 1
      throw MailboxFull()
    }
    self.letters.append(letter)
  }
}
// guide.hide

@Suite("The guide to testing says what the kit does")
struct GuideTests {
  // guide.show
  @Test func aRefusedReminderIsSentAMinuteLater() async throws {
    let mailbox = Mailbox()
    let test = TestScheduler()
    test.register(Reminder.self) { reminder, context in
      try await mailbox.deliver("\(reminder.openID), attempt \(context.attempt)")
    }
    await mailbox.refuse(1)
    try await test.run {
      try await test.scheduler.add(
        Reminder(openID: "oX1"), trigger: .cron("0 9 * * *", in: "Asia/Shanghai"), id: "daily",
        policies: JobPolicies(retry: RetryPolicy(attempts: 3, backoff: .fixed(.seconds(60)))))

      let nine = try await test.advanceToNextFire(of: "daily")
      try await test.expectRuns(of: "daily", [.failed])
      await test.advance(by: .seconds(60))

      try await test.expectRuns(of: "daily", [.failed, .succeeded])
      try await test.expectStarts(of: "daily", at: [nine, nine + .seconds(60)])
      #expect(await mailbox.letters == ["oX1, attempt 2"])
      try await test.expectNextFire(of: "daily", at: nine + .seconds(86_400))
    }
  }
  // guide.hide

  // guide.show
  @Test func aReminderIsNotSentTwiceByACrash() async throws {
    let mailbox = Mailbox()
    let test = TestScheduler()
    test.register(Reminder.self) { [weak test] reminder, _ in
      try await mailbox.deliver(reminder.openID)
      test?.crash()  // the letter is out, and nobody hears of it
    }
    try await test.run {
      try await test.scheduler.add(
        Reminder(openID: "oX1"), trigger: .every(.seconds(3_600)), id: "hourly",
        policies: JobPolicies(onCrash: .abandon))
      await test.advance(by: .seconds(3_600))

      try await test.start()  // a new process, with the same jobs registered
      await test.advance(by: .seconds(60))

      try await test.expectRuns(of: "hourly", [.unknown])
      #expect(await mailbox.letters == ["oX1"])
    }
  }
  // guide.hide

  // guide.show
  @Test func aSecondServerTakesOver() async throws {
    let first = TestScheduler()
    let second = TestScheduler(beside: first, node: "second")
    for test in [first, second] {
      test.register(Reminder.self) { [weak test] _, _ in
        try await test?.sleep(for: .seconds(90))  // work that takes virtual time
      }
    }
    try await first.start()
    try await second.start()
    second.scheduler.pause()
    try await first.scheduler.add(Reminder(openID: "oX1"), trigger: .at(first.now), id: "once")
    await first.advance(by: .seconds(10))
    first.crash()
    second.scheduler.resume()
    await second.advance(by: .seconds(300))

    try await second.expectRuns(of: "once", [.crashed, .succeeded])
    #expect(try await second.attempts(of: "once").map(\.node) == ["test", "second"])
    try await first.stop()
    try await second.stop()
  }
  // guide.hide

  // guide.show
  @Test func aRunThatHangsIsToldToStop() async throws {
    let executor = RecordingExecutor(.end(.succeeded))
    let test = TestScheduler(executors: ["default": executor])
    test.register(Reminder.self) { _, _ in }  // never called: the executor ends the runs
    executor.plan("slow", .hold)
    try await test.run {
      try await test.scheduler.add(
        Reminder(openID: "oX1"), trigger: .at(test.now), id: "slow",
        policies: JobPolicies(retry: RetryPolicy(attempts: 2), timeout: .seconds(30)))
      await test.advance(by: .seconds(60))

      try await test.expectRuns(of: "slow", [.timedOut, .succeeded])
      #expect(executor.cancelled.map(\.job) == ["slow"])
      #expect(executor.assignments.count == 2)
    }
  }
  // guide.hide

  // guide.show
  @Test func aClaimWhoseAnswerIsLostRunsOnce() async throws {
    let clock = ManualClock()
    let plan = FaultPlan.call(2, of: .advance, .after)  // committed, and nobody is told
      .and(.slow(3, of: .advance, by: .seconds(2)))  // and the next one takes its time
    let store = FaultyStore(MemoryStore(clock: clock), plan: plan, clock: clock)
    let mailbox = Mailbox()
    let test = TestScheduler(store: store, clock: clock)
    test.register(Reminder.self) { reminder, _ in try await mailbox.deliver(reminder.openID) }
    try await test.run {
      try await test.scheduler.add(
        Reminder(openID: "oX1"), trigger: .at(test.now + .seconds(5)), id: "once")
      await test.advance(by: .seconds(60))
      try await test.expectRuns(of: "once", [.succeeded])
      #expect(await mailbox.letters == ["oX1"])
    }
  }
  // guide.hide

  @Test("each of its examples is one that runs here")
  func examples() throws {
    func text(_ path: String) throws -> String {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
    func code(_ block: String) -> [String] {
      block.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    let shown = try text("Tests/AlmanacTestingTests/GuideTests.swift").components(separatedBy: "// guide" + ".show\n")
      .dropFirst().map { $0.components(separatedBy: "// guide" + ".hide")[0] }.map(code)
    let blocks = try text("docs/testing.md").components(separatedBy: "```swift\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }.map(code)
    #expect(shown.count == 8)
    #expect(blocks == shown)
  }
}

// guide.show
final class PlainExecutor: JobExecutor {
  private struct State {
    var running = 0
    var isReady = false
  }

  let size: Int
  private let state = Mutex(State())

  init(size: Int) { self.size = max(size, 1) }

  func start() async throws { self.state.withLock { $0.isReady = true } }

  func execute(_ runs: [RunAssignment]) {
    for run in runs {
      let hasPlace = self.state.withLock { state -> Bool in
        guard state.isReady, state.running < self.size else { return false }
        state.running += 1
        return true
      }
      guard hasPlace else {
        run.refuse("no place is free")
        continue
      }
      let task = Task {
        let outcome = await run.perform()
        self.state.withLock { $0.running -= 1 }  // first: who hears of the end may send the next run at once
        run.finish(outcome)
      }
      run.onCancel { task.cancel() }
    }
  }

  func stop() async { self.state.withLock { $0.isReady = false } }
}
// guide.hide

// guide.show
@Suite("The plain executor obeys every executor law")
struct PlainExecutorConformance {
  static let harness = ExecutorHarness("plain") { PlainExecutor(size: $0) }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }
}
// guide.hide
