#if PostgreSQL
import Almanac
import AlmanacSQL

extension PostgreSQLStore {
  /// Tells at once of what this process writes, and of what others do as the server tells of it. While anybody listens, a connection is held by which
  /// others see that the process of the sessions that were opened here is there.
  public func changes() -> AsyncStream<StoreChange> {
    // The listener holds the feed, and the feed the listener, until the last who listens leaves or the store is closed or gone.
    let (opening, feed, pool, presence) = (self.opening, self.feed, self.pool, self.presence)
    return feed.subscribe {
      while !Task.isCancelled {
        if let shelf = try? await opening.value() {
          return await Listener(pool: pool, channel: shelf.channel, presence: presence) { feed.send($0) }.run()
        }
        // A server that is away is told of to whoever uses the store; it may be there later.
        do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
      }
    }
  }

  public func announce(_ change: StoreChange) async throws {
    let shelf = try await self.opening.value()
    if self.options.notifies {
      var parameters = Parameters()
      parameters.add(shelf.channel.name)
      parameters.add(shelf.channel.payload(of: change))
      let sent = parameters
      _ = try await self.pool.run { try $0.run(.notify, sent).count }
    }
    self.feed.send(change)
  }
}

extension Statement {
  static let notify = Statement("notify", "select pg_notify($1::text, $2::text) is null")
}
#endif
