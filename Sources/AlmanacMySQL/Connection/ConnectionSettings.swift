#if MySQL
import Almanac
import AlmanacSQL
import Foundation

typealias ConnectionPool = ServerPool<ServerConnection>

/// How connections of a store are opened.
struct ConnectionSettings: PoolSettings, Hashable {
  let location: MySQLLocation
  let options: MySQLOptions

  init(_ location: MySQLLocation, _ options: MySQLOptions) {
    self.location = location
    self.options = options
  }

  var name: String { self.location.description }

  var maximumConnections: Int { self.options.maximumConnections }

  static let threadName = "almanac.mysql"

  /// The same for a connection that changes tables, which may take as long as it takes.
  var patient: ConnectionSettings {
    var options = self.options
    (options.statementTimeout, options.lockTimeout) = (.seconds(86_400), .seconds(60))
    return ConnectionSettings(self.location, options)
  }

  /// How long the server may say nothing.
  var answerTimeout: Duration { self.options.statementTimeout + .seconds(5) }

  var password: String? { self.location.password ?? ProcessInfo.processInfo.environment["MYSQL_PWD"] }

  /// What each connection is told first, whichever server it is.
  ///
  /// Literals rest upon `NO_BACKSLASH_ESCAPES`. A statement sees what was committed before it, and locks what it writes and nothing between.
  var greeting: SQL {
    let seconds = Int64(self.options.lockTimeout / .seconds(1))
    return """
      set session sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1,
        innodb_lock_wait_timeout = \(seconds), lock_wait_timeout = \(seconds), sql_safe_updates = 0, sql_big_selects = 1;
      set session transaction isolation level read committed
      """
  }

  /// What only one kind of server knows.
  ///
  /// A node that is gone without a word keeps what it locked until the server ends its connection: on MariaDB that is done to a transaction that is
  /// left alone, on MySQL to any connection that is, which is opened again when it is needed.
  func greeting(_ server: ServerKind) -> SQL {
    let milliseconds = Int64(self.options.statementTimeout / .milliseconds(1))
    let seconds = max(milliseconds / 1_000, 1)
    switch server {
    case .mariaDB:
      // Lists of more than a thousand values would be made a table of, and joined, where they are to lead along an index.
      return """
        set session max_statement_time = \(SQL(trusted: "\(Double(milliseconds) / 1_000)")),
          idle_transaction_timeout = \(seconds), in_predicate_conversion_threshold = 0
        """
    case .mySQL:
      return """
        set session max_execution_time = \(milliseconds), wait_timeout = \(seconds + 45)
        """
    }
  }
}

/// Two servers of one descent, whose SQL is not quite the same.
enum ServerKind: Hashable, Sendable {
  case mariaDB, mySQL
}
#endif
