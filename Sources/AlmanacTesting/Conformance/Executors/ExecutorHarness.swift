import Almanac

/// What the conformance suite has to know of an executor: how one is made, and what it promises beyond the contract.
///
/// This is the whole test file of an executor, with Swift Testing; any other library that can run a throwing function does as well:
///
/// ```swift
/// @Suite("The GPU executor obeys every executor law")
/// struct GPUExecutorConformance {
///   static let harness = ExecutorHarness("gpu", toleratesBlocking: true) { GPUExecutor(size: $0) }
///   @Test(arguments: ExecutorLaw.laws(for: harness))
///   func obeys(_ law: ExecutorLaw) async throws { try await law.check(Self.harness) }
/// }
/// ```
///
/// What an executor does not promise is not passed over in silence: compare ``ExecutorLaw/unsupported(by:)`` with a list.
public struct ExecutorHarness: Sendable {
  /// The executor's name, for people.
  public var name: String
  /// Code that traps or exits ends its own run and nothing else.
  public var isolatesCrashes: Bool
  /// A run that was told to stop and goes on is killed after a while of the executor's choice, shorter than the ``patience``.
  public var killsWhatHangs: Bool
  /// Code that blocks its thread holds up no other run, and nothing else of the program.
  public var toleratesBlocking: Bool
  /// Every process in which runs are executed has called ``ExecutorLawJobs/carryTraces()``.
  public var carriesTraces: Bool
  /// The largest size that the executor can be asked for. Laws ask for up to eight.
  public var maximumSize: Int
  /// How long the laws wait for a fact before it counts as never coming: by default far longer than any of them takes, so that a busy machine is no
  /// breach.
  public var patience: Duration
  /// Makes an executor of the given size, which may be zero or less. Called several times by some laws. The suite starts and stops what it makes.
  public var makeExecutor: @Sendable (_ size: Int) async throws -> any JobExecutor

  public init(
    _ name: String, isolatesCrashes: Bool = false, killsWhatHangs: Bool = false, toleratesBlocking: Bool = false,
    carriesTraces: Bool = false, maximumSize: Int = .max, patience: Duration = .seconds(30),
    makeExecutor: @escaping @Sendable (_ size: Int) async throws -> any JobExecutor
  ) {
    self.name = name
    self.isolatesCrashes = isolatesCrashes
    self.killsWhatHangs = killsWhatHangs
    self.toleratesBlocking = toleratesBlocking
    self.carriesTraces = carriesTraces
    self.maximumSize = max(maximumSize, 1)
    self.patience = patience
    self.makeExecutor = makeExecutor
  }
}
