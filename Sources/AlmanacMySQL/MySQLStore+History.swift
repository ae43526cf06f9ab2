#if MySQL
import Almanac
import AlmanacSQL

extension MySQLStore {
  public func append(_ rows: [HistoryRow]) async throws {
    if rows.isEmpty { return }
    let shelf = try await self.opening.value()
    try shelf.checkBatch(rows.count, of: "rows")
    let drafts = try rows.map { try HistoryDraft($0) }
    try await self.pool.run { connection in
      let statements = shelf.statements.insertHistory(
        drafts, namespace: shelf.namespace, limit: connection.packetLimit)
      try connection.transaction { try $0.finish(statements) }
    }
  }

  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    let shelf = try await self.opening.value()
    let listing = HistoryListing(query: query, names: shelf.statements, namespace: shelf.namespace)
    let limit = query.effectiveLimit
    return try await self.pool.run { connection in
      let found = try listing.rows(connection)
      let next = found.count > limit ? HistoryCursor(position: found[limit - 1].position) : nil
      // A row that a newer version wrote in words that this one does not know is left out: there is nothing to show of
      // it.
      return HistoryPage(
        rows: found.prefix(limit).compactMap { try? RecordCodec.historyRow(from: $0.body) }, next: next)
    }
  }

  public func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    let shelf = try await self.opening.value()
    let names = shelf.statements
    return try await self.pool.run { connection in
      var pruned = 0
      for select in [
        names.plainHistory(before: instant, namespace: shelf.namespace),
        names.keptHistory(until: now, namespace: shelf.namespace),
      ] {
        let left = max(limit, 0) - pruned
        if left == 0 { break }
        pruned += try names.deleteHistory(select, limit: left, connection)
      }
      return pruned
    }
  }

  public func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    let shelf = try await self.opening.value()
    try shelf.checkBatch(rows.count, of: "jobs")
    let names = shelf.statements
    let jobs = rows.sorted { $0.key < $1.key }
    return try await self.pool.run { connection in
      var trimmed = 0
      for (job, count) in jobs where trimmed < limit {
        // The newest row that is one too many; none where there is no such.
        let first = try connection.run(names.surplusHistory(of: job, keeping: count, namespace: shelf.namespace))
        guard first.count == 1 else { continue }
        let place = HistoryListing.Place(
          incarnation: first.number(0, 0), revision: first.number(0, 1), ordinal: first.number(0, 2))
        let select = names.history(of: job, upTo: place, namespace: shelf.namespace)
        trimmed += try names.deleteHistory(select, limit: limit - trimmed, connection)
      }
      return trimmed
    }
  }
}

extension Statements {
  func plainHistory(before instant: Instant, namespace: Int64) -> SQL {
    """
    select position from \(self.history) force index (history_until) where namespace = \(namespace)
    and keep_until is null and at < \(instant.microsecondsSinceEpoch) order by at, position
    """
  }

  func keptHistory(until now: Instant, namespace: Int64) -> SQL {
    """
    select position from \(self.history) force index (history_until) where namespace = \(namespace)
    and keep_until <= \(now.microsecondsSinceEpoch) order by keep_until
    """
  }

  func surplusHistory(of job: JobID, keeping count: Int, namespace: Int64) -> SQL {
    """
    select incarnation, revision, ordinal from \(self.history) force index (history_key)
    where namespace = \(namespace) and job = \(job.rawValue)
    order by incarnation desc, revision desc, ordinal desc limit \(max(count, 0)), 1
    """
  }

  func history(of job: JobID, upTo place: HistoryListing.Place, namespace: Int64) -> SQL {
    """
    select position from \(self.history) force index (history_key)
    where namespace = \(namespace) and job = \(job.rawValue) and incarnation <= \(place.incarnation)
    and (incarnation < \(place.incarnation) or revision < \(place.revision)
      or (revision = \(place.revision) and ordinal <= \(place.ordinal)))
    order by incarnation, revision, ordinal
    """
  }

  /// Looks for rows without locking any, then deletes them by their keys: a `delete` takes no hint for an index.
  func deleteHistory(_ select: SQL, limit: Int, _ connection: ServerConnection) throws -> Int {
    let positions = try connection.run("\(select) limit \(limit)").numbers
    if positions.isEmpty { return 0 }
    return try connection.run(
      "delete h from \(self.history) h force index (primary) where h.position in (\(list: positions))"
    ).affected
  }
}

/// Reads a page of history along an index, so that a page costs the same wherever in a long history it lies.
///
/// The rows of one job lie in the order of their keys, which only grow; all others in the order of time. The cursor is the position of the last row; where that
/// row was pruned, so was everything older, and the listing is at its end. What lies behind a cursor is asked for in pieces, each one stretch of the index:
/// the servers walk past everything before a pair of values, where the pair is compared as one.
struct HistoryListing: Sendable {
  let query: HistoryQuery
  let names: Statements
  let namespace: Int64

  /// Where a row of a job lies.
  struct Place: Hashable, Sendable {
    var incarnation: Int64
    var revision: Int64
    var ordinal: Int64
  }

  /// One row more than the page has.
  func rows(_ connection: ServerConnection) throws -> [(position: Int64, body: [UInt8])] {
    let limit = self.query.effectiveLimit + 1
    var found: [(position: Int64, body: [UInt8])] = []
    for piece in try self.pieces(connection) where found.count < limit {
      let rows = try connection.run(self.statement(piece, limit: limit - found.count))
      found += (0..<rows.count).map { row in (rows.number(row, 0), rows.withBytes(row, 1) { [UInt8]($0) }) }
    }
    return found
  }

  /// The conditions of the pieces that make up what lies behind the cursor, one after the other.
  private func pieces(_ connection: ServerConnection) throws -> [SQL] {
    guard let cursor = self.query.cursor else { return ["true"] }
    let last = try connection.run(
      """
      select at, incarnation, revision, ordinal from \(self.names.history) where position = \(cursor.position)
      and namespace = \(self.namespace)
      """)
    guard last.count == 1 else { return [] }
    let (at, incarnation, revision, ordinal) =
      (last.number(0, 0), last.number(0, 1), last.number(0, 2), last.number(0, 3))
    if self.query.job == nil {
      return ["at = \(at) and position < \(cursor.position)", "at < \(at)"]
    }
    return [
      "incarnation = \(incarnation) and revision = \(revision) and ordinal < \(ordinal)",
      "incarnation = \(incarnation) and revision < \(revision)", "incarnation < \(incarnation)",
    ]
  }

  func statement(_ piece: SQL, limit: Int) -> SQL {
    var terms: [SQL] = ["namespace = \(self.namespace)"]
    if let job = self.query.job { terms.append("job = \(job.rawValue)") }
    if let name = self.query.jobName { terms.append("job_name = \(name)") }
    if let since = self.query.since { terms.append("at >= \(since.microsecondsSinceEpoch)") }
    if let before = self.query.before { terms.append("at < \(before.microsecondsSinceEpoch)") }
    terms.append(piece)
    let (index, order): (SQL, SQL) =
      if self.query.job != nil {
        ("history_key", "incarnation desc, revision desc, ordinal desc")
      } else if self.query.jobName != nil { ("history_name", "at desc, position desc") } else {
        ("history_at", "at desc, position desc")
      }
    return """
      select position, body from \(self.names.history) force index (\(index))
      where \(SQL.joined(terms, by: " and ")) order by \(order) limit \(limit)
      """
  }
}
#endif
