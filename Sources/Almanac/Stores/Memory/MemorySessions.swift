/// The sessions of one namespace.
struct MemorySessions {
  private var sessions: [Epoch: Session] = [:]
  /// The latest epoch given; kept when its session is forgotten, so that no epoch is given twice.
  private var latest: Int64 = 0

  var all: [Session] { self.sessions.values.sorted { $0.epoch < $1.epoch } }

  mutating func open(_ draft: SessionDraft, now: Instant) -> Session {
    self.latest += 1
    let session = Session(
      epoch: Epoch(self.latest), draft: draft, openedAt: now, renewedAt: now, expiresAt: now + draft.lifetime)
    self.sessions[session.epoch] = session
    return session
  }

  mutating func renew(_ epoch: Epoch, _ draft: SessionDraft, now: Instant) -> Session? {
    guard var session = self.sessions[epoch], !session.isDead else { return nil }
    session.draft = draft
    session.renewedAt = now
    session.expiresAt = now + draft.lifetime
    self.sessions[epoch] = session
    return session
  }

  mutating func markDead(_ epoch: Epoch, expiringAt expiry: Instant) -> Bool {
    // A session that is not there was dead before it was forgotten.
    guard let session = self.sessions[epoch] else { return true }
    if session.isDead { return true }
    guard session.expiresAt == expiry else { return false }
    self.sessions[epoch]?.isDead = true
    return true
  }

  mutating func forget(expiredBefore instant: Instant) {
    self.sessions = self.sessions.filter { !($0.value.isDead && $0.value.expiresAt < instant) }
  }

  func isAlive(_ epoch: Epoch) -> Bool { self.sessions[epoch].map { !$0.isDead } ?? false }
}
