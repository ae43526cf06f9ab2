#if SQLite
import Almanac
import AlmanacSQL
import Foundation
import GRDB

/// An open file: its connections, and what this process remembers of it.
final class StoreConnection: Sendable {
  let name: String
  let namespace: Int64
  let errors: SQLiteErrors
  let lanes = LaneBook()
  let cache = RecordCache()
  private let pool: DatabasePool
  let commits: CommitQueue

  /// Opens the file, brings its schema up to date and finds the namespace. Blocks while it does so.
  init(path: String, namespace: String, options: SQLiteOptions, prepare: (@Sendable (Database) throws -> Void)?) throws
  {
    self.name = path
    self.errors = SQLiteErrors(path: path, busyTimeout: options.busyTimeout)
    do {
      try StoreFile.inspect(path)
      self.pool = try StoreConnection.openPool(path: path, options: options, prepare: prepare)
      self.commits = CommitQueue(pool: self.pool)
      self.namespace = try self.pool.writeWithoutTransaction { db in
        try StoreConnection.makeDurable(db, options.synchronous)
        var number: Int64 = 0
        try db.inTransaction(.immediate) {
          try Schema.migrate(db, path: path)
          try db.execute(sql: "insert into namespace (name) values (?) on conflict do nothing", arguments: [namespace])
          number =
            try Int64.fetchOne(db, sql: "select id from namespace where name = ?", arguments: [namespace]) ?? 0
          return .commit
        }
        return number
      }
    } catch {
      throw self.errors.translated(error)
    }
  }

  private static func openPool(
    path: String, options: SQLiteOptions, prepare: (@Sendable (Database) throws -> Void)?
  ) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.label = "almanac"
    configuration.maximumReaderCount = options.maximumReaders
    configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
    configuration.prepareDatabase { db in
      try db.execute(sql: "pragma temp_store = memory")
      // In KiB. The writer walks the ends of every index; a reader walks one range.
      try db.execute(sql: "pragma cache_size = \(db.configuration.readonly ? -4_096 : -32_768)")
      if !db.configuration.readonly { try db.execute(sql: "pragma journal_size_limit = 67108864") }
      try prepare?(db)
    }
    // Turning a new file to WAL takes a lock that SQLite does not wait for: of two processes that make the same file
    // at once, one is told that it is busy at once.
    let deadline = ContinuousClock.now + options.busyTimeout
    while true {
      do {
        return try DatabasePool(path: path, configuration: configuration)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  /// Sets how hard a commit is. GRDB sets NORMAL when it opens a pool, so this comes after.
  private static func makeDurable(_ db: Database, _ synchronous: SQLiteOptions.Synchronous) throws {
    try db.execute(sql: "pragma synchronous = \(synchronous == .full ? "full" : "normal")")
    // On Darwin `fsync` leaves data in the drive's cache; elsewhere this does nothing.
    try db.execute(sql: "pragma fullfsync = \(synchronous == .full ? 1 : 0)")
  }

  /// Reads one consistent state of the database.
  func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await self.pool.read(body)
    } catch {
      throw self.errors.translated(error)
    }
  }

  /// Writes in an immediate transaction that may be shared with other writes; answers once it is committed.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await self.commits.write(body)
    } catch {
      throw self.errors.translated(error)
    }
  }

  /// Gives the connections back. What was answered is in the file; the last one to leave folds the log into it.
  func close() {
    // The writer has to be the last to leave: a reader cannot fold the log.
    self.pool.invalidateReadOnlyConnections()
    // It fails where a read is still under way; the connection is then closed when that ends.
    try? self.pool.close()
  }
}

/// Does something that blocks on a thread that may be blocked.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(with: Result { try body() })
    }
  }
}
#endif
