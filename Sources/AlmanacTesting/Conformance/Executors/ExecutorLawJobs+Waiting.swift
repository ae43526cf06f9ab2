import Almanac

// Jobs that go on until they are let go. None of them outlives its law for long, whatever an executor does.

extension ExecutorLawJobs {
  /// Says that it has begun, and goes on until its gate is open.
  struct Wait: JobPayload {
    static let jobName = "almanac-law-wait"

    enum Manner: String, Codable {
      /// Ends when it is told to stop.
      case listens
      /// Goes on when it is told to stop, and blocks nothing.
      case deaf
      /// Blocks its thread, and goes on when it is told to stop.
      case blocks
    }

    var manner: Manner
    /// The file for which it waits.
    var gate: String
    /// The file that says that the law is over.
    var over: String
    /// How many seconds it waits at most.
    var limit: Double

    static let opened = "opened"
    static let abandoned = "abandoned"

    func result(in context: JobContext) async throws -> String {
      context.progress(1, note: "waiting")
      let patience = Patience(self.over, self.limit)
      while !LawFiles.exists(self.gate) {
        if patience.isOver { return Wait.abandoned }
        switch self.manner {
        case .listens: try await Task.sleep(for: .milliseconds(2))
        case .deaf: await ExecutorLawJobs.sleepDeafly()
        case .blocks: LawFiles.blockBriefly()
        }
      }
      return Wait.opened
    }
  }

  /// Goes on until it does not own its run any more, and says so.
  struct Own: JobPayload {
    static let jobName = "almanac-law-own"
    var over: String
    var limit: Double

    static let lost = "owned it, lost it"

    func result(in context: JobContext) async -> String {
      guard context.isStillOwner else { return "never owned it" }
      context.progress(1, note: "owning")
      let patience = Patience(self.over, self.limit)
      while context.isStillOwner {
        if patience.isOver { return "owned it to the end" }
        await ExecutorLawJobs.sleepDeafly()
      }
      return Own.lost
    }
  }

  private struct Patience {
    private let over: String
    private let end: ContinuousClock.Instant

    init(_ over: String, _ seconds: Double) {
      self.over = over
      self.end = ContinuousClock.now + .seconds(seconds)
    }

    var isOver: Bool { LawFiles.exists(self.over) || ContinuousClock.now >= self.end }
  }

  /// Sleeps in a task of its own, which nobody cancels.
  private static func sleepDeafly() async {
    await Task { try? await Task.sleep(for: .milliseconds(2)) }.value
  }
}
