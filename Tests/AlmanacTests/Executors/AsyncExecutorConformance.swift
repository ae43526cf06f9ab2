import Almanac
import AlmanacTesting
import Testing

@Suite("The executor of Swift concurrency obeys every executor law", .timeLimit(.minutes(2)))
struct AsyncExecutorConformance {
  static let harness = ExecutorHarness("async", carriesTraces: carriesTraces) { AsyncExecutor(size: $0) }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }

  @Test("what it does not promise is shown")
  func unsupported() {
    #expect(
      ExecutorLaw.unsupported(by: Self.harness).compactMap(\.requires) == [
        "killsWhatHangs", "toleratesBlocking", "isolatesCrashes",
      ])
  }
}

/// True once the laws' traces are carried in this process, for every harness of these tests.
let carriesTraces: Bool = {
  ExecutorLawJobs.carryTraces()
  return true
}()
