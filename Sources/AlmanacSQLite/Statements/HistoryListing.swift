#if SQLite
import Almanac
import GRDB

/// Reads a page of history along an index, so that a page costs the same wherever in a long history it lies.
///
/// The rows of one job lie in the order of their keys, which only grow: an incarnation is followed by a later one, a
/// revision by the next. All others are ordered by time. The cursor is the position of the last row; where that row
/// was pruned, so was everything older, and the listing is at its end.
struct HistoryListing: Sendable {
  let query: HistoryQuery
  let namespace: Int64

  /// The bodies of a page, newest first, and where the next page begins.
  func page(_ db: Database) throws -> ([String], HistoryCursor?) {
    let (sql, arguments) = self.statement
    let limit = self.query.effectiveLimit
    let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
    let next = rows.count > limit ? rows[limit - 1] : nil
    return (rows.prefix(limit).map { $0[1] }, next.map { HistoryCursor(position: $0[0]) })
  }

  /// The statement, which asks for one row more than the page has, and its arguments.
  var statement: (sql: String, arguments: StatementArguments) {
    var terms = ["namespace = ?"]
    var arguments: StatementArguments = [self.namespace]
    func require(_ term: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      terms.append(term)
      arguments += [value]
    }
    let order: [String]
    require("job = ?", self.query.job?.rawValue)
    require("job_name = ?", self.query.jobName)
    require("at >= ?", self.query.since?.microsecondsSinceEpoch)
    require("at < ?", self.query.before?.microsecondsSinceEpoch)
    order = self.query.job == nil ? ["at", "position"] : ["incarnation", "revision", "ordinal"]
    let columns = order.joined(separator: ", ")
    if let cursor = self.query.cursor {
      terms.append("(\(columns)) < (select \(columns) from history where position = ?)")
      arguments += [cursor.position]
    }
    arguments += [self.query.effectiveLimit + 1]
    let descending = order.map { "\($0) desc" }.joined(separator: ", ")
    return (
      "select position, body from history where \(terms.joined(separator: " and ")) order by \(descending) limit ?",
      arguments
    )
  }
}
#endif
