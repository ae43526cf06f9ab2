import Almanac

/// What happened in a simulation, counted: a simulation in which nothing happens would keep every promise.
public struct SimulationFigures: Sendable {
  /// Moments at which everybody had done what there was to do, and everything was checked.
  public var steps = 0
  /// Schedulers that took part.
  public var nodes = 0
  /// Calls of the store.
  public var calls = 0
  public var commits = 0
  /// Runs that were claimed.
  public var starts = 0
  /// Machines that died, in the middle of a call or between two.
  public var crashes = 0
  /// Machines that stood still for longer than a session lives, and went on.
  public var longPauses = 0
  public var lostRequests = 0
  /// What was asked happened, and nobody was told.
  public var lostAnswers = 0
  public var slowCalls = 0
  public var partitions = 0
  /// The store was gone for everybody for a while.
  public var storeRestarts = 0
  public var clockSteps = 0
  /// Schedulers that were told to stop.
  public var shutdowns = 0
  /// Runs that were taken back from a scheduler that was lost.
  public var takeovers = 0
  /// Results that came too late and were refused.
  public var staleResults = 0
  public var retries = 0
  /// Runs that were told to stop because they took too long.
  public var timeouts = 0
  /// Newer zone data moved a fire.
  public var zoneMoves = 0
  /// Runs that asked to be started again later.
  public var snoozes = 0
  /// Attempts of fires that had ended badly, and were tried again by hand.
  public var deadRetried = 0
  public var deadPurged = 0
  /// Runs that were told to stop because the next fire came.
  public var replacements = 0
  /// Runs whose worker died, their scheduler not.
  public var workerDeaths = 0
  /// Runs that an executor could not begin.
  public var refusals = 0
  /// Jobs that were set aside after so many crashes in a row.
  public var quarantines = 0
  /// Jobs that were paused after so many failures in a row.
  public var failurePauses = 0
  /// Runs of jobs that may be what kills the process.
  public var suspects = 0
  /// Times that such a run was put off because another was going.
  public var putOffs = 0
  /// Fires whose start the jitter put off.
  public var jittered = 0
  /// Fires that did not run, by reason.
  public var dropped: [FateReason: Int] = [:]

  public init() {}

  public static func += (left: inout SimulationFigures, right: SimulationFigures) {
    for path in SimulationFigures.counts { left[keyPath: path.count] += right[keyPath: path.count] }
    left.dropped.merge(right.dropped, uniquingKeysWith: +)
  }

  private static var counts: [(name: String, count: WritableKeyPath<SimulationFigures, Int>)] {
    [
      ("steps", \.steps), ("schedulers", \.nodes), ("calls of the store", \.calls), ("commits", \.commits),
      ("runs claimed", \.starts), ("crashes", \.crashes), ("pauses longer than the session", \.longPauses),
      ("requests lost", \.lostRequests), ("answers lost", \.lostAnswers), ("slow calls", \.slowCalls),
      ("partitions", \.partitions), ("restarts of the store", \.storeRestarts), ("clock steps", \.clockSteps),
      ("shutdowns", \.shutdowns), ("runs taken over", \.takeovers), ("stale results refused", \.staleResults),
      ("retries", \.retries), ("timeouts", \.timeouts), ("fires moved by zone data", \.zoneMoves),
      ("fires put off by jitter", \.jittered), ("snoozes", \.snoozes), ("dead fires tried again", \.deadRetried),
      ("dead fires purged", \.deadPurged), ("runs replaced by the next", \.replacements),
      ("runs whose worker died", \.workerDeaths), ("runs refused by their executor", \.refusals),
      ("quarantines after crashes", \.quarantines), ("pauses after failures", \.failurePauses),
      ("runs of suspects", \.suspects), ("suspects put off", \.putOffs),
    ]
  }

  /// Each count with its name, in the order in which they are told.
  public var lines: [(name: String, count: Int)] {
    SimulationFigures.counts.map { ($0.name, self[keyPath: $0.count]) }
      + FateReason.allCases.map { ("fires dropped as \($0.rawValue)", self.dropped[$0] ?? 0) }
  }
}

/// What a simulation came to.
public struct SimulationReport: Sendable {
  public let seed: UInt64
  /// What broke a promise, with the virtual time at which it was seen; empty where nothing did.
  public let violations: [String]
  public let figures: SimulationFigures
  /// The same for two simulations in which the same happened.
  public let digest: UInt64
}
