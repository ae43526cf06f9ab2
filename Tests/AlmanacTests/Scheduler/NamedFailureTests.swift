import AlmanacTesting
import Testing

@testable import Almanac

@Suite("An error may say itself under which name the retry policy knows it")
struct NamedFailureTests {
  private struct Refused: NamedFailure {
    var failureName: String
  }

  @Test("the name stands in place of the type's, in the history and for the policy")
  func name() async throws {
    let world = TestWorld { _, context in throw Refused(failureName: context.attempt == 1 ? "busy" : "gone") }
    try await world.run {
      let retry = RetryPolicy(attempts: 5, backoff: .fixed(.seconds(1)), giveUpOn: ["gone"])
      try await world.scheduler.add(Tick(), trigger: .at(.at(1)), id: "a", policies: JobPolicies(retry: retry))
      await world.time.advance(to: .at(60))
      #expect(world.ran.map(\.attempt) == [1, 2])
      let types = try await world.scheduler.history(HistoryQuery(limit: 10)).rows.compactMap {
        if case .attempt(let end) = $0.entry { end.failure?.type } else { nil }
      }
      #expect(types.reversed() == ["busy", "gone"])
    }
  }

  @Test("of what a job throws to say what is to follow, the reason's name counts")
  func reasons() {
    let error = Refused(failureName: "busy")
    for thrown in [RetryAfter(.seconds(1), because: error), GiveUp(because: error), error] as [any Error] {
      guard case .failed(let failure, _) = RunOutcome(thrown: thrown).kind else {
        Issue.record("\(thrown) is no failure")
        continue
      }
      #expect(failure.type == "busy")
    }
  }
}
