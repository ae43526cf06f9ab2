#if SQLite
import Almanac
import GRDB

extension RawRecord {
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

extension StoreConnection {
  /// The records with the given ids, in order; nil where there is none.
  func load(_ ids: [JobID]) async throws -> [LoadedRecord?] {
    let namespace = self.namespace
    let raw = try await self.read { db in
      try ids.map { id in
        try RawRecord.fetch(id: id.rawValue, namespace: namespace, cache: self.cache, db)
      }
    }
    return try await self.decoded(raw)
  }

  /// Encodes records that are to be inserted, whose lanes are known.
  func prepared(_ records: [JobRecord]) async throws -> [PreparedRecord] {
    try await concurrently(records) { record in
      try PreparedRecord(record, lane: self.number(of: record.lane), withDefinition: true)
    }
  }

  /// Decodes rows, and remembers what was decoded.
  func decoded(_ raw: [RawRecord?]) async throws -> [LoadedRecord?] {
    let loaded = try await concurrently(raw) { $0?.decoded() }
    self.cache.insert(
      zip(raw, loaded).compactMap { raw, loaded in
        guard raw?.cached == nil, case .stored(let stored)? = loaded else { return nil }
        return stored
      })
    return loaded
  }
}
#endif
