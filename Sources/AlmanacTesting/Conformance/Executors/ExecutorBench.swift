import Almanac
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes runs that a test hands to an executor itself, without a scheduler and without a store.
///
/// ```swift
/// let bench = ExecutorBench { $0.register(Reminder.self) { reminder, _ in reminder.openID } }
/// let run = try bench.run(Reminder(openID: "oX1"))
/// executor.execute([run.assignment])
/// let end = try await run.end(within: .seconds(10))
/// ```
public final class ExecutorBench: Sendable {
  /// The jobs that can be run in this process.
  public let jobs = JobRegistry()
  private let count = Atomic<Int64>(0)

  /// - Parameter register: makes jobs known.
  public init(registering register: (JobRegistry) throws -> Void) rethrows {
    try register(self.jobs)
  }

  /// A run with the given values.
  ///
  /// - Parameter change: makes of the request what the test needs.
  /// - Throws: `EncodingError` where the values cannot be encoded.
  public func run<Values: JobPayload>(
    _ values: Values, _ change: (inout RunRequest) -> Void = { _ in }
  ) throws -> TestRun {
    let number = self.count.add(1, ordering: .relaxed).newValue
    let start = Instant(microsecondsSinceEpoch: 1_893_456_000_000_000)
    let definition = JobDefinition(
      id: JobID("bench-\(number)"), incarnation: number, createdAt: start,
      payload: [UInt8](try JSONEncoder().encode(values)),
      trigger: .at(start), profile: JobProfile(lane: Lane(jobName: Values.jobName)))
    let order = StartOrder(
      token: FencingToken(incarnation: number, claim: 1), fireTime: start, origin: .trigger, attempt: 1,
      startedAt: start,
      timeoutAt: nil)
    var request = RunRequest(definition, order, store: "bench")
    change(&request)
    return TestRun(request, jobs: self.jobs)
  }
}
