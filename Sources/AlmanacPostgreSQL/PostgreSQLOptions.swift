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
  /// Whether others are told at once, by `NOTIFY`, and told of, by `LISTEN`. Where it is off, schedulers see each other's work when they poll. The
  /// connection that would listen is held all the same while a scheduler runs: by it others see that its process is there.
  public var notifies: Bool
  /// Whether an answer waits until the commit is on the disk. Where it does not, the last moments before a crash of the
  /// server may be lost, and runs of them be started again.
  public var isSynchronous: Bool
  /// For how long a connection has to have been there before others whose connections are missing are said to be gone.
  ///
  /// When the way to the server was cut, or the server restarted, everybody has to come back, and whoever is first must not take the others for gone. Time
  /// enough for them is longer than the longest pause between two of their tries, and what a try takes.
  var settling: Duration = .seconds(5)

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
