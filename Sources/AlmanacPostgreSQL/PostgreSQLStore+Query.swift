#if PostgreSQL
import Almanac
import AlmanacSQL

extension PostgreSQLStore {
  public func query(_ query: JobQuery) async throws -> JobPage {
    let shelf = try await self.opening.value()
    let limit = query.effectiveLimit
    var records: [JobRecord] = []
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
    var cursor = query.cursor
    // What cannot be read, or matches by its columns and not by its letters, leaves room on the page.
    while records.count < limit {
      let wanted = limit - records.count
      let listing = JobListing(query: query, cursor: cursor, namespace: shelf.namespace, limit: wanted + 1)
      let raw = try await self.pool.run { connection in
        try shelf.refreshLanes(connection)
        return try listing.rows(in: shelf.lanes.lanes, cache: shelf.cache, connection)
      }
      for loaded in try await shelf.decoded(raw.prefix(wanted).map(\.self)) {
        switch loaded {
        case .stored(let stored)?: if query.matches(stored.record) { records.append(stored.record) }
        case .unreadable(_, _, let id, let reason)?:
          let isKnown = unreadable.contains { $0.id == id }
          if !isKnown { unreadable.append(UnreadableRecord(id: id, reason: reason)) }
        case nil: break
        }
      }
      cursor = raw.prefix(wanted).last.map { last in
        JobCursor(id: JobID(last.id), nextFire: last.columns.nextFire.map { Instant(microsecondsSinceEpoch: $0) })
      }
      if raw.count <= wanted {
        cursor = nil
        break
      }
    }
    return JobPage(records: records, next: cursor, unreadable: unreadable)
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
