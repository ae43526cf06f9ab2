#if PostgreSQL
import Almanac
import AlmanacSQL

/// A namespace of a database that is ready for use, and what this process remembers of it.
final class PostgreSQLShelf: RecordShelf {
  let pool: ConnectionPool
  let namespace: Int64
  let lanes = LaneBook()
  let cache = RecordCache()
  /// Where others are told; one for each namespace.
  let channel: Channel

  private init(pool: ConnectionPool, namespace: Int64, channel: String) {
    self.pool = pool
    self.namespace = namespace
    self.channel = Channel(name: channel)
  }

  var name: String { self.pool.settings.name }

  static func open(_ pool: ConnectionPool, namespace: String) async throws -> PostgreSQLShelf {
    try await pool.run { connection in
      try self.checkServer(connection)
      try Pooler.check(connection)
      try Schema.migrate(connection)
      let find = "select id, channel_of(id) from namespace where name = $1::text"
      var name = Parameters()
      name.add(namespace)
      var rows = try connection.run(once: find, name)
      if rows.count == 0 {
        try connection.run(once: "insert into namespace (name) values ($1::text) on conflict do nothing", name)
        rows = try connection.run(once: find, name)
      }
      return PostgreSQLShelf(pool: pool, namespace: rows.number(0, 0), channel: rows.text(0, 1))
    }
  }

  private static func checkServer(_ connection: ServerConnection) throws {
    let rows = try connection.run(
      once: "select current_setting('server_version_num')::bigint, current_setting('server_encoding')")
    func refused(_ why: String) -> StoreError {
      StoreError(.unsupported, store: connection.settings.name, why)
    }
    guard rows.number(0, 0) >= 130_000 else { throw refused("PostgreSQL 13 or newer is needed") }
    guard rows.text(0, 1) == "UTF8" else {
      throw refused("the database has the encoding \(rows.text(0, 1)), and UTF8 is needed")
    }
  }
}

/// What is said between schedulers: `NOTIFY` on a channel of the namespace, in a line of text.
struct Channel: Hashable, Sendable {
  /// As the function `channel_of` of the schema names it, since functions of the schema tell of jobs too: an identifier, so that it
  /// can be listened to. Channels are the database's, so the schema is part of the name.
  let name: String
  /// Tells this client's notices from those of others.
  let sender = Int64.random(in: 1...Int64.max)

  /// What comes before the instant, in microseconds, in a notice that a record wants to be looked at.
  var wakePrefix: String { "wake \(self.sender) " }

  func payload(of change: StoreChange) -> String {
    switch change {
    case .wake(let instant): self.wakePrefix + String(instant.microsecondsSinceEpoch)
    case .cancel(let id, let owner): "cancel \(self.sender) \(owner.rawValue) \(id.rawValue)"
    }
  }

  /// The change that a notice of somebody else tells of; nil for our own, and for words that this version does not know.
  func change(of payload: String) -> StoreChange? {
    let words = payload.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, let sender = Int64(words[1]), sender != self.sender else { return nil }
    switch words[0] {
    case "wake": return Int64(words[2]).map { .wake(at: Instant(microsecondsSinceEpoch: $0)) }
    case "cancel":
      let parts = words[2].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let owner = Int64(parts[0]) else { return nil }
      return .cancel(JobID(String(parts[1])), owner: Epoch(owner))
    default: return nil
    }
  }
}
#endif
