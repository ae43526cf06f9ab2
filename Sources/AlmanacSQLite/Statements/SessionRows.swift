#if SQLite
import Almanac
import AlmanacSQL
import GRDB

/// The rows of sessions.
enum SessionRows {
  static let columnList = "epoch, draft, opened_at, renewed_at, expires_at, dead"

  /// Throws where the session is dead, or was never opened in this namespace.
  static func requireAlive(_ epoch: Epoch, namespace: Int64, path: String, _ db: Database) throws {
    let statement = try db.cachedStatement(sql: "select dead from session where epoch = ? and namespace = ?")
    let isDead = try Int.fetchOne(statement, arguments: [epoch.rawValue, namespace])
    if isDead == 0 { return }
    throw StoreError(
      .sessionLost, store: path,
      isDead == nil
        ? "there is no session \(epoch)" : "session \(epoch) was marked dead, and nothing was written for it")
  }

  static func session(_ row: Row) -> Session {
    let text: String = row[1]
    let draft = SessionText.draft(of: text)
    return Session(
      epoch: Epoch(row[0]), draft: draft, openedAt: Instant(microsecondsSinceEpoch: row[2]),
      renewedAt: Instant(microsecondsSinceEpoch: row[3]), expiresAt: Instant(microsecondsSinceEpoch: row[4]),
      isDead: row[5] != 0)
  }
}
#endif
