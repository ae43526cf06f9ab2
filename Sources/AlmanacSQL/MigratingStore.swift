import Almanac

/// A store whose tables somebody may want to bring up to date before schedulers do.
package protocol MigratingStore: JobStore {
  /// Whether a migration is all or nothing, so that it is to be run in a transaction where it is run by hand.
  var migratesInTransaction: Bool { get }
  /// The SQL that would be run; empty where there is nothing to do. Changes nothing.
  func pendingMigration() async throws -> String
  /// Answers whether there was anything to do.
  @discardableResult func migrate() async throws -> Bool
}
