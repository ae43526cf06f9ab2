#if PostgreSQL
import Almanac
import AlmanacSQL

/// Keeps jobs in a PostgreSQL database, which any number of schedulers on any number of hosts may share.
///
/// ```swift
/// let store = try PostgreSQLStore(url: "postgresql://jobs@db.example.com/app")
/// ```
///
/// The tables lie in a schema of their own (`almanac`), are created at the first use and migrated when a newer version comes. Time is the server's: leases and
/// due times do not depend on the clocks of the hosts.
///
/// A server that is away, restarts or fails over costs time and loses nothing: calls fail with
/// ``StoreError/Code/unavailable`` meanwhile, which schedulers try again.
public final class PostgreSQLStore: JobStore {
  public let location: PostgreSQLLocation
  public let options: PostgreSQLOptions
  let pool: ConnectionPool
  let opening: OpenOnce<PostgreSQLShelf>
  let feed = ChangeFeed()
  let presence: Presence

  /// Names the database; nothing is opened before ``prepare()``.
  ///
  /// - Throws: ``StoreError`` where the address cannot be read.
  public init(location: PostgreSQLLocation, options: PostgreSQLOptions = .default) throws {
    let namespace = location.namespace
    try ShelfLimits.check(namespace: namespace, store: location.description)
    self.location = location
    self.options = options
    self.presence = Presence(settling: options.settling)
    let pool = ConnectionPool(ConnectionSettings(location, options))
    self.pool = pool
    self.opening = OpenOnce(name: location.description) {
      try await PostgreSQLShelf.open(pool, namespace: namespace)
    } close: { _ in
    }
  }

  /// Names the database by an address; see ``PostgreSQLLocation``.
  public convenience init(url: String, options: PostgreSQLOptions = .default) throws {
    try self.init(location: PostgreSQLLocation(url), options: options)
  }

  deinit {
    self.feed.finish()
    self.pool.close()
  }

  public var capabilities: StoreCapabilities {
    StoreCapabilities(
      sharedAcrossHosts: true, sharedAcrossProcesses: true, durable: true, serverTime: true,
      notifies: self.options.notifies, seesConnections: true, atomicHistory: true, atomicBatch: true,
      maximumBatch: ShelfLimits.batch, maximumPayload: ShelfLimits.payload)
  }

  /// Connects, and brings the schema up to date. Other methods do so by themselves where it was left out.
  ///
  /// - Throws: ``StoreError``: `unavailable` where there is no server, `readOnly` where the role may not do what has to be
  ///   done, `foreignData` and `newerSchema` where the schema is not ours.
  public func prepare() async throws {
    _ = try await self.opening.value()
  }

  public func close() async {
    self.feed.finish()
    await self.opening.close()
    self.pool.close()
  }

  public func now() async throws -> StoreTime {
    let now = try await self.pool.run { try $0.run(.now).number(0, 0) }
    return StoreTime(now: Instant(microsecondsSinceEpoch: now))
  }

  // MARK: Migrating

  /// The SQL that ``prepare()`` would run to bring the schema up to date; empty where there is nothing to do. Changes nothing.
  public func pendingMigration() async throws -> String {
    try await self.pool.run { try Schema.pending($0) }
  }

  /// Brings the schema up to date; answers whether there was anything to do.
  @discardableResult
  public func migrate() async throws -> Bool {
    try await self.pool.run { try Schema.migrate($0) }
  }
}

extension PostgreSQLStore: MigratingStore {
  package var migratesInTransaction: Bool { true }
}
#endif
