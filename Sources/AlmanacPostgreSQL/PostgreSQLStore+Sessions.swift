#if PostgreSQL
import Almanac
import AlmanacSQL

// Sessions live and die by the server's clock.

extension PostgreSQLStore {
  public func openSession(_ draft: SessionDraft) async throws -> Session {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(try SessionText.of(draft))
    parameters.add(draft.lifetimeMicroseconds)
    let sent = parameters
    return try await self.pool.run { Session(try $0.run(.openSession, sent), 0) }
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(try SessionText.of(draft))
    parameters.add(draft.lifetimeMicroseconds)
    parameters.add(epoch.rawValue)
    let sent = parameters
    return try await self.pool.run { connection in
      let rows = try connection.run(.renewSession, sent)
      return rows.count == 1 ? Session(rows, 0) : nil
    }
  }

  public func sessions() async throws -> [Session] {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    let sent = parameters
    return try await self.pool.run { connection in
      let rows = try connection.run(.sessions, sent)
      return (0..<rows.count).map { Session(rows, $0) }
    }
  }

  /// A session that was forgotten was dead: so is one that is not known.
  public func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(epoch.rawValue)
    parameters.add(expiry.microsecondsSinceEpoch)
    let sent = parameters
    return try await self.pool.run { connection in
      if try connection.run(.markDead, sent).count == 1 { return true }
      // What a renewal made of it in the meantime is seen by a statement of its own.
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(epoch.rawValue)
      let rows = try connection.run(.isDead, parameters)
      return rows.count == 0 || rows.flag(0, 0)
    }
  }

  public func forgetSessions(expiredBefore: Instant) async throws {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(expiredBefore.microsecondsSinceEpoch)
    let sent = parameters
    _ = try await self.pool.run { try $0.run(.forgetSessions, sent).count }
  }
}

extension Session {
  /// Takes the columns ``Statement/sessionColumns`` of a row.
  init(_ rows: Rows, _ row: Int) {
    self.init(
      epoch: Epoch(rows.number(row, 0)), draft: SessionText.draft(of: rows.text(row, 1)),
      openedAt: Instant(microsecondsSinceEpoch: rows.number(row, 2)),
      renewedAt: Instant(microsecondsSinceEpoch: rows.number(row, 3)),
      expiresAt: Instant(microsecondsSinceEpoch: rows.number(row, 4)), isDead: rows.flag(row, 5))
  }
}

extension Statement {
  static let sessionColumns = "epoch, draft, opened_at, renewed_at, expires_at, dead"

  static let openSession = Statement(
    "open_session",
    """
    with clock as materialized (select \(Statement.clock) as now)
    insert into session (namespace, draft, opened_at, renewed_at, expires_at, dead)
    select $1::bigint, $2::text, now, now, now + $3::bigint, false from clock returning \(sessionColumns)
    """)

  static let renewSession = Statement(
    "renew_session",
    """
    with clock as materialized (select \(Statement.clock) as now)
    update session set draft = $2::text, renewed_at = now, expires_at = now + $3::bigint from clock
    where epoch = $4::bigint and namespace = $1::bigint and not dead returning \(sessionColumns)
    """)

  static let sessions = Statement(
    "sessions", "select \(sessionColumns) from session where namespace = $1::bigint order by epoch")

  static let markDead = Statement(
    "mark_dead",
    """
    update session set dead = true
    where epoch = $2::bigint and namespace = $1::bigint and not dead and expires_at = $3::bigint returning epoch
    """)

  static let isDead = Statement(
    "is_dead", "select dead from session where epoch = $2::bigint and namespace = $1::bigint")

  static let forgetSessions = Statement(
    "forget_sessions", "delete from session where namespace = $1::bigint and dead and expires_at < $2::bigint")
}
#endif
