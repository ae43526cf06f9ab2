#if MySQL
import Almanac
import AlmanacSQL
import Synchronization

/// A namespace of a database that is ready for use, and what this process remembers of it.
final class MySQLShelf: RecordShelf {
  let pool: ConnectionPool
  let statements: Statements
  let namespace: Int64
  let lanes = LaneBook()
  let cache = RecordCache()
  /// Tells what this client announced from what others did.
  let sender = Int64.random(in: 1...Int64.max)
  private let keys = Mutex(KeyStock())

  private init(pool: ConnectionPool, statements: Statements, namespace: Int64) {
    self.pool = pool
    self.statements = statements
    self.namespace = namespace
  }

  var name: String { self.pool.settings.name }

  static func open(_ pool: ConnectionPool, namespace: String) async throws -> MySQLShelf {
    try await pool.run { connection in
      try self.checkServer(connection)
      let statements = Statements(prefix: connection.settings.location.prefix, server: connection.kind)
      try Schema.migrate(statements, connection)
      let find: SQL = "select id from \(statements.namespace) where name = \(namespace)"
      var rows = try connection.run(find)
      if rows.count == 0 {
        let row: SQL = "(\(namespace))"
        try connection.run(
          statements.insert(into: statements.namespace, ["name"], rows: [row], limit: connection.packetLimit))
        rows = try connection.run(find)
      }
      return MySQLShelf(pool: pool, statements: statements, namespace: rows.number(0, 0))
    }
  }

  private static func checkServer(_ connection: ServerConnection) throws {
    func refused(_ why: String) -> StoreError {
      StoreError(.unsupported, store: connection.settings.name, why)
    }
    let least = connection.kind == .mariaDB ? [10, 6, 0] : [8, 0, 19]
    let numbers = connection.version.split { !$0.isNumber }.prefix(3).compactMap { Int($0) }
    guard !numbers.lexicographicallyPrecedes(least) else {
      throw refused("the server is \(connection.version), and MariaDB 10.6 or MySQL 8.0.19 or newer is needed")
    }
    guard connection.packetLimit >= ShelfLimits.payload * 3 else {
      throw refused(
        "max_allowed_packet of the server is \(connection.packetLimit) bytes, and four megabytes are needed; its default is larger"
      )
    }
  }

  /// Keys for new jobs, in growing order. They are taken from the server in blocks, so that not every batch has to ask.
  func takeKeys(_ count: Int, _ connection: ServerConnection) throws -> Range<Int64> {
    if let keys = self.keys.withLock({ $0.take(count) }) { return keys }
    let block = max(count, KeyStock.block)
    let last = try connection.run(self.statements.takeKeys(block)).last?.number(0, 0) ?? 0
    guard last >= Int64(block) else {
      throw StoreError(.corrupted, store: self.name, "the table \(self.statements.counter.text) lost its row")
    }
    return self.keys.withLock { $0.refill(last - Int64(block) + 1..<last + 1, taking: count) }
  }
}

/// Keys that were taken from the server and not yet used. What is left at the end of the process is never used.
private struct KeyStock {
  static let block = 4_096

  private var left: Range<Int64> = 0..<0

  mutating func take(_ count: Int) -> Range<Int64>? {
    guard self.left.count >= count else { return nil }
    defer { self.left = self.left.lowerBound + Int64(count)..<self.left.upperBound }
    return self.left.lowerBound..<self.left.lowerBound + Int64(count)
  }

  mutating func refill(_ block: Range<Int64>, taking count: Int) -> Range<Int64> {
    let taken = block.lowerBound..<block.lowerBound + Int64(count)
    let rest = taken.upperBound..<block.upperBound
    if rest.count > self.left.count { self.left = rest }
    return taken
  }
}
#endif
