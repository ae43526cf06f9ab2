#if MySQL
import Almanac
import AlmanacSQL

// Sessions live and die by the server's clock.

extension MySQLStore {
  public func openSession(_ draft: SessionDraft) async throws -> Session {
    let shelf = try await self.opening.value()
    let text = try SessionText.of(draft)
    return try await self.pool.run { connection in
      let answers = try connection.run([
        shelf.statements.openSession(text, draft.lifetimeMicroseconds, namespace: shelf.namespace),
        shelf.statements.sessions("epoch = last_insert_id()", namespace: shelf.namespace),
      ])
      guard answers[1].count == 1 else {
        throw StoreError(.corrupted, store: shelf.name, "a session that was opened is not there")
      }
      return Session(answers[1], 0)
    }
  }

  public func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    let shelf = try await self.opening.value()
    let text = try SessionText.of(draft)
    return try await self.pool.run { connection in
      // Where it is marked dead between the two, it is dead.
      let answers = try connection.run([
        shelf.statements.renewSession(epoch, text, draft.lifetimeMicroseconds, namespace: shelf.namespace),
        shelf.statements.sessions("epoch = \(epoch.rawValue) and dead = 0", namespace: shelf.namespace),
      ])
      return answers[1].count == 1 ? Session(answers[1], 0) : nil
    }
  }

  public func sessions() async throws -> [Session] {
    let shelf = try await self.opening.value()
    return try await self.pool.run { connection in
      let rows = try connection.run(shelf.statements.sessions("true", namespace: shelf.namespace))
      return (0..<rows.count).map { Session(rows, $0) }
    }
  }

  /// A session that was forgotten was dead: so is one that is not known.
  public func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    let shelf = try await self.opening.value()
    return try await self.pool.run { connection in
      let answers = try connection.run([
        shelf.statements.markDead(epoch, expiringAt: expiry, namespace: shelf.namespace),
        shelf.statements.sessions("epoch = \(epoch.rawValue) and dead = 0", namespace: shelf.namespace),
      ])
      return answers[1].count == 0
    }
  }

  public func forgetSessions(expiredBefore: Instant) async throws {
    let shelf = try await self.opening.value()
    _ = try await self.pool.run { connection in
      try connection.run(shelf.statements.forgetSessions(expiredBefore: expiredBefore, namespace: shelf.namespace))
        .count
    }
  }
}

extension Session {
  /// Takes the columns of ``Statements/sessions(_:namespace:)``.
  init(_ rows: Rows, _ row: Int) {
    self.init(
      epoch: Epoch(rows.number(row, 0)), draft: SessionText.draft(of: rows.text(row, 1)),
      openedAt: Instant(microsecondsSinceEpoch: rows.number(row, 2)),
      renewedAt: Instant(microsecondsSinceEpoch: rows.number(row, 3)),
      expiresAt: Instant(microsecondsSinceEpoch: rows.number(row, 4)), isDead: rows.flag(row, 5))
  }
}

extension Statements {
  func sessions(_ which: SQL, namespace: Int64) -> SQL {
    """
    select epoch, draft, opened_at, renewed_at, expires_at, dead from \(self.session)
    where namespace = \(namespace) and \(which) order by epoch
    """
  }

  func openSession(_ draft: String, _ lifetime: Int64, namespace: Int64) -> SQL {
    """
    insert into \(self.session) (namespace, draft, opened_at, renewed_at, expires_at, dead)
    select \(namespace), \(draft), c.now, c.now, c.now + \(lifetime), 0 from (select \(Statements.clock) as now) as c
    """
  }

  func renewSession(_ epoch: Epoch, _ draft: String, _ lifetime: Int64, namespace: Int64) -> SQL {
    """
    update \(self.session) set draft = \(draft), renewed_at = \(Statements.clock),
      expires_at = \(Statements.clock) + \(lifetime)
    where epoch = \(epoch.rawValue) and namespace = \(namespace) and dead = 0
    """
  }

  func markDead(_ epoch: Epoch, expiringAt expiry: Instant, namespace: Int64) -> SQL {
    """
    update \(self.session) set dead = 1 where epoch = \(epoch.rawValue) and namespace = \(namespace)
    and dead = 0 and expires_at = \(expiry.microsecondsSinceEpoch)
    """
  }

  func forgetSessions(expiredBefore instant: Instant, namespace: Int64) -> SQL {
    """
    delete from \(self.session) where namespace = \(namespace) and dead = 1
    and expires_at < \(instant.microsecondsSinceEpoch)
    """
  }
}
#endif
