import Almanac
import AlmanacTesting
import Testing

@Suite("The executor laws catch executors that break them", .timeLimit(.minutes(2)))
struct ExecutorLawTests {
  @Test("an executor with one thing wrong breaks at least one law", arguments: ExecutorMutation.allCases)
  func mutants(_ mutation: ExecutorMutation) async {
    #expect(await self.lawBroken(by: mutation, patience: .seconds(1)) != nil, "\(mutation) went unnoticed")
  }

  @Test("the same executor with nothing wrong breaks none")
  func control() async {
    #expect(await self.lawBroken(by: nil, patience: .seconds(30)) == nil)
  }

  /// The first law that is broken, and how.
  private func lawBroken(by mutation: ExecutorMutation?, patience: Duration) async -> String? {
    let harness = ExecutorHarness(
      "mutant", killsWhatHangs: mutation == .cannotKill, toleratesBlocking: mutation == .cannotTakeBlocking,
      carriesTraces: carriesTraces, patience: patience
    ) { MutantExecutor(size: $0, mutation) }
    for law in ExecutorLaw.laws(for: harness) {
      do { try await law.check(harness) } catch { return "\(law): \(error)" }
    }
    return nil
  }

  /// For each law an executor that breaks it, by how its sentence begins.
  private static let breakers: [(sentence: String, mutation: ExecutorMutation)] = [
    ("the size is", .isLargerThanAskedFor),
    ("as many runs as there are places go at once, handed over in one", .losesARun),
    ("as many runs as there are places go at once, handed over one", .refusesWithinItsSize),
    ("one more run", .queuesBeyondItsSize),
    ("of a batch that is too large", .refusesTheWholeBatch),
    ("who hears of an end", .freesThePlaceAfterTheReport),
    ("who hears that a run was stopped", .freesThePlaceAfterTheReport),
    ("no place is lost", .losesThePlaceOfAFailure),
    ("each of a thousand", .runsTheCodeTwice),
    ("handing runs over", .waitsForTheCode),
    ("what the code returns", .forgetsResults),
    ("values of 256 KiB", .cutsResults),
    ("what the code throws", .forgetsTypesOfErrors),
    ("what the code asks for", .forgetsAdvice),
    ("code that ends as if", .takesCancellationErrorsForCancelled),
    ("values that cannot be read", .swallowsUnreadableValues),
    ("where the values are", .swallowsUnreadableValues),
    ("a job that is not known", .forgetsNamesOfJobs),
    ("a run that is told to stop while", .forgetsCancellation),
    ("a run that was told to stop before", .forgetsEarlyCancellation),
    ("a run that is told to stop at any", .reportsTwice),
    ("telling a run to stop that has ended", .reportsProgressAfterTheEnd),
    ("a run that was told to stop and goes on keeps", .freesThePlaceWhenToldToStop),
    ("a run that was told to stop and goes on is killed", .cannotKill),
    ("a run knows that", .ownsForever),
    ("what a run logs", .logsBackwards),
    ("progress arrives", .dropsProgress),
    ("what a run is told", .roundsTimes),
    ("a run goes on in the trace", .losesTraces),
    ("a run that is handed over after", .runsAfterStop),
    ("an executor that was stopped", .doesNotStartAgain),
    ("starting an executor", .countsAnewWhenStarted),
    ("stopping an executor", .doesNotStartAgain),
    ("stopping takes bounded time, and", .forgetsCancellation),
    ("stopping takes bounded time though", .waitsForDeafRuns),
    ("code that blocks", .cannotTakeBlocking),
  ]

  // What traps would take this process with it.
  @Test("each law can be broken", arguments: ExecutorLaw.all.filter { $0.requires != "isolatesCrashes" })
  func canFail(_ law: ExecutorLaw) async throws {
    let breaker = try #require(
      Self.breakers.first { law.sentence.hasPrefix($0.sentence) }, "nobody breaks \"\(law.sentence)\"")
    let harness = ExecutorHarness("mutant", patience: .seconds(1)) { MutantExecutor(size: $0, breaker.mutation) }
    _ = carriesTraces
    await #expect(throws: LawViolation.self) { try await law.check(harness) }
  }

  @Test("a law that is broken says what was expected, what was seen, and where")
  func message() async throws {
    let harness = ExecutorHarness("mutant", patience: .seconds(1)) { MutantExecutor(size: $0, .isLargerThanAskedFor) }
    let law = try #require(ExecutorLaw.all.first { $0.description.contains("the size is what was asked for") })
    let violation = await #expect(throws: LawViolation.self) { try await law.check(harness) }
    let words = try #require(violation).description
    #expect(words.contains("the size: expected 1, saw 2"))
    #expect(words.contains("ExecutorLaw+Places.swift"))
  }

  @Test("an executor that has a limit is asked for no more")
  func limited() async throws {
    let harness = ExecutorHarness("one", maximumSize: 1) { AsyncExecutor(size: min($0, 1)) }
    for law in ExecutorLaw.laws(for: harness) where law.chapter == .places || law.chapter == .life {
      try await law.check(harness)
    }
  }

  @Test("no two laws have the same words, and each chapter has some")
  func words() {
    #expect(Set(ExecutorLaw.all.map(\.description)).count == ExecutorLaw.all.count)
    #expect(Set(ExecutorLaw.all.map(\.chapter)).count == ExecutorLaw.Chapter.allCases.count)
  }
}
