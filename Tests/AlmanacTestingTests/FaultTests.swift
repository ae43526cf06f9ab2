import Almanac
import AlmanacTesting
import Testing

@Suite("Stores that fail, runs that are scripted", .timeLimit(.minutes(1)))
struct FaultTests {
  private func test(_ plan: FaultPlan) -> (TestScheduler, FaultyStore) {
    let clock = ManualClock()
    let store = FaultyStore(MemoryStore(clock: clock), plan: plan, clock: clock)
    let test = TestScheduler(store: store, clock: clock)
    test.register(Send.self) { (_, _) async throws -> Void in }
    return (test, store)
  }

  @Test("a claim that takes long makes a fire late, and time moves meanwhile")
  func slow() async throws {
    let (test, store) = self.test(.slow(1, of: .advance, by: .seconds(5)))
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(3)), id: "send")
      await test.advance(to: .at(4))
      try await test.expectNothingRan()
      await test.advance(to: .at(10))
      try await test.expectStarts(of: "send", at: [.at(5)])
    }
    #expect(store.calls(of: .advance) > 1)
    #expect(store.calls(of: .insert) == 1)
  }

  @Test("where every call is slow, everything is done all the same", arguments: [0.05, 1, 4])
  func slowStore(seconds: Double) async throws {
    let (test, _) = self.test(.slow(by: .seconds(seconds)))
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(3)), id: "send")
      await test.advance(to: .at(120))
      try await test.expectRuns(of: "send", [.succeeded])
    }
  }

  @Test("whichever call is lost, there or back, a fire runs once", arguments: FaultPlan.Fault.allCases)
  func lost(_ fault: FaultPlan.Fault) async throws {
    let methods: [StoreMethod] = [.openSession, .renewSession, .advance, .update, .earliestWake, .owners, .records]
    for method in methods {
      for number in 1...4 {
        let (test, _) = self.test(.call(number, of: method, fault))
        try await test.run {
          try await test.scheduler.add(Send(), trigger: .at(.at(3)), id: "send")
          await test.advance(to: .at(60))
          try await test.expectRuns(of: "send", [.succeeded])
        }
      }
    }
  }

  @Test("two plans are both followed, and what is said of one method concerns no other")
  func plans() {
    let plan = FaultPlan.call(2, of: .advance, .after).and(.every(.update, .before))
    #expect(plan.fault(onCall: 1, of: .advance) == nil)
    #expect(plan.fault(onCall: 2, of: .advance) == .after)
    #expect(plan.fault(onCall: 7, of: .update) == .before)
    #expect(plan.fault(onCall: 2, of: .fetch) == nil)
  }

  // MARK: Runs

  @Test("runs are written down, and end as the test says: at once, later, or by their own code")
  func scripts() async throws {
    let ran = Book<String>()
    let executor = RecordingExecutor()
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { send, _ in ran.write(send.to) }
    executor.plan("send", .end(.failed(Failure(type: "Timeout", message: "no answer"))), .hold)
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .every(.seconds(10)), id: "send")
      await test.advance(to: .at(25))
      try await test.expectRuns(of: "send", [.failed])
      #expect(executor.held.map(\.job) == ["send"])
      #expect(executor.complete("send", .succeeded))
      #expect(!executor.complete("send", .succeeded))
      await test.advance(to: .at(30))
      try await test.expectRuns(of: "send", [.failed, .succeeded, .succeeded])
      #expect(ran.values == ["oX1"])
      #expect(executor.assignments.map(\.token.claim) == [1, 2, 3])
      #expect(Set(executor.assignments.map(\.jobName)) == ["send"])
    }
  }

  @Test("a run that is held listens to being told to stop, one that hangs does not")
  func holding() async throws {
    let executor = RecordingExecutor(.hold)
    let test = TestScheduler(executors: ["default": executor])
    test.register(Send.self) { (_, _) async throws -> Void in }
    executor.plan("hangs", .hang)
    try await test.run {
      for id: JobID in ["holds", "hangs"] {
        try await test.scheduler.add(
          Send(), trigger: .at(.at(10)), id: id, policies: JobPolicies(timeout: .seconds(5)))
      }
      await test.advance(to: .at(20))
      try await test.expectRuns(of: "holds", [.timedOut])
      try await test.expectRuns(of: "hangs", [])
      #expect(Set(executor.cancelled.map(\.job)) == ["holds", "hangs"])
      #expect(executor.held.map(\.job) == ["hangs"])
      #expect(try await test.scheduler.job("hangs")?.runs.first?.claim?.cancelling == .timeout)
      executor.complete("hangs", .cancelled)
      await test.runUntilQuiet()
      try await test.expectRuns(of: "hangs", [.timedOut])
    }
  }
}
