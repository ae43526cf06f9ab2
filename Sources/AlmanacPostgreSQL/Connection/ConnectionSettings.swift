#if PostgreSQL
import Almanac
import AlmanacSQL
import CPostgreSQL
import Foundation

typealias ConnectionPool = ServerPool<ServerConnection>

/// How connections of a store are opened: what the address says, and what we add where it says nothing.
struct ConnectionSettings: PoolSettings, Hashable {
  /// What libpq is given: the address, without what only Almanac understands.
  let address: String
  /// The address without its secrets, for errors.
  let name: String
  let schema: String
  let options: PostgreSQLOptions

  init(_ location: PostgreSQLLocation, _ options: PostgreSQLOptions) {
    self.address = location.address
    self.name = location.description
    self.schema = location.schema
    self.options = options
  }

  var maximumConnections: Int { self.options.maximumConnections }

  static let threadName = "almanac.postgresql"

  var answerTimeout: Duration { self.options.statementTimeout + .seconds(5) }

  /// Calls with the keywords and values of `PQconnectdbParams`; of a keyword that comes twice the later one counts.
  func withParameters<Value>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
  ) -> Value {
    let seconds = max(Int64(self.options.connectTimeout / .seconds(1)), 2)
    let pairs: [(String, String)] = [
      ("application_name", "almanac"),
      ("connect_timeout", "\(seconds)"),
      // A peer that is gone without a word is noticed in about twenty seconds, whether or not something is on its way to it.
      ("keepalives_idle", "10"), ("keepalives_interval", "3"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "20000"),
      ("dbname", self.address),
      ("client_encoding", "UTF8"),
    ]
    let keywords = pairs.map { strdup($0.0) }
    let values = pairs.map { strdup($0.1) }
    defer { for text in keywords + values { free(text) } }
    let keywordPointers = keywords.map { $0.map { UnsafePointer($0) } } + [nil]
    let valuePointers = values.map { $0.map { UnsafePointer($0) } } + [nil]
    return body(keywordPointers, valuePointers)
  }

  /// What each connection is told first.
  ///
  /// Every statement of ours is a walk along indexes whose plan is known when it is written. A plan that depends on statistics can turn
  /// into a scan of the whole table on the day they are stale, so the ways that are never right are closed, and a
  /// statement is planned once.
  var greeting: String {
    let statement = Int64(self.options.statementTimeout / .milliseconds(1))
    let lock = Int64(self.options.lockTimeout / .milliseconds(1))
    return """
      set search_path = \(self.quotedSchema);
      set statement_timeout = \(statement); set lock_timeout = \(lock);
      set idle_in_transaction_session_timeout = \(max(statement, 1_000));
      set default_transaction_isolation = 'read committed';
      set plan_cache_mode = force_generic_plan; set jit = off;
      set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off;
      set enable_bitmapscan = off;
      \(self.options.isSynchronous ? "" : "set synchronous_commit = off;")
      """
  }

  var quotedSchema: String { "\"" + self.schema.replacing("\"", with: "\"\"") + "\"" }
}
#endif
