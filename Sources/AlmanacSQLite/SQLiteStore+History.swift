#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  public func append(_ rows: [HistoryRow]) async throws {
    if rows.isEmpty { return }
    let connection = try await self.box.connection()
    try connection.checkBatch(rows.count, of: "rows")
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

  public func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.write { db in
      var pruned = 0
      for (sql, instant) in [(HistoryPruning.plainSQL, instant), (HistoryPruning.untilSQL, now)] {
        try db.cachedStatement(sql: sql)
          .execute(arguments: [namespace, instant.microsecondsSinceEpoch, max(limit, 0) - pruned])
        pruned += db.changesCount
      }
      return pruned
    }
  }

  public func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    let connection = try await self.box.connection()
    try connection.checkBatch(rows.count, of: "jobs")
    let namespace = connection.namespace
    let jobs = rows.sorted { $0.key < $1.key }
    return try await connection.write { db in
      var trimmed = 0
      for (job, count) in jobs where trimmed < limit {
        try db.cachedStatement(sql: HistoryPruning.trimSQL)
          .execute(
            arguments: [namespace, job.rawValue, namespace, job.rawValue, max(count, 0), limit - trimmed])
        trimmed += db.changesCount
      }
      return trimmed
    }
  }
}
#endif
