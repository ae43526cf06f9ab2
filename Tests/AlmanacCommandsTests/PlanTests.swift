#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("A plan changes what the file says differently, and nothing else")
struct PlanTests {
  private static let now = instant("2026-06-01T12:00:00Z")
  private static let yaml = """
    name: p
    jobs:
      a: {shell: date, every: 10s, tags: [x]}
      b: {http: "http://localhost/", cron: "0 4 * * *", zone: Europe/Berlin}
    """

  private func record(
    _ job: JobDeclaration, status: JobStatus = .active, creator: String? = "file:p", anchoredAt: Instant = now
  ) throws -> JobRecord {
    let encoder = JSONEncoder()
    let payload: [UInt8] =
      switch job.work {
      case .command(let work): [UInt8](try encoder.encode(work))
      case .http(let work): [UInt8](try encoder.encode(work))
      }
    let definition = JobDefinition(
      id: job.id, incarnation: 1, createdAt: anchoredAt, payload: payload,
      trigger: job.trigger.anchored(at: anchoredAt),
      profile: JobProfile(
        lane: Lane(queue: job.queue, jobName: job.work.jobName, executor: job.executor, priority: job.priority),
        policies: job.policies, tags: Array(job.tags), title: job.title, creator: creator,
        redactedFields: job.work.redactedFields))
    return JobRecord(definition: definition, state: JobState(status: status, statusSince: anchoredAt, nextFire: nil))
  }

  private func actions(_ file: ConfigFile, _ existing: [JobRecord], now: Instant = now) -> [String] {
    Plan(file.jobs, creator: file.creator, existing: existing, now: now).steps.map { "\($0.id) \($0.action.rawValue)" }
  }

  @Test("in an empty store everything is added")
  func empty() throws {
    #expect(self.actions(try read(Self.yaml), []) == ["a added", "b added"])
  }

  @Test("what is there already is unchanged, whenever its interval was anchored")
  func unchanged() throws {
    let file = try read(Self.yaml)
    let records = try file.jobs.map { try self.record($0, anchoredAt: instant("2025-01-01T00:00:00Z")) }
    #expect(self.actions(file, records) == ["a unchanged", "b unchanged"])
  }

  @Test(
    "whatever the file says differently is a change",
    arguments: [
      "{shell: date, every: 11s, tags: [x]}", "{shell: date -u, every: 10s, tags: [x]}", "{shell: date, every: 10s}",
      "{shell: date, every: 10s, tags: [x], title: t}", "{shell: date, every: 10s, tags: [x], queue: q}",
      "{shell: date, every: 10s, tags: [x], priority: high}", "{shell: date, every: 10s, tags: [x], timeout: 1s}",
      "{http: 'http://x', every: 10s, tags: [x]}", "{shell: date, every: 10s, tags: [x], environment: {A: b}}",
      "{shell: date, cron: '* * * * *', tags: [x]}",
    ])
  func changed(_ job: String) throws {
    let before = try read(Self.yaml)
    let after = try read("name: p\njobs:\n  a: \(job)\n")
    #expect(self.actions(after, [try self.record(before.jobs[0])]) == ["a changed"])
  }

  @Test("what is gone from the file is removed, once")
  func removed() throws {
    let file = try read(Self.yaml)
    let records = [
      try self.record(file.jobs[0]), try self.record(file.jobs[1]),
    ]
    let smaller = try read("name: p\njobs: {}\n")
    #expect(self.actions(smaller, records) == ["a removed", "b removed"])
    #expect(self.actions(smaller, [try self.record(file.jobs[0], status: .removed)]) == [])
    #expect(self.actions(smaller, [try self.record(file.jobs[0], status: .finished)]) == [])
  }

  @Test("jobs of others are left alone, even under an id of the file")
  func others() throws {
    let file = try read(Self.yaml)
    let foreign = try self.record(file.jobs[0], creator: nil)
    let otherFile = try self.record(file.jobs[1], creator: "file:q")
    #expect(self.actions(file, [foreign, otherFile]) == ["a conflict", "b conflict"])
    #expect(self.actions(try read("name: p\njobs: {}"), [foreign, otherFile]) == [])
  }

  @Test("every status of a stored job is answered", arguments: JobStatus.allCases)
  func statuses(_ status: JobStatus) throws {
    let file = try read("name: p\njobs:\n  a: {shell: date, every: 10s}\n")
    let expected =
      switch status {
      case .active, .paused, .finished: "a unchanged"
      case .removed: "a added"
      case .quarantined: "a changed"
      }
    #expect(self.actions(file, [try self.record(file.jobs[0], status: status)]) == [expected])
  }

  @Test("a single time runs once: not again after it ran, and not when nobody can tell any more")
  func once() throws {
    let file = try read("name: p\njobs:\n  a: {shell: date, at: 2026-06-01T11:00:00Z, retention: 1d}\n")
    #expect(self.actions(file, []) == ["a added"])
    #expect(self.actions(file, [try self.record(file.jobs[0], status: .finished)]) == ["a unchanged"])
    #expect(self.actions(file, [], now: instant("2026-06-03T00:00:00Z")) == ["a expired"])
    let later = try read("name: p\njobs:\n  a: {shell: date, at: 2026-06-09T11:00:00Z, retention: 1d}\n")
    #expect(self.actions(later, [try self.record(file.jobs[0], status: .finished)]) == ["a added"])
  }

  @Test("the summary counts each kind")
  func summary() throws {
    let file = try read(Self.yaml)
    let plan = Plan(file.jobs, creator: "file:p", existing: [try self.record(file.jobs[0])], now: Self.now)
    #expect(plan.summary == "1 added, 1 unchanged")
    #expect(Plan([], creator: "file:p", existing: [], now: Self.now).summary == "no jobs")
  }

  // MARK: Carried out

  private func apply(_ yaml: String, _ scheduler: Scheduler) async throws -> Plan {
    try await PlanApplication(scheduler: scheduler, file: try read(yaml)).apply(now: SystemClock().now())
  }

  @Test("applied again, a file changes nothing and every job keeps its next fire")
  func again() async throws {
    let scheduler = Scheduler(store: MemoryStore())
    #expect(try await self.apply(Self.yaml, scheduler).summary == "2 added")
    let before = try await scheduler.job("a")
    #expect(try await self.apply(Self.yaml, scheduler).summary == "2 unchanged")
    let after = try await scheduler.job("a")
    #expect(before?.nextFireTime == after?.nextFireTime)
    #expect(before?.record.revision == after?.record.revision)
  }

  @Test("a changed payload keeps the next fire, a changed trigger computes it anew, a missing job is removed")
  func change() async throws {
    let scheduler = Scheduler(store: MemoryStore())
    _ = try await self.apply(Self.yaml, scheduler)
    let before = try await scheduler.job("a")
    let plan = try await self.apply("name: p\njobs:\n  a: {shell: date -u, every: 10s, tags: [x]}\n", scheduler)
    #expect(plan.steps.map(\.action) == [.changed, .removed])
    #expect(try await scheduler.job("a")?.nextFireTime == before?.nextFireTime)
    #expect(try await scheduler.job("b")?.status == .removed)
    #expect(try await self.apply(Self.yaml, scheduler).steps.map(\.action) == [.changed, .added])
  }

  @Test("the file pauses and resumes its own pauses, and leaves people's alone")
  func pauses() async throws {
    let scheduler = Scheduler(store: MemoryStore())
    let active = "name: p\njobs:\n  a: {shell: date, every: 10s}\n"
    let paused = "name: p\njobs:\n  a: {shell: date, every: 10s, paused: true}\n"
    _ = try await self.apply(active, scheduler)
    _ = try await self.apply(paused, scheduler)
    #expect(try await scheduler.job("a")?.status == .paused)
    _ = try await self.apply(active, scheduler)
    #expect(try await scheduler.job("a")?.status == .active)
    try await scheduler.pause("a", note: "by me")
    _ = try await self.apply(active, scheduler)
    #expect(try await scheduler.job("a")?.status == .paused)
  }

  @Test("a job of somebody else under an id of the file is not touched")
  func conflict() async throws {
    let scheduler = Scheduler(store: MemoryStore())
    try await scheduler.add(CommandJob(shell: "true"), trigger: try .every(.seconds(5)), id: "a")
    let plan = try await self.apply(Self.yaml, scheduler)
    #expect(plan.steps.map(\.action) == [.conflict, .added])
    #expect(try await scheduler.job("a")?.creator == nil)
  }
}
#endif
