import Almanac

/// One sentence of the contract of executors, and how it is checked.
public struct ExecutorLaw: Sendable, CustomStringConvertible {
  /// What a law is about.
  public enum Chapter: String, Sendable, CaseIterable {
    case places, ends, cancelling, telling, life, isolation
  }

  /// What a harness must promise for a law to apply.
  struct Requirement: Sendable {
    var words: String
    var isMet: @Sendable (ExecutorHarness) -> Bool

    static let isolatesCrashes = Requirement(words: "isolatesCrashes") { $0.isolatesCrashes }
    static let killsWhatHangs = Requirement(words: "killsWhatHangs") { $0.killsWhatHangs }
    static let toleratesBlocking = Requirement(words: "toleratesBlocking") { $0.toleratesBlocking }
    static let carriesTraces = Requirement(words: "carriesTraces") { $0.carriesTraces }
  }

  public let chapter: Chapter
  /// What is true of every executor.
  public let sentence: String
  /// What an executor that is not held to the law lacks; nil where the law holds for every executor.
  public var requires: String? { self.requirement?.words }
  let requirement: Requirement?
  private let body: @Sendable (ExecutorScene) async throws -> Void

  init(
    _ chapter: Chapter, _ sentence: String, requires requirement: Requirement? = nil,
    _ body: @escaping @Sendable (ExecutorScene) async throws -> Void
  ) {
    self.chapter = chapter
    self.sentence = sentence
    self.requirement = requirement
    self.body = body
  }

  public var description: String { "\(self.chapter.rawValue): \(self.sentence)" }

  /// Checks the law on executors of its own. With every law it is checked that each run was ended exactly once, and that nothing came after the end.
  ///
  /// - Throws: ``LawViolation`` where the executor breaks the law; whatever the executor throws where it should not.
  public func check(_ harness: ExecutorHarness) async throws {
    let scene = try ExecutorScene(harness)
    do {
      try await self.body(scene)
    } catch {
      // What was seen first is told, not what follows from it.
      try? await scene.end()
      throw error
    }
    try await scene.end()
  }

  // MARK: The book

  /// Every law.
  public static let all: [ExecutorLaw] = places + ends + cancelling + telling + life + isolation

  /// The laws that the executor promises to obey.
  public static func laws(for harness: ExecutorHarness) -> [ExecutorLaw] {
    self.all.filter { $0.requirement?.isMet(harness) ?? true }
  }

  /// The laws that the executor does not promise: shown, never passed over in silence.
  public static func unsupported(by harness: ExecutorHarness) -> [ExecutorLaw] {
    self.all.filter { !($0.requirement?.isMet(harness) ?? true) }
  }
}
