import Almanac
import AlmanacTesting
import Testing

@Suite("The recording executor obeys every executor law", .timeLimit(.minutes(2)))
struct RecordingExecutorConformance {
  static let harness = ExecutorHarness("recording", carriesTraces: carriesTraces) {
    RecordingExecutor(.perform, size: $0)
  }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }
}
