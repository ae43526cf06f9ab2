#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  /// Tells at once of what this process writes, and within ``SQLiteOptions/pollInterval`` of what others do.
  public func changes() -> AsyncStream<StoreChange> {
    let box = self.box
    let interval = self.options.pollInterval
    let sender = self.sender
    // The watch holds the feed, and the feed the watch, until the last listener leaves or the store is closed or gone.
    let feed = self.feed
    return feed.subscribe {
      while !Task.isCancelled {
        if let connection = try? await box.connection() {
          let watch = FileWatch(connection: connection, sender: sender, interval: interval) { feed.send($0) }
          return await watch.run()
        }
        // A file that cannot be opened is told to whoever uses the store; it may be there later.
        do { try await Task.sleep(for: interval) } catch { return }
      }
    }
  }

  public func announce(_ change: StoreChange) async throws {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let sender = self.sender
    let now = SystemClock().now()
    try await connection.write { db in
      try Announcement.insert(change, sender: sender, at: now, namespace: namespace, db)
    }
    self.feed.send(change)
  }
}
#endif
