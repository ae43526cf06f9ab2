/// How a scheduler is, as it knows by itself: nothing is asked of a store for it.
public struct SchedulerHealth: Hashable, Sendable {
  /// The worst of what is said below.
  public enum Status: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Everything that was asked of it, it does.
    case healthy
    /// Something is wrong, and the scheduler works on: fires may come late.
    case degraded
    /// Nothing can be claimed from at least one store.
    case unhealthy
    /// It is not running, or is about to end.
    case stopped

    public static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }

    private var rank: Int { Status.allCases.firstIndex(of: self) ?? 0 }
  }

  /// Where the scheduler stands in its life.
  public enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    case stopped, running, draining
  }

  public var phase: Phase
  /// A paused scheduler claims nothing, and is healthy: somebody wanted it so.
  public var isPaused: Bool
  /// By alias, in their order.
  public var stores: [StoreHealth]
  /// By alias, in their order.
  public var executors: [ExecutorHealth]
  /// The version of the zone data in use.
  public var zoneData: String

  public var status: Status {
    if self.phase != .running { return .stopped }
    let worst = self.stores.map(\.status).max() ?? .healthy
    return self.executors.contains { $0.restsBecause != nil } ? max(worst, .degraded) : worst
  }

  /// How things are between a scheduler and one of its stores.
  public struct StoreHealth: Hashable, Sendable {
    public var alias: String
    /// False from the first call that failed until one has succeeded.
    public var isReachable: Bool
    /// The error of the latest trouble, also where it is over; nil where there was none.
    public var lastError: String?
    /// When the store became unreachable, or reachable again; nil where it always was.
    public var since: Instant?
    /// This scheduler's session; nil where it has none.
    public var session: Epoch?
    /// Whether the session is trusted: only then are runs claimed.
    public var isSessionTrusted: Bool
    /// How far this machine's wall clock is ahead of the store's clock, negative where it is behind; nil where the store has no clock of its
    /// own.
    public var clockOffset: Duration?
    /// Whether that is more than is tolerated.
    public var isClockOff: Bool
    /// Runs that are going.
    public var running: Int
    /// Ends of runs that the store does not have yet.
    public var outcomesWaiting: Int
    /// For how long the earliest job that could be started has been due, when the loop last looked; zero where none was.
    public var backlogAge: Duration
    /// For how long the earliest job has been due that waits because every slot of its executor is taken, when the housekeeping last looked: a
    /// third of the session's lifetime ago at the most. Zero where none waits, and while the scheduler is paused.
    public var slotWait: Duration

    public var status: Status {
      if !self.isReachable || !self.isSessionTrusted { return .unhealthy }
      let oldest = max(self.backlogAge, self.slotWait)
      return self.isClockOff || oldest > StoreHealth.tolerableBacklog ? .degraded : .healthy
    }

    /// A backlog that is older, be it behind full executors or not, means that there is more to do than is done.
    public static let tolerableBacklog: Duration = .seconds(10)
  }

  /// How busy an executor is.
  public struct ExecutorHealth: Hashable, Sendable {
    public var alias: String
    public var size: Int
    /// Runs that are going.
    public var busy: Int
    /// Why it is given no runs at this moment, in its own words: it refused one a short while ago. Nil where it takes runs.
    public var restsBecause: String?
  }
}

extension Scheduler {
  /// How this scheduler is at this moment. Asks no store, so it answers at once whatever they do.
  public var health: SchedulerHealth { self.core.health }
}
