#if PostgreSQL
import Almanac
import Synchronization

/// What the thread that listens shows of this process to others: the sessions that it has here, each by an advisory lock that the server gives up by
/// itself, and at once, when the connection is gone.
///
/// The thread that listens owns the connection; everybody else leaves word here and wakes it.
final class Presence: Sendable {
  private struct State {
    /// Sessions that were opened here and are not known to be over.
    var sessions: Set<Epoch> = []
    var signal: WakePipe?
    /// Since when the connection has been there; nil where it is not.
    var attachedAt: ContinuousClock.Instant?
  }

  private let settling: Duration
  private let state = Mutex(State())

  init(settling: Duration) { self.settling = settling }

  // MARK: Those who open and end sessions

  func enter(_ epoch: Epoch) {
    self.state.withLock { $0.sessions.insert(epoch).inserted ? $0.signal : nil }?.wake()
  }

  func leave(_ epoch: Epoch) {
    self.state.withLock { $0.sessions.remove(epoch) != nil ? $0.signal : nil }?.wake()
  }

  // MARK: Those who ask about others

  /// Whether a missing lock of somebody else means anything; see ``PostgreSQLOptions/settling``.
  var hasSettled: Bool {
    self.state.withLock { $0.attachedAt.map { ContinuousClock.now - $0 >= self.settling } ?? false }
  }

  // MARK: The thread that listens

  var sessions: Set<Epoch> { self.state.withLock { $0.sessions } }

  /// Another thread takes over, to be woken by this; the last one may not have come to its end yet.
  func begin(_ signal: WakePipe) {
    self.state.withLock { state in
      state.signal = signal
      state.attachedAt = nil
    }
  }

  func attach(_ signal: WakePipe) {
    self.state.withLock { state in
      if state.signal === signal { state.attachedAt = state.attachedAt ?? .now }
    }
  }

  func detach(_ signal: WakePipe) {
    self.state.withLock { state in
      if state.signal === signal { state.attachedAt = nil }
    }
  }

  func end(_ signal: WakePipe) {
    self.detach(signal)
    self.state.withLock { state in
      if state.signal === signal { state.signal = nil }
    }
  }
}

extension ServerConnection {
  /// Shows that the processes of these sessions are there, for as long as this connection is.
  ///
  /// The lock is taken first and spoken of after. It is shared, though nobody else ever takes it: what a connection of ours held that was cut without a
  /// word may be held still, and must not be waited for. Which of the two counts is the one that was spoken of last.
  func guardSessions(_ epochs: Set<Epoch>) throws {
    for epoch in epochs.sorted() {
      var parameters = Parameters()
      parameters.add(epoch.rawValue)
      try self.run(.holdGuard, parameters)
      try self.run(.tellGuard, parameters)
    }
  }

  func releaseGuards(_ epochs: Set<Epoch>) throws {
    for epoch in epochs.sorted() {
      var parameters = Parameters()
      parameters.add(epoch.rawValue)
      try self.run(.releaseGuard, parameters)
    }
  }
}

extension Statement {
  /// The key is the table's own number and the low half of the epoch: no other schema, and no other program that keys its locks by its tables, has
  /// the same.
  private static let key = "'session'::regclass::oid::bigint::bit(32)::int, $1::bigint::bit(32)::int"

  /// Which server this is, by when it was started: of two servers of one cluster no two say the same.
  static let server = "(extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint"

  static let holdGuard = Statement("hold_guard", "select pg_advisory_lock_shared(\(key)) is null")

  static let releaseGuard = Statement("release_guard", "select pg_advisory_unlock_shared(\(key))")

  static let tellGuard = Statement(
    "tell_guard",
    "update session set guard = pg_backend_pid(), guard_server = \(server) where epoch = $1::bigint and not dead")

  /// Takes back what a connection said that is gone: from now on its lock says nothing. A later connection's word stands.
  static let withdrawGuard = Statement(
    "withdraw_guard",
    """
    update session set guard = null, guard_server = null
    where epoch = any ($1::bigint[]) and guard = $2::bigint and not dead
    """)
}
#endif
