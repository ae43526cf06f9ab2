/// What must be at hand to run a job: the cut by which schedulers take only what they can run.
///
/// The due index of a store is cut into lanes. A scheduler names the lanes that it serves and the free slots of its
/// executors; a job in any other lane waits untouched for a scheduler that knows it.
public struct Lane: Hashable, Sendable, Codable {
  public var queue: String
  public var jobName: String
  public var executor: String
  public var priority: Priority
  /// The oldest record format whose readers may take the job; see ``RecordFormat``.
  public var format: Int

  public init(
    queue: String = Lane.defaultQueue, jobName: String, executor: String = Lane.defaultExecutor,
    priority: Priority = .normal, format: Int = RecordFormat.oldestReader
  ) {
    self.queue = queue
    self.jobName = jobName
    self.executor = executor
    self.priority = priority
    self.format = format
  }

  public static let defaultQueue = "default"
  public static let defaultExecutor = "default"
}

/// The versions of the stored form of a record.
public enum RecordFormat {
  /// What this version writes.
  public static let current = 1
  /// The oldest version that understands everything that this version writes by default.
  public static let oldestReader = 1
}

/// A few fixed classes that decide who goes first where slots are short.
///
/// Waiting ages: a class is a head start, not a wall. Of the jobs that are due, the one whose start time less its head
/// start is earliest goes first, so a `low` job that is due for ten minutes and a second longer than a `normal` one goes before it
/// and nothing starves.
public enum Priority: Int, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case low = 0
  case normal = 1
  case high = 2
  case critical = 3

  /// How much earlier than it is a start time counts, in microseconds.
  package var headStart: Int64 {
    switch self {
    case .low: 0
    case .normal: 600 * 1_000_000
    case .high: 1_200 * 1_000_000
    case .critical: 4_800 * 1_000_000
    }
  }

  public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }

  /// The key by which due jobs of several lanes are merged: the smaller goes first.
  public func order(of startAt: Instant) -> Int64 {
    let (order, overflow) = startAt.microsecondsSinceEpoch.subtractingReportingOverflow(self.headStart)
    return overflow ? .min : order
  }
}
