#if SQLite
import Almanac
import AlmanacSQL
import Foundation
import GRDB

extension RawRecord {
  static let columnList = """
    key, id, version, defined, lane, status, start_at, tend_at, next_fire, has_dead, state
    """

  /// Takes a row of ``columnList``; what the cache knows is not copied.
  init(_ row: Row, cache: RecordCache) throws {
    let columns = JobColumns(
      lane: row[4], status: row[5], startAt: row[6], tendAt: row[7], nextFire: row[8], hasDead: row[9])
    self = try row.withUnsafeData(atIndex: 10) { data in
      (data ?? Data()).withUnsafeBytes { state in
        RawRecord(
          key: row[0], id: row[1], version: row[2], defined: row[3], columns: columns, state: state, cache: cache)
      }
    }
  }

  /// Reads the definition where the cache did not have it.
  mutating func readDefinition(_ db: Database) throws {
    guard self.needsDefinition else { return }
    let statement = try db.cachedStatement(sql: "select body from definition where job = ?")
    let rows = try Row.fetchCursor(statement, arguments: [self.key])
    if let row = try rows.next() {
      self.definition = try row.withUnsafeData(atIndex: 0) { [UInt8]($0 ?? Data()) }
    }
  }

  /// The row with the given id, or nil.
  static func fetch(id: String, namespace: Int64, cache: RecordCache, _ db: Database) throws -> RawRecord? {
    let statement = try db.cachedStatement(
      sql: "select \(RawRecord.columnList) from job where namespace = ? and id = ?")
    return try self.fetch(statement, [namespace, id], cache: cache, db)
  }

  /// The row with the given key, or nil.
  static func fetch(key: Int64, cache: RecordCache, _ db: Database) throws -> RawRecord? {
    let statement = try db.cachedStatement(sql: "select \(RawRecord.columnList) from job where key = ?")
    return try self.fetch(statement, [key], cache: cache, db)
  }

  private static func fetch(
    _ statement: Statement, _ arguments: StatementArguments, cache: RecordCache, _ db: Database
  ) throws -> RawRecord? {
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    guard let row = try rows.next() else { return nil }
    var raw = try RawRecord(row, cache: cache)
    try raw.readDefinition(db)
    return raw
  }
}
#endif
