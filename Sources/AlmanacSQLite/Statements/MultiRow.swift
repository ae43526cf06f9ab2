#if SQLite
import GRDB

/// Inserts of many rows by few statements.
///
/// A statement costs some microseconds to begin and end, whatever it does. Rows go in blocks of fixed sizes, so that
/// four prepared statements a table serve every number of rows.
struct MultiRow: Sendable {
  private static let blocks = [64, 16, 4, 1]

  /// For example `insert into tag (namespace, tag, job)`.
  let head: String
  let columns: Int
  /// For example `on conflict do nothing`.
  let tail: String
  private let statements: [String]

  init(_ head: String, columns: Int, tail: String = "") {
    self.head = head
    self.columns = columns
    self.tail = tail
    let row = "(" + repeatElement("?", count: columns).joined(separator: ", ") + ")"
    self.statements = MultiRow.blocks.map { block in
      "\(head) values \(repeatElement(row, count: block).joined(separator: ", ")) \(tail)"
    }
  }

  /// Inserts the rows that lie one after the other in `values`; answers how many rows were changed.
  @discardableResult
  func insert(_ values: [DatabaseValue], _ db: Database) throws -> Int {
    var changes = 0
    var start = values.startIndex
    for (block, sql) in zip(MultiRow.blocks, self.statements) {
      let width = block * self.columns
      while values.endIndex - start >= width {
        let statement = try db.cachedStatement(sql: sql)
        statement.setUncheckedArguments(StatementArguments(values[start..<start + width]))
        try statement.execute()
        changes += db.changesCount
        start += width
      }
    }
    return changes
  }
}
#endif
