#if PostgreSQL
import Almanac
import AlmanacSQL

extension PostgreSQLStore {
  public func query(_ query: JobQuery) async throws -> JobPage {
    let shelf = try await self.opening.value()
    var unreadable: [UnreadableRecord] = []
    if query.cursor == nil {
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(Int64(JobQuery.maximumLimit))
      let sent = parameters
      unreadable = try await self.pool.run { connection in
        let rows = try connection.run(.unreadable, sent)
        return (0..<rows.count).map { UnreadableRecord(id: JobID(rows.text($0, 0)), reason: rows.text($0, 1)) }
      }
    }
    let pool = self.pool
    return try await shelf.page(query, unreadable: unreadable) { cursor, limit in
      let listing = JobListing(query: query, cursor: cursor, namespace: shelf.namespace, limit: limit)
      return try await pool.run { connection -> [RawRecord] in
        try shelf.refreshLanes(connection)
        return try listing.rows(in: shelf.lanes.lanes, cache: shelf.cache, connection)
      }
    }
  }
}

extension Statement {
  static let unreadable = Statement(
    "unreadable",
    """
    select id, unreadable from job where namespace = $1::bigint and unreadable is not null order by id limit $2::bigint
    """)
}
#endif
