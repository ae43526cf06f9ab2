#if MySQL
import Almanac
import AlmanacSQL

extension MySQLStore {
  public func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.opening.value().insert(records, telling: self.feed, resolving: resolve)
  }

  public func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.opening.value().fetch(ids)
  }

  public func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.opening.value().update(ids, telling: self.feed, transition)
  }

  public func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    let shelf = try await self.opening.value()
    let due = try await shelf.due(demand, at: now, as: session)
    return try await shelf.advance(due, as: session, transition)
  }

  public func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.opening.value().earliestWake(demand)
  }

  public func owners() async throws -> [Epoch] {
    let shelf = try await self.opening.value()
    return try await self.pool.run { connection in
      var epochs: [Epoch] = []
      while let next = try connection.run(
        shelf.statements.owner(after: epochs.last?.rawValue ?? .min, namespace: shelf.namespace)
      ).numbers.first {
        epochs.append(Epoch(next))
      }
      return epochs
    }
  }

  public func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    let shelf = try await self.opening.value()
    let statement = shelf.statements.owned(by: epoch, namespace: shelf.namespace, limit: limit)
    return try await self.pool.run { connection in
      let rows = try connection.run(statement)
      return (0..<rows.count).map { JobID(rows.text($0, 0)) }
    }
  }

  public func query(_ query: JobQuery) async throws -> JobPage {
    let shelf = try await self.opening.value()
    var unreadable: [UnreadableRecord] = []
    let pool = self.pool
    if query.cursor == nil {
      let statement = shelf.statements.unreadable(shelf.namespace, limit: JobQuery.maximumLimit)
      unreadable = try await pool.run { connection in
        let rows = try connection.run(statement)
        return (0..<rows.count).map { UnreadableRecord(id: JobID(rows.text($0, 0)), reason: rows.text($0, 1)) }
      }
    }
    return try await shelf.page(query, unreadable: unreadable) { cursor, limit in
      let listing = JobListing(
        query: query, cursor: cursor, limit: limit, names: shelf.statements, namespace: shelf.namespace)
      return try await pool.run { connection -> [RawRecord] in
        try shelf.refreshLanes(connection)
        return try listing.rows(shelf, connection)
      }
    }
  }
}

extension Statements {
  func unreadable(_ namespace: Int64, limit: Int) -> SQL {
    """
    select id, word from \(self.label) where namespace = \(namespace) and kind = \(Label.unreadable.rawValue)
    order by id limit \(limit)
    """
  }
}
#endif
