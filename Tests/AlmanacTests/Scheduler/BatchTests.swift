import Almanac
import AlmanacTesting
import Logging
import Synchronization
import Testing

/// What code throws that cannot do its work.
struct Broken: Error {}

@Suite("Batches")
struct BatchTests {
  private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func world(_ ids: [JobID], tags: Set<String> = ["t"]) async throws -> TestWorld {
    let world = TestWorld()
    for id in ids {
      try await world.scheduler.add(
        Tick(), trigger: .every(.seconds(10)), id: id, options: JobOptions(tags: tags))
    }
    return world
  }

  private func records(_ world: TestWorld) async throws -> [String: JobState] {
    let page = try await world.store.query(JobQuery(statuses: nil, limit: 1_000))
    return Dictionary(page.records.map { ($0.id.rawValue, $0.state) }) { first, _ in first }
  }

  @Test("a dry run tells what the same call then does, and writes nothing", arguments: 0..<8)
  func dryRun(_ number: Int) async throws {
    let changes: [BatchChange] = [
      .pause(note: "why"), .resume(), .remove, .runNow, .skipNext, .cancelRuns, .retryDead, .purgeDead,
    ]
    let change = changes[number]
    let world = try await self.world(["a", "b", "c", "d"])
    let scheduler = world.scheduler
    try await scheduler.pause("b")
    try await scheduler.runNow("c")
    _ = try await world.store.update(["d"]) { record in
      var next = record
      next.state.revision += 1
      next.state.dead = [DeadRun(fireTime: .at(1), attempt: 2, outcome: .failed, diedAt: .at(2))]
      return .commit(next, [])
    }
    let before = try await self.records(world)
    let plan = try await scheduler.changeAll(matching: JobQuery(tags: ["t"]), change, dryRun: true)
    #expect(plan.isDryRun)
    #expect(try await self.records(world) == before)
    #expect(plan.matched == 4)
    #expect(plan.changed > 0)
    let report = try await scheduler.changeAll(matching: JobQuery(tags: ["t"]), change)
    #expect(!report.isDryRun)
    #expect(report.jobs.map(\.id) == ["a", "b", "c", "d"])
    let after = try await self.records(world)
    for (planned, done) in zip(plan.jobs, report.jobs) {
      #expect(planned.id == done.id)
      switch (planned.outcome, done.outcome) {
      case (.changed(let would), .changed(let is_)):
        var state = would.record.state
        // The store takes the outbox to the history with the commit.
        state.outbox = []
        state.outboxDueAt = nil
        #expect(state == is_.record.state)
        #expect(is_.record.state == after[done.id.rawValue])
      case (.refused(let would), .refused(let is_)):
        #expect(would == is_)
        #expect(before[done.id.rawValue] == after[done.id.rawValue])
      default: Issue.record("planned \(planned.outcome), done \(done.outcome)")
      }
    }
  }

  @Test("only jobs that match are changed, and none that is refused")
  func filter() async throws {
    let world = try await self.world(["a", "b"])
    try await world.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: "other")
    try await world.scheduler.pause("b", note: "mine")
    let report = try await world.scheduler.changeAll(matching: JobQuery(tags: ["t"]), .pause(note: "all"))
    #expect(report.changed == 1)
    #expect(report.refused == 1)
    #expect(report.isComplete)
    guard case .refused(.already(.paused)) = report.jobs[1].outcome else {
      Issue.record("\(report.jobs[1])")
      return
    }
    #expect(try await world.scheduler.job("a")?.note == "all")
    #expect(try await world.scheduler.job("b")?.note == "mine")
    #expect(try await world.scheduler.job("other")?.status == .active)
    let due = JobQuery(nextFireFrom: .at(10), nextFireBefore: .at(10))
    #expect(try await world.scheduler.changeAll(matching: due, .remove).matched == 0)
    let named = JobQuery(jobNamePrefix: "ti", nextFireBefore: .at(10.1))
    #expect(try await world.scheduler.changeAll(matching: named, .skipNext, dryRun: true).changed == 3)
  }

  /// A scheduler on a store that takes batches of a few, and a gate before it.
  private func small(_ count: Int, maximumBatch: Int) async throws -> (GatedStore, Scheduler, MemoryStore) {
    let clock = ManualClock()
    let memory = MemoryStore(clock: clock, options: .init(maximumBatch: maximumBatch))
    let gated = GatedStore(memory)
    let scheduler = Scheduler(store: gated, clock: clock, logger: self.silent)
    for number in 0..<count {
      try await scheduler.add(Tick(), trigger: .every(.seconds(10)), id: JobID("job-\(number + 100)"))
    }
    return (gated, scheduler, memory)
  }

  @Test("more jobs than one step changes are refused as a whole, and changed page by page where that is asked for")
  func atomicity() async throws {
    let (store, scheduler, _) = try await self.small(7, maximumBatch: 3)
    for dryRun in [true, false] {
      let error = await #expect(throws: SchedulerError.self) {
        try await scheduler.changeAll(matching: JobQuery(), .pause(), dryRun: dryRun)
      }
      #expect(error?.code == .batchTooLarge)
      #expect(error?.message.hasPrefix("at least 4 jobs match, and this store changes at most 3 in one step") == true)
      #expect(error?.message.contains("narrower filter") == true)
    }
    #expect(store.calls("update") == 0)
    let report = try await scheduler.changeAll(matching: JobQuery(statuses: [.active]), .pause(), atomicity: .perPage)
    #expect(report.changed == 7)
    #expect(store.calls("update") == 3)
    #expect(try await scheduler.jobs(JobQuery(statuses: [.paused])).jobs.count == 7)
    let three = JobQuery(idPrefix: "job-10", nextFireFrom: .at(0), limit: 1, cursor: JobCursor(id: "z", nextFire: nil))
    _ = try await scheduler.changeAll(matching: JobQuery(idPrefix: "job-106"), .remove)
    #expect(try await scheduler.changeAll(matching: three, .resume(), atomicity: .perPage).changed == 6)
  }

  @Test("a job that does not match any more when it is changed is left alone and reported")
  func races() async throws {
    let (store, scheduler, memory) = try await self.small(3, maximumBatch: 10)
    let other = Scheduler(store: memory, clock: ManualClock(), logger: self.silent)
    store.before("update") {
      try await other.pause("job-100", note: "theirs")
      try await other.remove("job-101")
    }
    let report = try await scheduler.changeAll(matching: JobQuery(statuses: [.active]), .pause(note: "ours"))
    store.before("update", nil)
    #expect([report.changed, report.refused, report.noLongerMatching, report.matched] == [1, 0, 2, 3])
    #expect(try await scheduler.job("job-100")?.note == "theirs")
    #expect(try await scheduler.job("job-101")?.status == .removed)
    #expect(try await scheduler.job("job-102")?.note == "ours")
  }

  @Test("all jobs that match take what is said of them anew, and what cannot be is refused before anything is written")
  func modify() async throws {
    let (store, scheduler, memory) = try await self.small(4, maximumBatch: 10)
    let change: @Sendable (inout JobDraft) throws -> Void = { $0.tags.insert("new") }
    let plan = try await scheduler.modifyAll(matching: JobQuery(), dryRun: true, change)
    #expect(plan.changed == 4)
    #expect(try await scheduler.jobs(JobQuery(tags: ["new"])).jobs.isEmpty)
    #expect(store.calls("update") == 0)

    let calls = Mutex(0)
    await #expect(throws: SchedulerError.self) {
      try await scheduler.modifyAll(matching: JobQuery()) { draft in
        calls.withLock { $0 += 1 }
        if calls.withLock({ $0 }) == 3 { draft.policies.timeout = .seconds(-1) }
      }
    }
    #expect(store.calls("update") == 0)

    // Somebody else changes two of them in between: one still matches, and both changes are in it.
    let other = Scheduler(store: memory, clock: ManualClock(), logger: self.silent)
    let isFirst = Mutex(true)
    store.before("update") {
      guard isFirst.withLock({ $0 }) else { return }
      isFirst.withLock { $0 = false }
      try await other.modify("job-100") { $0.title = "theirs" }
      try await other.remove("job-101")
    }
    let report = try await scheduler.modifyAll(matching: JobQuery(), change)
    #expect([report.changed, report.noLongerMatching] == [3, 1])
    #expect(try await scheduler.job("job-100")?.title == "theirs")
    #expect(try await scheduler.job("job-100")?.tags == ["new"])
    #expect(try await scheduler.job("job-101")?.tags == [])
    #expect(try await scheduler.modifyAll(matching: JobQuery(), change).refused == 3)
  }

  /// A job whose values a batch changes.
  private struct Visit: JobPayload, Equatable {
    var place: String
    var count = 0
  }

  @Test("a batch reads the values of each job and changes them, and a value of another type is an error")
  func modifyValues() async throws {
    let world = TestWorld()
    for place in ["Oslo", "Rome"] {
      try await world.scheduler.add(Visit(place: place), trigger: .at(.at(100)), id: JobID(place))
    }
    let report = try await world.scheduler.modifyAll(matching: JobQuery()) { draft in
      var visit = try draft.payload(as: Visit.self)
      guard draft.id == "Rome" else { return }
      visit.count += 1
      try draft.setPayload(visit)
      #expect(try draft.payload(as: Visit.self) == visit)
    }
    #expect([report.changed, report.refused] == [1, 1])
    #expect(try await world.scheduler.job("Rome")?.payload(as: Visit.self) == Visit(place: "Rome", count: 1))
    #expect(try await world.scheduler.job("Oslo")?.payload(as: Visit.self) == Visit(place: "Oslo"))
    struct Other: JobPayload { var number: Int }
    let error = await #expect(throws: SchedulerError.self) {
      try await world.scheduler.modify("Rome") { _ = try $0.payload(as: Other.self) }
    }
    #expect(error?.code == .payloadNotDecodable)
    #expect(error?.job == "Rome")
  }

  @Test("dead fires of many jobs are tried again, and run")
  func retryDead() async throws {
    let isBroken = Mutex(true)
    let world = TestWorld { _, _ in if isBroken.withLock({ $0 }) { throw Broken() } }
    try await world.run {
      for id in ["a", "b"] as [JobID] { try await world.scheduler.add(Tick(), trigger: .at(.at(1)), id: id) }
      try await world.scheduler.add(Tick(), trigger: .at(.at(90)), id: "c")
      await world.time.advance(to: .at(5))
      isBroken.withLock { $0 = false }
      let dead = JobQuery(statuses: nil, hasDead: true)
      #expect(try await world.scheduler.jobs(dead).jobs.map(\.id) == ["a", "b"])
      let report = try await world.scheduler.changeAll(matching: dead, .retryDead)
      #expect(report.changed == 2)
      await world.time.advance(to: .at(6))
      #expect(try await world.scheduler.jobs(dead).jobs.isEmpty)
      #expect(try await world.scheduler.job("a")?.lastOutcome == .succeeded)
    }
  }

  @Test("a job keeps as many lines of history as it asks for, and as long", arguments: [true, false])
  func historyLimits(atomicHistory: Bool) async throws {
    let world = TestWorld(atomicHistory: atomicHistory)
    try await world.run {
      for (id, policies) in [
        ("few", JobPolicies(historyLimit: 3)), ("brief", JobPolicies(historyAge: .seconds(25))), ("all", .default),
      ] as [(JobID, JobPolicies)] {
        try await world.scheduler.add(Tick(), trigger: .every(.seconds(10)), id: id, policies: policies)
      }
      await world.time.advance(to: .at(205))
      // Whatever was there for a while is gone after a turn of housekeeping.
      try await world.scheduler.pause("few")
      try await world.scheduler.pause("brief")
      await world.time.advance(to: .at(215))
      func rows(_ job: JobID) async throws -> [Instant] {
        try await world.scheduler.history(HistoryQuery(job: job)).rows.map(\.at)
      }
      #expect(try await rows("few") == [.at(200), .at(190), .at(180)])
      #expect(try await rows("brief").allSatisfy { $0 > .at(185) })
      #expect(try await rows("all").count == 21)
    }
  }
}
