import Almanac
import AlmanacTesting
import Testing

@Suite("The inline executor obeys every executor law", .timeLimit(.minutes(2)))
struct InlineExecutorConformance {
  static let harness = ExecutorHarness("inline", carriesTraces: carriesTraces) { InlineExecutor(size: $0) }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }
}
