#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  public func openSession(_ draft: SessionDraft) async throws -> Session {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let text = try SessionText.of(draft)
    let now = self.clock.now()
    let expiresAt = now + draft.lifetime
    let epoch = try await connection.write { db in
      try db.cachedStatement(
        sql: """
          insert into session (namespace, draft, opened_at, renewed_at, expires_at, dead) values (?, ?, ?, ?, ?, 0)
          """
      ).execute(
        arguments: [
          namespace, text, now.microsecondsSinceEpoch, now.microsecondsSinceEpoch, expiresAt.microsecondsSinceEpoch,
        ])
      return db.lastInsertedRowID
    }
    return Session(epoch: Epoch(epoch), draft: draft, openedAt: now, renewedAt: now, expiresAt: expiresAt)
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let text = try SessionText.of(draft)
    let now = self.clock.now()
    let expiresAt = now + draft.lifetime
    return try await connection.write { db in
      let statement = try db.cachedStatement(
        sql: """
          update session set draft = ?, renewed_at = ?, expires_at = ? where epoch = ? and namespace = ? and dead = 0
          returning \(SessionRows.columnList)
          """)
      let arguments: StatementArguments = [
        text, now.microsecondsSinceEpoch, expiresAt.microsecondsSinceEpoch, epoch.rawValue, namespace,
      ]
      return try Row.fetchOne(statement, arguments: arguments).map { SessionRows.session($0) }
    }
  }

  public func sessions() async throws -> [Session] {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.read { db in
      let statement = try db.cachedStatement(
        sql: "select \(SessionRows.columnList) from session where namespace = ? order by epoch")
      return try Row.fetchAll(statement, arguments: [namespace]).map { SessionRows.session($0) }
    }
  }

  /// A session that was forgotten was dead: so is one that is not known.
  public func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.write { db in
      try db.cachedStatement(
        sql: "update session set dead = 1 where epoch = ? and namespace = ? and dead = 0 and expires_at = ?"
      ).execute(arguments: [epoch.rawValue, namespace, expiry.microsecondsSinceEpoch])
      let statement = try db.cachedStatement(sql: "select dead from session where epoch = ? and namespace = ?")
      return try Int.fetchOne(statement, arguments: [epoch.rawValue, namespace]) != 0
    }
  }

  public func forgetSessions(expiredBefore: Instant) async throws {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    try await connection.write { db in
      try db.cachedStatement(sql: "delete from session where namespace = ? and dead = 1 and expires_at < ?")
        .execute(arguments: [namespace, expiredBefore.microsecondsSinceEpoch])
    }
  }
}
#endif
