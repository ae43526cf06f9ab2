import Almanac

/// One sentence of the contract of stores, and how it is checked.
public struct StoreLaw: Sendable, CustomStringConvertible {
  /// What a law is about: a verb of the contract, or a promise that holds for all of them.
  public enum Chapter: String, Sendable, CaseIterable {
    case preparing, sessions, inserting, fetching, querying, updating, advancing, waking, owning, changes, history
    case isolation, fidelity, durability, lostAnswers, concurrency
  }

  /// What a store must declare, or a harness bring, for a law to apply.
  struct Requirement: Sendable {
    var words: String
    var isMet: @Sendable (StoreHarness) -> Bool

    static let durable = Requirement(words: "durable") { $0.capabilities.durable }
    static let notifies = Requirement(words: "notifies") { $0.capabilities.notifies }
    static let atomicBatch = Requirement(words: "atomicBatch") { $0.capabilities.atomicBatch }
    static let connections = Requirement(words: "seesConnections") { $0.capabilities.seesConnections }
    static let spoil = Requirement(words: "a harness that can spoil a record") { $0.spoil != nil }
    static let clock = Requirement(words: "a clock that the harness can turn") { $0.clock != nil }
  }

  public let chapter: Chapter
  /// What is true of every store.
  public let sentence: String
  /// What a store that is not held to the law lacks; nil where the law holds for every store.
  public var requires: String? { self.requirement?.words }
  let requirement: Requirement?
  private let body: @Sendable (LawScene) async throws -> Void

  init(
    _ chapter: Chapter, _ sentence: String, requires requirement: Requirement? = nil,
    _ body: @escaping @Sendable (LawScene) async throws -> Void
  ) {
    self.chapter = chapter
    self.sentence = sentence
    self.requirement = requirement
    self.body = body
  }

  public var description: String { "\(self.chapter.rawValue): \(self.sentence)" }

  /// Checks the law on a fresh namespace of the store.
  ///
  /// - Throws: ``LawViolation`` where the store breaks the law; whatever the store throws where it should not.
  public func check(_ harness: StoreHarness) async throws {
    let scene = LawScene(harness)
    do {
      try await self.body(scene)
    } catch {
      await scene.end()
      throw error
    }
    await scene.end()
  }

  // MARK: The book

  /// Every law.
  public static let all: [StoreLaw] =
    preparing + sessions + connections + inserting + fetching + querying + updating + advancing + merging + waking
    + owning + changes
    + history + isolation + fidelity + durability + lostAnswers + concurrency

  /// The laws that the store declares to obey.
  public static func laws(for harness: StoreHarness) -> [StoreLaw] {
    self.all.filter { $0.requirement?.isMet(harness) ?? true }
  }

  /// The laws that the store, or its harness, does not promise: shown, never passed over in silence.
  public static func unsupported(by harness: StoreHarness) -> [StoreLaw] {
    self.all.filter { !($0.requirement?.isMet(harness) ?? true) }
  }
}
