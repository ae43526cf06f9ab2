#if SQLite
/// How a ``SQLiteStore`` uses its file. The defaults lose nothing that was answered, whatever dies.
public struct SQLiteOptions: Hashable, Sendable {
  /// How hard a commit is.
  public enum Synchronous: String, Hashable, Sendable, CaseIterable {
    /// A commit is on the disk before it is answered: it survives the loss of power. One `fsync` a commit.
    case full
    /// A commit survives the death of the process, and not always the loss of power: the latest commits may be gone
    /// then, and what is left is consistent. Runs may then be started again that had been recorded as ended.
    case normal
  }

  public var synchronous: Synchronous
  /// How long a write waits for another process's write before it fails with ``StoreError/Code/unavailable``.
  public var busyTimeout: Duration
  /// How often the file is looked at for what other processes wrote, while somebody listens to
  /// ``SQLiteStore/changes()``. At least a millisecond.
  public var pollInterval: Duration
  /// The most reads that go on at once; at least one.
  public var maximumReaders: Int

  public init(
    synchronous: Synchronous = .full, busyTimeout: Duration = .seconds(5),
    pollInterval: Duration = .milliseconds(200), maximumReaders: Int = 4
  ) {
    self.synchronous = synchronous
    self.busyTimeout = busyTimeout
    self.pollInterval = max(pollInterval, .milliseconds(1))
    self.maximumReaders = max(maximumReaders, 1)
  }

  public static let `default` = SQLiteOptions()
}
#endif
