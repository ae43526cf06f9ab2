#if PostgreSQL
import Almanac
import AlmanacSQL

/// Sees whether a pooler stands between us and the server that hands out connections by transaction.
///
/// Through one of those nothing holds that belongs to a session: statements that were prepared are another connection's, `LISTEN` hears nothing, and the
/// search path may be that of another program, whose tables would be written then. So it is looked for before anything is done, and refused.
///
/// That there is a pooler at all shows by the number of the server process: the pooler says one of its own. Which kind it is shows only by what it does.
/// With two connections of ours open, one that hands them out by session keeps two of the server's for them; the other kind gives the second of ours, and then
/// the first, whichever of the server's is free. Poolers give what was used last, or what waited longest, so ours is asked while the other one is in a
/// transaction, and a varying number of times after: asked in one and the same order, each could get the same of the server's every time. While others are
/// about it is left to chance who gets what, and a round may show nothing: hence so many.
enum Pooler {
  static func check(_ connection: ServerConnection) throws {
    guard try self.serverProcess(connection) != Int64(connection.serverProcess) else { return }
    let other = try ServerConnection(connection.settings)
    let expected = try self.serverProcess(connection)
    for round in 0..<Pooler.rounds {
      let isOurs = try other.transaction {
        // In this order: where the pool has but one, the first would wait for the second.
        guard try self.serverProcess(other) != expected else { return false }
        return try self.serverProcess(connection) == expected
      }
      guard isOurs else { throw self.refusal(connection.settings) }
      for _ in 0...round % 3 {
        guard try self.serverProcess(connection) == expected else { throw self.refusal(connection.settings) }
      }
    }
  }

  private static let rounds = 24

  private static func serverProcess(_ connection: ServerConnection) throws -> Int64 {
    try connection.run(once: "select pg_backend_pid()::bigint").number(0, 0)
  }

  private static func refusal(_ settings: ConnectionSettings) -> StoreError {
    StoreError(
      .unsupported, store: settings.name,
      "a pooler between here and the server hands out connections by transaction; let the store go around it, or through a pool with pool_mode = session"
    )
  }
}
#endif
