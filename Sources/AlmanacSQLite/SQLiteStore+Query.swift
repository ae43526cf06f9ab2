#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  public func query(_ query: JobQuery) async throws -> JobPage {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    var unreadable: [UnreadableRecord] = []
    if query.cursor == nil {
      unreadable = try await connection.read { db in
        try Row.fetchAll(
          db.cachedStatement(
            sql: """
              select id, unreadable from job where namespace = ? and unreadable is not null order by id limit ?
              """), arguments: [namespace, JobQuery.maximumLimit]
        ).map { UnreadableRecord(id: JobID($0[0]), reason: $0[1]) }
      }
    }
    return try await connection.page(query, unreadable: unreadable) { cursor, limit in
      let listing = JobListing(query: query, cursor: cursor, namespace: namespace, limit: limit)
      return try await connection.read { db in
        let lanes = try connection.refreshLanes(db)
        return try listing.rows(in: lanes, cache: connection.cache, db)
      }
    }
  }
}
#endif
