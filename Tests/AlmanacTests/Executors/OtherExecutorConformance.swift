import Almanac
import AlmanacTesting
import Dispatch
import Testing

@Suite("Threads obey every executor law", .timeLimit(.minutes(2)))
struct ThreadExecutorConformance {
  static let harness = ExecutorHarness("threads", toleratesBlocking: true, carriesTraces: carriesTraces) {
    ThreadExecutor(size: $0)
  }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }

  @Test("what they do not promise is shown")
  func unsupported() {
    #expect(
      ExecutorLaw.unsupported(by: Self.harness).compactMap(\.requires) == ["killsWhatHangs", "isolatesCrashes"])
  }
}

@Suite("The executor on the main actor obeys every executor law", .timeLimit(.minutes(2)))
struct MainActorExecutorConformance {
  static let harness = ExecutorHarness("main actor", carriesTraces: carriesTraces) { MainActorExecutor(size: $0) }

  @Test(arguments: ExecutorLaw.laws(for: harness))
  func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }
}

@Suite("The executor on a dispatch queue obeys every executor law", .timeLimit(.minutes(2)))
struct DispatchQueueExecutorConformance {
  static let serial = ExecutorHarness("serial queue", carriesTraces: carriesTraces) {
    DispatchQueueExecutor(DispatchQueue(label: "laws"), size: $0)
  }
  static let concurrent = ExecutorHarness("concurrent queue", carriesTraces: carriesTraces) {
    DispatchQueueExecutor(DispatchQueue(label: "laws", attributes: .concurrent), size: $0)
  }

  @Test("on a serial queue", arguments: ExecutorLaw.laws(for: serial))
  func obeysOnSerial(_ law: ExecutorLaw) async throws { try await law.check(Self.serial) }

  @Test("on a concurrent queue", arguments: ExecutorLaw.laws(for: concurrent))
  func obeysOnConcurrent(_ law: ExecutorLaw) async throws { try await law.check(Self.concurrent) }
}
