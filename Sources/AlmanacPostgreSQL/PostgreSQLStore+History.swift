#if PostgreSQL
import Almanac
import AlmanacSQL

extension PostgreSQLStore {
  public func append(_ rows: [HistoryRow]) async throws {
    if rows.isEmpty { return }
    let shelf = try await self.opening.value()
    try shelf.checkBatch(rows.count, of: "rows")
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    HistoryDraft.append(try rows.map { try HistoryDraft($0) }, to: &parameters)
    let sent = parameters
    _ = try await self.pool.run { try $0.run(.appendHistory, sent).count }
  }

  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    let shelf = try await self.opening.value()
    let listing = HistoryListing(query: query, namespace: shelf.namespace)
    let limit = query.effectiveLimit
    return try await self.pool.run { connection in
      let (sql, parameters) = listing.statement
      let rows = try connection.run(once: sql, parameters)
      let shown = (0..<min(rows.count, limit)).map { rows.withBytes($0, 1) { [UInt8]($0) } }
      let next = rows.count > limit ? HistoryCursor(position: rows.number(limit - 1, 0)) : nil
      // A row that a newer version wrote in words that this one does not know is left out: there is nothing to show of
      // it.
      return HistoryPage(rows: shown.compactMap { try? RecordCodec.historyRow(from: $0) }, next: next)
    }
  }

  public func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    let shelf = try await self.opening.value()
    return try await self.pool.run { connection in
      var pruned: Int64 = 0
      for (statement, instant) in [(Statement.prunePlain, instant), (.pruneKept, now)] {
        var parameters = Parameters()
        parameters.add(shelf.namespace)
        parameters.add(instant.microsecondsSinceEpoch)
        parameters.add(Int64(max(limit, 0)) - pruned)
        pruned += try connection.run(statement, parameters).number(0, 0)
      }
      return Int(pruned)
    }
  }

  public func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    let shelf = try await self.opening.value()
    try shelf.checkBatch(rows.count, of: "jobs")
    let jobs = rows.sorted { $0.key < $1.key }
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(jobs.map(\.key.rawValue))
    parameters.add(jobs.map { Int64(max($0.value, 0)) })
    parameters.add(Int64(max(limit, 0)))
    let sent = parameters
    return try await self.pool.run { Int(try $0.run(.trimHistory, sent).number(0, 0)) }
  }
}

extension Statement {
  /// A row whose key is there already is not written again.
  static let appendHistory = Statement(
    "append_history",
    """
    insert into history (namespace, job, job_name, incarnation, revision, ordinal, at, keep_until, body)
    select $1::bigint, * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::text[])
    on conflict do nothing
    """)

  static let prunePlain = Statement(
    "prune_plain",
    Statement.counted(
      """
      delete from history where position = any (array(
        select position from history where namespace = $1::bigint and keep_until is null and at < $2::bigint
        order by at, position limit $3::bigint))
      """))

  static let pruneKept = Statement(
    "prune_kept",
    Statement.counted(
      """
      delete from history where position = any (array(
        select position from history where namespace = $1::bigint and keep_until is not null
        and keep_until <= $2::bigint order by keep_until limit $3::bigint))
      """))

  /// Of each job the newest row that is one too many, and those before it; nothing where there is none such.
  static let trimHistory = Statement(
    "trim_history",
    Statement.counted(
      """
      delete from history where position = any (array(
        select h.position from unnest($2::text[], $3::bigint[]) as t (job, kept) cross join lateral (
          select position from history where namespace = $1::bigint and job = t.job
          and (incarnation, revision, ordinal) <= (
            select incarnation, revision, ordinal from history where namespace = $1 and job = t.job
            order by incarnation desc, revision desc, ordinal desc limit 1 offset t.kept)
          order by incarnation, revision, ordinal limit $4::bigint
        ) as h limit $4))
      """))

  private static func counted(_ deletion: String) -> String {
    "with gone as (\(deletion) returning 1) select count(*) from gone"
  }
}

/// Reads a page of history along an index, so that a page costs the same wherever in a long history it lies.
///
/// The rows of one job lie in the order of their keys, which only grow. All others are ordered by time; rows with and
/// without a time of their own lie in an index each, and are merged. The cursor is the position of the last row; where
/// that row was pruned, so was everything older, and the listing is at its end.
struct HistoryListing: Sendable {
  let query: HistoryQuery
  let namespace: Int64

  /// The statement, which asks for one row more than the page has, and its parameters.
  var statement: (sql: String, parameters: Parameters) {
    var parameters = Parameters()
    parameters.add(self.namespace)
    var terms = ["namespace = $1::bigint"]
    func require(_ term: String, _ value: Int64?) {
      guard let value else { return }
      parameters.add(value)
      terms.append("\(term) $\(parameters.count)::bigint")
    }
    func require(_ column: String, _ value: String?) {
      guard let value else { return }
      parameters.add(value)
      terms.append("\(column) = $\(parameters.count)::text")
    }
    require("job", self.query.job?.rawValue)
    require("job_name", self.query.jobName)
    require("at >=", self.query.since?.microsecondsSinceEpoch)
    require("at <", self.query.before?.microsecondsSinceEpoch)
    let order = self.query.job == nil ? ["at", "position"] : ["incarnation", "revision", "ordinal"]
    let columns = order.joined(separator: ", ")
    if let cursor = self.query.cursor {
      parameters.add(cursor.position)
      terms.append(
        "(\(columns)) < (select \(columns) from history where position = $\(parameters.count)::bigint)")
    }
    parameters.add(Int64(self.query.effectiveLimit + 1))
    let limit = "$\(parameters.count)::bigint"
    let descending = order.map { "\($0) desc" }.joined(separator: ", ")
    func select(_ more: String) -> String {
      let all = (terms + (more.isEmpty ? [] : [more])).joined(separator: " and ")
      return
        "select position, body, at, incarnation, revision, ordinal from history where \(all) order by \(descending) limit \(limit)"
    }
    if self.query.job != nil || self.query.jobName != nil { return (select(""), parameters) }
    return (
      """
      select * from (
        (\(select("keep_until is null"))) union all (\(select("keep_until is not null")))
      ) as rows order by \(descending) limit \(limit)
      """, parameters
    )
  }
}
#endif
