#if PostgreSQL
/// How a ``PostgreSQLStore`` uses its server.
public struct PostgreSQLOptions: Hashable, Sendable {
  /// The most connections, besides the one that listens; at least one. Each has a thread of its own.
  public var maximumConnections: Int
  /// How long a statement may take before the server ends it. At least a second.
  public var statementTimeout: Duration
  /// How long a statement waits for a row that somebody else writes.
  public var lockTimeout: Duration
  /// How long opening a connection may take for each host of the address; in whole seconds, at least two.
  public var connectTimeout: Duration
  /// Whether others are told at once, by `NOTIFY`, and told of, by `LISTEN`. Where it is off, or cannot work (a pooler
  /// that hands out connections by transaction), schedulers see each other's work when they poll.
  public var notifies: Bool
  /// Whether an answer waits until the commit is on the disk. Where it does not, the last moments before a crash of the
  /// server may be lost, and runs of them be started again.
  public var isSynchronous: Bool

  public init(
    maximumConnections: Int = 4, statementTimeout: Duration = .seconds(15), lockTimeout: Duration = .seconds(5),
    connectTimeout: Duration = .seconds(5), notifies: Bool = true, isSynchronous: Bool = true
  ) {
    self.maximumConnections = max(maximumConnections, 1)
    self.statementTimeout = max(statementTimeout, .seconds(1))
    self.lockTimeout = max(lockTimeout, .milliseconds(1))
    self.connectTimeout = connectTimeout
    self.notifies = notifies
    self.isSynchronous = isSynchronous
  }

  public static let `default` = PostgreSQLOptions()
}
#endif
