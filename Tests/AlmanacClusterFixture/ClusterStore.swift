import Almanac
import Foundation

#if MySQL
import AlmanacMySQL
#endif
#if PostgreSQL
import AlmanacPostgreSQL
#endif
#if SQLite
import AlmanacSQLite
#endif

/// The store that an address names.
enum ClusterStore {
  static func open(_ url: String) throws -> any JobStore {
    #if MySQL
    if url.hasPrefix("mysql:") { return try MySQLStore(url: url) }
    #endif
    #if PostgreSQL
    if url.hasPrefix("postgresql:") { return try PostgreSQLStore(url: url) }
    #endif
    #if SQLite
    if url.hasPrefix("sqlite:") { return try SQLiteStore(url: url) }
    #endif
    throw UnknownStore(url: url)
  }

  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}

struct UnknownStore: Error, CustomStringConvertible {
  let url: String
  var description: String { "this program was built without a store for \(self.url)" }
}
