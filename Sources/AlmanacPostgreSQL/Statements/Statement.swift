#if PostgreSQL
/// A statement with a name, by which each connection prepares it once.
///
/// Every parameter and every result is binary. Parameters say their types in the text.
struct Statement: Hashable, Sendable {
  let name: String
  let sql: String

  init(_ name: String, _ sql: String) {
    self.name = "almanac_" + name
    self.sql = sql
  }

  static let now = Statement("now", "select \(Statement.clock)")

  /// The server's clock, not that of the transaction's begin, in microseconds.
  static let clock = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
}
#endif
