#if SQLite
import Almanac
import GRDB

extension SQLiteStore {
  public func append(_ rows: [HistoryRow]) async throws {
    try self.checkBatch(rows.count, of: "rows")
    if rows.isEmpty { return }
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let drafts = try rows.map { try HistoryDraft($0) }
    try await connection.write { db in
      var values: [DatabaseValue] = []
      for draft in drafts { draft.append(to: &values, namespace: namespace) }
      try HistoryDraft.insertion.insert(values, db)
    }
  }

  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    let connection = try await self.box.connection()
    let listing = HistoryListing(query: query, namespace: connection.namespace)
    let (bodies, next) = try await connection.read { db in try listing.page(db) }
    // A row that a newer version wrote in words that this one does not know is left out: there is nothing to show of
    // it.
    return HistoryPage(rows: bodies.compactMap { try? RecordCodec.historyRow(from: $0.utf8) }, next: next)
  }

  public func pruneHistory(before: Instant, limit: Int) async throws -> Int {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.write { db in
      try db.cachedStatement(
        sql: """
          delete from history where position in
          (select position from history where namespace = ? and at < ? order by at, position limit ?)
          """
      ).execute(arguments: [namespace, before.microsecondsSinceEpoch, max(limit, 0)])
      return db.changesCount
    }
  }
}
#endif
