#if Processes
import Almanac
import AlmanacProcesses
import AlmanacTesting
import Testing

@Suite("Worker processes obey every executor law", .timeLimit(.minutes(2)))
struct ProcessExecutorConformance {
  static let harness = ExecutorHarness(
    "processes", isolatesCrashes: true, killsWhatHangs: true, toleratesBlocking: true, carriesTraces: carriesTraces
  ) { size in
    ProcessExecutor(size: size, configuration: .fixture { $0.cancelGrace = .seconds(1) })
  }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }

  @Test("there is nothing that they do not promise")
  func unsupported() {
    #expect(ExecutorLaw.unsupported(by: Self.harness).isEmpty)
  }
}

/// True once the laws' traces are carried in this process; the fixture's workers carry them too.
private let carriesTraces: Bool = {
  ExecutorLawJobs.carryTraces()
  return true
}()
#endif
