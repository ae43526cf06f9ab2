#if MySQL
import Almanac
import AlmanacSQL

extension MySQLStore {
  /// Tells at once of what this process writes, and within ``MySQLOptions/pollInterval`` of what others do.
  public func changes() -> AsyncStream<StoreChange> {
    // The watch holds the feed, and the feed the watch, until the last listener leaves or the store is closed or gone.
    let (opening, feed, interval) = (self.opening, self.feed, self.options.pollInterval)
    return feed.subscribe {
      while !Task.isCancelled {
        if let shelf = try? await opening.value() {
          return await ServerWatch(shelf: shelf, interval: interval) { feed.send($0) }.run()
        }
        // A server that is away is told of to whoever uses the store; it may be there later.
        do { try await Task.sleep(for: max(interval, .milliseconds(500))) } catch { return }
      }
    }
  }

  public func announce(_ change: StoreChange) async throws {
    let shelf = try await self.opening.value()
    let statements = shelf.statements.announce(change, sender: shelf.sender, namespace: shelf.namespace)
    _ = try await self.pool.run { try $0.run(statements).count }
    self.feed.send(change)
  }
}

/// Notices what others write, by asking for it at an interval.
///
/// The earliest instants of the lanes are read, two entries of an index each, and compared: what changes no lane's earliest instant wakes nobody. So no write
/// costs anything for being noticed; a counter that every write raises was ruled out, since all writes would wait for each other at it.
struct ServerWatch: Sendable {
  let shelf: MySQLShelf
  let interval: Duration
  let send: @Sendable (StoreChange) -> Void

  struct Seen: Sendable {
    var heads: [Int64: LaneHead] = [:]
    var announcements: Set<Int64> = []
  }

  /// Polls until it is cancelled.
  func run() async {
    var seen = Seen()
    while !Task.isCancelled {
      do {
        let before = seen
        let (after, changes) = try await self.shelf.pool.run { try self.look(before, $0) }
        seen = after
        for change in changes { self.send(change) }
      } catch {
        // Whoever uses the store is told that the server is away. The next look compares with the last one.
      }
      do { try await Task.sleep(for: self.interval, tolerance: self.interval / 4) } catch { break }
    }
  }

  func look(_ before: Seen, _ connection: ServerConnection) throws -> (Seen, [StoreChange]) {
    let statements = self.shelf.statements
    let answers = try connection.run([
      statements.heads(nil, namespace: self.shelf.namespace), statements.announcements(self.shelf.namespace),
    ])
    var seen = Seen()
    var wakes = EarliestWake()
    for head in LaneHead.heads(of: answers[0]) {
      // The first look has nothing to compare with, and what was written since the listener came must not be lost: it tells of all.
      let known = before.heads[head.lane]
      if head.startAt != known?.startAt { wakes.add(head.startAt.map { Instant(microsecondsSinceEpoch: $0) }) }
      if head.tendAt != known?.tendAt { wakes.add(head.tendAt.map { Instant(microsecondsSinceEpoch: $0) }) }
      seen.heads[head.lane] = head
    }
    var changes: [StoreChange] = wakes.instant.map { [.wake(at: $0)] } ?? []
    let rows = answers[1]
    for row in 0..<rows.count {
      let position = rows.number(row, 0)
      seen.announcements.insert(position)
      if before.announcements.contains(position) || rows.number(row, 1) == self.shelf.sender { continue }
      if let owner = rows.integer(row, 3) {
        changes.append(.cancel(JobID(rows.text(row, 2)), owner: Epoch(owner)))
      } else if let wakeAt = rows.integer(row, 4) {
        changes.append(.wake(at: Instant(microsecondsSinceEpoch: wakeAt)))
      }
    }
    return (seen, changes)
  }
}

extension Statements {
  /// What is said and is not a write. A row lives for a minute; each new one takes a few old ones away, so the table stays as small as a minute's worth.
  func announce(_ change: StoreChange, sender: Int64, namespace: Int64) -> [SQL] {
    let (job, owner, wakeAt): (String?, Int64?, Int64?) =
      switch change {
      case .cancel(let id, let epoch): (id.rawValue, epoch.rawValue, nil)
      case .wake(let instant): (nil, nil, instant.microsecondsSinceEpoch)
      }
    return [
      """
      insert into \(self.announcement) (namespace, sender, at, job, owner, wake_at)
      values (\(namespace), \(sender), \(Statements.clock), \(job), \(owner), \(wakeAt))
      """,
      """
      delete from \(self.announcement) where namespace = \(namespace) and at < \(Statements.clock) - 60000000
      order by at limit 16
      """,
    ]
  }

  /// What was said in the last seconds, again and again: one that has the lower number may be committed after one that has the higher, so that numbers
  /// alone do not tell what is new.
  func announcements(_ namespace: Int64) -> SQL {
    """
    select position, sender, job, owner, wake_at from \(self.announcement) force index (announcement_at)
    where namespace = \(namespace) and at >= \(Statements.clock) - 5000000 order by at
    """
  }
}
#endif
