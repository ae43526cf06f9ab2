import Almanac
import Synchronization

/// What the conformance suite has to know of a store: how a client of it is made, and what it declares.
///
/// This is the whole test file of a store, with Swift Testing; any other library that can run a throwing function does as well:
///
/// ```swift
/// @Suite("The quartz store obeys every store law")
/// struct QuartzStoreConformance {
///   static let harness = StoreHarness("quartz", capabilities: QuartzStore.capabilities) { namespace in
///     try await QuartzStore(path: path, namespace: namespace)
///   }
///   @Test(arguments: StoreLaw.laws(for: harness))
///   func obeys(_ law: StoreLaw) async throws { try await law.check(Self.harness) }
/// }
/// ```
///
/// What a store cannot do by its own declaration is not passed over in silence: compare ``StoreLaw/unsupported(by:)`` with a list.
public struct StoreHarness: Sendable {
  /// The store's name, for people.
  public var name: String
  /// What the store declares. A law checks that each client says the same.
  public var capabilities: StoreCapabilities
  /// Makes a client that sees the jobs of a namespace. Called with the same namespace again, it makes a second client of the same data.
  /// The suite calls `prepare()`.
  public var makeClient: @Sendable (_ namespace: String) async throws -> any JobStore
  /// The clock that the store takes its time from, where a test can turn it; nil where the store's time is its own affair.
  public var clock: ManualClock?
  /// Takes away a client as the death of its process would, without closing it. By default the client is let go of.
  public var kill: @Sendable (_ client: any JobStore) async throws -> Void
  /// Makes the stored record of an id unreadable, as damage or a stranger would; nil where the suite cannot.
  public var spoil: (@Sendable (_ client: any JobStore, _ id: JobID) async throws -> Void)?
  /// How long a notification may take before it counts as lost: by default far longer than the second that is promised, so that a busy
  /// machine is no breach.
  public var patience: Duration
  /// Deletes what a namespace left behind, after each law.
  public var discard: @Sendable (_ namespace: String) async throws -> Void

  public init(
    _ name: String, capabilities: StoreCapabilities, clock: ManualClock? = nil, patience: Duration = .seconds(20),
    kill: @escaping @Sendable (_ client: any JobStore) async throws -> Void = { _ in },
    spoil: (@Sendable (_ client: any JobStore, _ id: JobID) async throws -> Void)? = nil,
    discard: @escaping @Sendable (_ namespace: String) async throws -> Void = { _ in },
    makeClient: @escaping @Sendable (_ namespace: String) async throws -> any JobStore
  ) {
    self.name = name
    self.capabilities = capabilities
    self.clock = clock
    self.patience = patience
    self.kill = kill
    self.spoil = spoil
    self.discard = discard
    self.makeClient = makeClient
  }

  /// The same store seen through a wrapper: to hold an instrumented, or a broken, store to the laws.
  public func wrapped(_ wrap: @escaping @Sendable (any JobStore) -> any JobStore) -> StoreHarness {
    var copy = self
    let make = self.makeClient
    copy.makeClient = { namespace in wrap(try await make(namespace)) }
    return copy
  }

  /// A namespace that nobody has used: letters, digits and a hyphen, short enough for any store.
  func freshNamespace() -> String {
    "law-\(JobID.unique().rawValue.prefix(12))"
  }
}
