import Testing

@testable import Almanac

@Suite("Adding many jobs at once", .timeLimit(.minutes(1)))
struct AddingManyTests {
  private func job(_ id: JobID, _ policies: JobPolicies? = nil, _ options: JobOptions = JobOptions()) -> NewJob<Tick> {
    NewJob(Tick(), trigger: .at(.at(100)), id: id, policies: policies, options: options)
  }

  @Test("each has its own policies and options, whatever the one before said")
  func ownTerms() async throws {
    let world = TestWorld()
    let strict = JobPolicies(timeout: .seconds(5))
    let added = try await world.scheduler.add([
      self.job("a"), self.job("b"), self.job("c", strict), self.job("d", strict, JobOptions(tags: ["x"])),
      self.job("e", nil, JobOptions(correlationID: "one")), self.job("f", nil, JobOptions(correlationID: "two")),
      self.job("g"),
    ])
    let definitions = added.map(\.job.record.definition)
    #expect(definitions.map(\.profile.policies.timeout) == [nil, nil, .seconds(5), .seconds(5), nil, nil, nil])
    #expect(definitions.map(\.profile.tags) == [[], [], [], ["x"], [], [], []])
    #expect(definitions.map { $0.extras?.correlationID } == [nil, nil, nil, nil, "one", "two", nil])
    #expect(definitions[0].profile === definitions[6].profile)
    #expect(Set(definitions.map(\.incarnation)).count == 7)
  }

  @Test("one that cannot be is told by its id, whatever the one before said")
  func ownProblems() async throws {
    let world = TestWorld()
    let policies = await #expect(throws: SchedulerError.self) {
      try await world.scheduler.add([self.job("a"), self.job("b", JobPolicies(timeout: .zero))])
    }
    #expect(policies?.code == .invalidPolicy && policies?.job == "b")
    let executor = await #expect(throws: SchedulerError.self) {
      try await world.scheduler.add([self.job("a"), self.job("c", nil, JobOptions(executor: "none"))])
    }
    #expect(executor?.code == .unknownExecutor && executor?.job == "c")
    #expect(try await world.scheduler.jobs().jobs.isEmpty)
  }
}
