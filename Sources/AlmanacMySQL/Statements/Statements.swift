#if MySQL
/// The statements of a store: the names of its tables, and the words in which its server wants them.
struct Statements: Hashable, Sendable {
  let prefix: String
  let server: ServerKind

  func table(_ name: String) -> SQL { SQL(trusted: self.prefix + name) }

  var namespace: SQL { self.table("namespace") }
  var lane: SQL { self.table("lane") }
  var job: SQL { self.table("job") }
  var definition: SQL { self.table("definition") }
  var label: SQL { self.table("label") }
  var owner: SQL { self.table("owner") }
  var session: SQL { self.table("session") }
  var announcement: SQL { self.table("announcement") }
  var history: SQL { self.table("history") }
  var counter: SQL { self.table("counter") }
  var migration: SQL { self.table("migration") }

  /// The server's clock in microseconds; not `unix_timestamp`, which on MariaDB ends in 2038.
  static let clock: SQL = "timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))"

  /// Stands for "never" where an instant is in an index: there it comes last, and the first entry of a lane is the one that is looked for.
  /// As `null` it would come first, and a look for the earliest would have to step over all of them.
  static let never = Int64.max

  static func instant(_ value: Int64?) -> Int64 { value ?? self.never }

  /// Inserts rows, by as many statements as the server's packets ask for.
  ///
  /// - Parameters:
  ///   - rows: each a list of values in parentheses.
  ///   - replacing: the columns that take the new values where the row is there already; where there are none, such a row stays as it is.
  ///     Not `insert ignore`, which also takes texts that are too long, and cuts them.
  func insert(
    into table: SQL, _ columns: [String], rows: [SQL], replacing: [String] = [], limit: Int
  ) -> [SQL] {
    let alias: SQL = self.server == .mySQL && !replacing.isEmpty ? " as fresh" : ""
    let changes =
      replacing.isEmpty
      ? "\(columns[0]) = \(table.text).\(columns[0])"
      : replacing.map { self.server == .mySQL ? "\($0) = fresh.\($0)" : "\($0) = values(\($0))" }.joined(
        separator: ", ")
    let head = SQL(trusted: "insert into \(table.text) (\(columns.joined(separator: ", "))) values ")
    let tail = alias.text + " on duplicate key update " + changes
    var statements: [SQL] = []
    var current: [SQL] = []
    var size = 0
    func flush() {
      if current.isEmpty { return }
      statements.append(SQL(trusted: head.text + SQL.joined(current, by: ",").text + tail))
      (current, size) = ([], 0)
    }
    let room = limit - head.text.utf8.count - tail.utf8.count
    for row in rows {
      let length = row.text.utf8.count + 1
      if size + length > room { flush() }
      current.append(row)
      size += length
    }
    flush()
    return statements
  }
}
#endif
