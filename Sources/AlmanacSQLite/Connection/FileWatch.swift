#if SQLite
import Almanac
import AlmanacSQL
import GRDB

/// Notices what other processes write, by asking a connection of its own that never writes.
///
/// `PRAGMA data_version` changes for a connection whenever another one commits
/// (https://www.sqlite.org/pragma.html#pragma_data_version), and costs microseconds. Only where it changed are the
/// earliest instants of the lanes read, a step of an index each, and compared: what changes no lane's earliest instant
/// wakes nobody. Both are read in one transaction, so that nothing can come between them. Watching the log file with
/// inotify would be sooner by a part of the interval; it was left out because every other system needs means of its
/// own, and all of them need the poll behind it for the events that they drop.
struct FileWatch: Sendable {
  let connection: StoreConnection
  /// Announcements from this process are known here already.
  let sender: Int64
  let interval: Duration
  let send: @Sendable (StoreChange) -> Void

  private struct Seen: Sendable {
    var dataVersion: Int64 = -1
    var lanes: [Int64: LaneWake] = [:]
    var announcement: Int64?
  }

  /// Polls until it is cancelled.
  func run() async {
    let since = SystemClock().now()
    var seen = Seen()
    var queue: DatabaseQueue?
    while !Task.isCancelled {
      do {
        let open: DatabaseQueue
        if let queue { open = queue } else { open = try await self.open() }
        queue = open
        let before = seen
        let (after, changes) = try await open.read { db in try self.look(before, since: since, db) }
        seen = after
        for change in changes { self.send(change) }
      } catch {
        // The file is busy, or its disk is: whoever writes to it is told. Here the next look may see it again.
      }
      do {
        try await Task.sleep(for: self.interval, tolerance: self.interval / 4)
      } catch {
        break
      }
    }
    if let queue { try? await blocking { try queue.close() } }
  }

  private func open() async throws -> DatabaseQueue {
    let path = self.connection.name
    return try await blocking {
      var configuration = Configuration()
      configuration.label = "almanac.watch"
      configuration.readonly = true
      configuration.busyMode = .timeout(1)
      configuration.prepareDatabase { db in try db.execute(sql: "pragma cache_size = -512") }
      return try DatabaseQueue(path: path, configuration: configuration)
    }
  }

  private func look(_ before: Seen, since: Instant, _ db: Database) throws -> (Seen, [StoreChange]) {
    var seen = before
    seen.dataVersion = try Int64.fetchOne(db.cachedStatement(sql: "pragma data_version")) ?? 0
    if seen.dataVersion == before.dataVersion { return (seen, []) }
    var changes: [StoreChange] = []
    let numbers = try Int64.fetchAll(
      db.cachedStatement(sql: "select id from lane where namespace = ?"), arguments: [self.connection.namespace])
    var wakes = EarliestWake()
    for number in numbers {
      let wake = try LaneWake(lane: number, db)
      // The first look has nothing to compare with, and what was written since the listener came must not be lost: it
      // tells of all.
      let known = before.lanes[number]
      if wake.startAt != known?.startAt { wakes.add(wake.startAt.map { Instant(microsecondsSinceEpoch: $0) }) }
      if wake.tendAt != known?.tendAt { wakes.add(wake.tendAt.map { Instant(microsecondsSinceEpoch: $0) }) }
      seen.lanes[number] = wake
    }
    if let instant = wakes.instant { changes.append(.wake(at: instant)) }
    try self.readAnnouncements(&seen, since: since, &changes, db)
    return (seen, changes)
  }

  private func readAnnouncements(
    _ seen: inout Seen, since: Instant, _ changes: inout [StoreChange], _ db: Database
  ) throws {
    let namespace = self.connection.namespace
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          select position, job, owner, wake_at from announcement
          where position > ? and namespace = ? and sender <> ? and at >= ? order by position
          """),
      arguments: [
        seen.announcement ?? 0, namespace, self.sender, seen.announcement == nil ? since.microsecondsSinceEpoch : .min,
      ])
    for row in rows { if let change = Announcement.change(row) { changes.append(change) } }
    let latest = try Int64.fetchOne(
      db.cachedStatement(sql: "select seq from sqlite_sequence where name = 'announcement'"))
    seen.announcement = max(latest ?? 0, seen.announcement ?? 0)
  }
}
#endif
