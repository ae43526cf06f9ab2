#if MySQL
import Almanac
import AlmanacSQL

/// Keeps jobs in a MariaDB or MySQL database, which any number of schedulers on any number of hosts may share.
///
/// ```swift
/// let store = try MySQLStore(url: "mysql://jobs:secret@db.example.com/app")
/// ```
///
/// The tables (`almanac_job` and others) are created at the first use and migrated when a newer version comes. Time is the server's: leases and due times
/// do not depend on the clocks of the hosts.
///
/// A server that is away, restarts or fails over costs time and loses nothing: calls fail with
/// ``StoreError/Code/unavailable`` meanwhile, which schedulers try again.
public final class MySQLStore: JobStore {
  public let location: MySQLLocation
  public let options: MySQLOptions
  let pool: ConnectionPool
  let opening: OpenOnce<MySQLShelf>
  let feed = ChangeFeed()

  /// Names the database; nothing is opened before ``prepare()``.
  ///
  /// - Throws: ``StoreError`` where the namespace cannot be one.
  public init(location: MySQLLocation, options: MySQLOptions = .default) throws {
    let namespace = location.namespace
    try ShelfLimits.check(namespace: namespace, store: location.description)
    self.location = location
    self.options = options
    let pool = ConnectionPool(ConnectionSettings(location, options))
    self.pool = pool
    self.opening = OpenOnce(name: location.description) {
      try await MySQLShelf.open(pool, namespace: namespace)
    } close: { _ in
    }
  }

  /// Names the database by an address; see ``MySQLLocation``.
  public convenience init(url: String, options: MySQLOptions = .default) throws {
    try self.init(location: MySQLLocation(url), options: options)
  }

  deinit {
    self.feed.finish()
    self.pool.close()
  }

  public var capabilities: StoreCapabilities {
    StoreCapabilities(
      sharedAcrossHosts: true, sharedAcrossProcesses: true, durable: true, serverTime: true,
      notifies: self.options.pollInterval <= .milliseconds(500), atomicHistory: true, atomicBatch: true,
      maximumBatch: ShelfLimits.batch, maximumPayload: ShelfLimits.payload)
  }

  /// Connects, and brings the tables up to date. Other methods do so by themselves where it was left out.
  ///
  /// - Throws: ``StoreError``: `unavailable` where there is no server, `readOnly` where the role may not do what has to be
  ///   done, `foreignData` and `newerSchema` where the tables are not ours, `unsupported` where the server is too old.
  public func prepare() async throws {
    _ = try await self.opening.value()
  }

  public func close() async {
    self.feed.finish()
    await self.opening.close()
    self.pool.close()
  }

  public func now() async throws -> StoreTime {
    let now = try await self.pool.run { try $0.run("select \(Statements.clock)").number(0, 0) }
    return StoreTime(now: Instant(microsecondsSinceEpoch: now))
  }

  // MARK: Migrating

  /// The SQL that ``prepare()`` would run to bring the tables up to date; empty where there is nothing to do. Changes nothing.
  public func pendingMigration() async throws -> String {
    let prefix = self.location.prefix
    return try await self.pool.run { connection in
      let names = Statements(prefix: prefix, server: connection.kind)
      return try Schema.pending(names, connection).map { $0.text + ";\n\n" }.joined()
    }
  }

  /// Brings the tables up to date; answers whether there was anything to do.
  @discardableResult
  public func migrate() async throws -> Bool {
    let prefix = self.location.prefix
    return try await self.pool.run { connection in
      try Schema.migrate(Statements(prefix: prefix, server: connection.kind), connection)
    }
  }
}

extension MySQLStore: MigratingStore {
  package var migratesInTransaction: Bool { false }
}
#endif
