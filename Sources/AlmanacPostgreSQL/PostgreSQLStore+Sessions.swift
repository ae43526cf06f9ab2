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
    let session = try await self.pool.run { Session(try $0.run(.openSession, sent), 0) }
    self.presence.enter(session.epoch)
    return session
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(try SessionText.of(draft))
    parameters.add(draft.lifetimeMicroseconds)
    parameters.add(epoch.rawValue)
    let sent = parameters
    let session = try await self.pool.run { connection in
      let rows = try connection.run(.renewSession, sent)
      return rows.count == 1 ? Session(rows, 0) : nil
    }
    if session == nil { self.presence.leave(epoch) }
    return session
  }

  public func sessions() async throws -> [Session] {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(self.presence.hasSettled)
    let sent = parameters
    return try await self.pool.run { connection in
      let rows = try connection.run(.sessions, sent)
      return (0..<rows.count).map { row in
        var session = Session(rows, row)
        session.isConnected = rows.isNull(row, 6) ? nil : rows.flag(row, 6)
        return session
      }
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
    let isDead = try await self.pool.run { connection in
      if try connection.run(.markDead, sent).count == 1 { return true }
      // What a renewal made of it in the meantime is seen by a statement of its own.
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(epoch.rawValue)
      let rows = try connection.run(.isDead, parameters)
      return rows.count == 0 || rows.flag(0, 0)
    }
    if isDead { self.presence.leave(epoch) }
    return isDead
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

  /// The locks are looked at once, and only where a living session says that it holds one here. Whether a missing one is told of is for whoever asks to
  /// know (``Presence/hasSettled``).
  static let sessions = Statement(
    "sessions",
    """
    with held as materialized (
      select pid, objid::bigint as epoch from pg_locks
      where locktype = 'advisory' and classid = 'session'::regclass and objsubid = 2 and granted
        and database = (select oid from pg_database where datname = current_database())
    )
    select \(sessionColumns), case
      when dead or guard is null or guard_server is distinct from \(Statement.server) then null
      when exists (select from held where held.pid = guard and held.epoch = session.epoch & 4294967295) then true
      when $2::boolean then false
    end
    from session where namespace = $1::bigint order by epoch
    """)

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
