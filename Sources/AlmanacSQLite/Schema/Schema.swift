#if SQLite
import Almanac
import GRDB

/// The tables and their versions.
///
/// Migrations go forward only and are numbered; `PRAGMA user_version` counts those that were done, `PRAGMA
/// application_id` says whose file it is. All of it happens in one immediate transaction: of two processes that come
/// at once, one migrates and the other finds it done.
enum Schema {
  private static let migrations: [String] = [Schema.version1]

  static var currentVersion: Int { self.migrations.count }

  static func check(version: Int, path: String) throws {
    guard version > self.currentVersion else { return }
    throw StoreError(
      .newerSchema, store: path,
      "the database has schema version \(version), and this version of Almanac knows \(self.currentVersion); upgrade"
        + " Almanac, or choose another path")
  }

  /// Strict tables came with SQLite 3.37, of November 2021 (https://www.sqlite.org/stricttables.html).
  private static func checkLibrary(_ db: Database, path: String) throws {
    let version = try String.fetchOne(db, sql: "select sqlite_version()") ?? ""
    let numbers = version.split(separator: ".").compactMap { Int($0) }
    guard numbers.lexicographicallyPrecedes([3, 37]) else { return }
    throw StoreError(
      .unsupported, store: path, "the system's SQLite is version \(version), and 3.37 or newer is needed")
  }

  /// Brings the schema up to date. To be called in an immediate transaction.
  static func migrate(_ db: Database, path: String) throws {
    try self.checkLibrary(db, path: path)
    let applicationID = try Int32.fetchOne(db, sql: "pragma application_id") ?? 0
    let version = try Int.fetchOne(db, sql: "pragma user_version") ?? 0
    if applicationID != StoreFile.applicationID {
      let tables = try Int.fetchOne(db, sql: "select count(*) from sqlite_master") ?? 0
      guard applicationID == 0, tables == 0 else { throw StoreFile.foreign(path) }
    }
    try self.check(version: version, path: path)
    guard version < self.currentVersion else { return }
    for migration in self.migrations[version...] { try db.execute(sql: migration) }
    try db.execute(sql: "pragma application_id = \(StoreFile.applicationID)")
    try db.execute(sql: "pragma user_version = \(self.currentVersion)")
  }
}
#endif
