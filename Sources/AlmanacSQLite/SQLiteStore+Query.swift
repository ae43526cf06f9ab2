#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  public func query(_ query: JobQuery) async throws -> JobPage {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let limit = query.effectiveLimit
    var records: [JobRecord] = []
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
    var cursor = query.cursor
    // What cannot be read, or matches by its columns and not by its letters, leaves room on the page.
    while records.count < limit {
      let wanted = limit - records.count
      let listing = JobListing(query: query, cursor: cursor, namespace: namespace, limit: wanted + 1)
      let raw = try await connection.read { db in
        let lanes = try connection.refreshLanes(db)
        return try listing.rows(in: lanes, cache: connection.cache, db)
      }
      for loaded in try await connection.decoded(raw.prefix(wanted).map(\.self)) {
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
#endif
