#if SQLite
import Almanac
import AlmanacSQL
import GRDB

/// Keeps jobs in one SQLite file, which any number of processes of one host may share.
///
/// ```swift
/// let store = try SQLiteStore(path: "jobs.sqlite")
/// ```
///
/// The file is in WAL mode: reads never wait for writes. What is answered is on the disk (see
/// ``SQLiteOptions/Synchronous``). The file must lie on a local disk: WAL needs memory that is shared between its
/// readers, which network file systems do not give (https://www.sqlite.org/wal.html).
///
/// Time is this host's own, so all processes that share the file agree on it. A write of another process is noticed
/// within ``SQLiteOptions/pollInterval`` while somebody listens to ``changes()``.
///
/// Copy a file that is in use with `sqlite3 jobs.sqlite ".backup copy.sqlite"`, never with `cp`, and put a backup in
/// its place only when no scheduler runs.
public final class SQLiteStore: JobStore {
  /// The absolute path of the file.
  public let path: String
  /// Stores of different namespaces in one file never see each other.
  public let namespace: String
  public let options: SQLiteOptions
  let clock: any SchedulerClock
  let box: ConnectionBox
  let feed: ChangeFeed
  /// Tells this store's announcements from those of others.
  let sender = Int64.random(in: 1...Int64.max)

  /// Names the file; nothing is opened or created before ``prepare()``.
  ///
  /// - Parameters:
  ///   - path: Where the file is, or will be; relative to the present working directory. Its directory has to exist.
  ///   - namespace: Which of the file's stores; 1 to 255 bytes of UTF-8 without control characters.
  ///   - clock: What the time is. Every process that shares the file must have the same.
  /// - Throws: ``StoreError`` where it is certain already that the path cannot be used: it is a directory, it may not
  ///   be written, its directory is missing, it holds something else, or a newer version wrote it.
  public convenience init(
    path: String, namespace: String = "default", options: SQLiteOptions = .default,
    clock: any SchedulerClock = SystemClock()
  ) throws {
    try self.init(path: path, namespace: namespace, options: options, clock: clock, prepareConnection: nil)
  }

  /// Names the file by an address; see ``SQLiteLocation``.
  ///
  /// - Throws: ``StoreError`` where the address cannot be read or the path not be used.
  public convenience init(
    url: String, options: SQLiteOptions = .default, clock: any SchedulerClock = SystemClock()
  ) throws {
    let location = try SQLiteLocation(url)
    try self.init(path: location.path, namespace: location.namespace, options: options, clock: clock)
  }

  init(
    path: String, namespace: String, options: SQLiteOptions, clock: any SchedulerClock,
    prepareConnection: (@Sendable (Database) throws -> Void)?
  ) throws {
    self.path = try StoreFile.absolutePath(path)
    if namespace.isEmpty || namespace.utf8.count > 255 || namespace.unicodeScalars.contains(where: { $0.value < 0x20 })
    {
      throw StoreError(
        .unsupported, store: self.path, "a namespace holds 1 to 255 bytes of UTF-8 without control characters")
    }
    try StoreFile.inspect(self.path)
    self.namespace = namespace
    self.options = options
    self.clock = clock
    self.box = ConnectionBox(
      path: self.path, namespace: namespace, options: options, prepare: prepareConnection)
    self.feed = ChangeFeed()
  }

  deinit {
    self.feed.finish()
  }

  public var capabilities: StoreCapabilities {
    StoreCapabilities(
      sharedAcrossHosts: false, sharedAcrossProcesses: true, durable: true, serverTime: false,
      notifies: self.options.pollInterval <= .seconds(1), atomicHistory: true,
      atomicBatch: true, maximumBatch: ShelfLimits.batch, maximumPayload: ShelfLimits.payload)
  }

  /// Opens the file, creates it where it is missing, and brings its schema up to date. Other methods do so by
  /// themselves where it was left out.
  ///
  /// - Throws: ``StoreError``: what ``init(path:namespace:options:clock:)`` throws, and what only SQLite can tell.
  public func prepare() async throws {
    _ = try await self.box.connection()
  }

  public func close() async {
    self.feed.finish()
    await self.box.close()
  }

  public func now() async throws -> StoreTime {
    StoreTime(now: self.clock.now())
  }
}
#endif
