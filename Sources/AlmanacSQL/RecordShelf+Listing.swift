import Almanac

extension RecordShelf {
  /// One page of the records that match.
  ///
  /// - Parameters:
  ///   - unreadable: what is known of old not to be readable.
  ///   - stretch: reads so many rows at most that match by their columns, in the query's order, from behind a cursor on.
  package func page(
    _ query: JobQuery, unreadable: [UnreadableRecord],
    stretch: (_ cursor: JobCursor?, _ limit: Int) async throws -> [RawRecord]
  ) async throws -> JobPage {
    let limit = query.effectiveLimit
    var records: [JobRecord] = []
    var unreadable = unreadable
    var cursor = query.cursor
    // What cannot be read, or matches by its columns and not by its letters, leaves room on the page.
    while records.count < limit {
      let wanted = limit - records.count
      let raw = try await stretch(cursor, wanted + 1)
      for loaded in try await self.decoded(raw.prefix(wanted).map(\.self)) {
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
