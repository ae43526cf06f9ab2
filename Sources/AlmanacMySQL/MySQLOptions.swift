#if MySQL
/// How a ``MySQLStore`` uses its server.
public struct MySQLOptions: Hashable, Sendable {
  /// The most connections; at least one. Each has a thread of its own.
  public var maximumConnections: Int
  /// How long a statement may take before the server ends it (MariaDB), or ends it where it only reads (MySQL). At least a second.
  /// A server that says nothing for five seconds longer is given up.
  public var statementTimeout: Duration
  /// How long a statement waits for a row that somebody else writes; in whole seconds, at least one.
  public var lockTimeout: Duration
  /// How long opening a connection may take; in whole seconds, at least one.
  public var connectTimeout: Duration
  /// How often the server is asked what others wrote, while somebody listens to ``MySQLStore/changes()``. At least ten
  /// milliseconds. MySQL has no means to be told.
  public var pollInterval: Duration

  public init(
    maximumConnections: Int = 4, statementTimeout: Duration = .seconds(15), lockTimeout: Duration = .seconds(5),
    connectTimeout: Duration = .seconds(5), pollInterval: Duration = .milliseconds(250)
  ) {
    self.maximumConnections = max(maximumConnections, 1)
    self.statementTimeout = max(statementTimeout, .seconds(1))
    self.lockTimeout = max(lockTimeout, .seconds(1))
    self.connectTimeout = max(connectTimeout, .seconds(1))
    self.pollInterval = max(pollInterval, .milliseconds(10))
  }

  public static let `default` = MySQLOptions()
}
#endif
