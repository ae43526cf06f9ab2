#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension SQLiteStore {
  public func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (_ existing: JobRecord, _ proposed: JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.box.connection().insert(records, telling: self.feed, resolving: resolve)
  }

  public func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.box.connection().fetch(ids)
  }

  public func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.box.connection().update(ids, telling: self.feed, transition)
  }
}

extension StoreConnection: RecordShelf {
  func rows(_ ids: [JobID]) async throws -> [RawRecord?] {
    let namespace = self.namespace
    return try await self.read { db in
      try ids.map { id in try RawRecord.fetch(id: id.rawValue, namespace: namespace, cache: self.cache, db) }
    }
  }

  func insertRows(_ records: [PreparedRecord]) async throws -> [StoredRecord?] {
    let writer = RecordWriter(namespace: self.namespace)
    return try await self.write { db in try writer.insert(records, db) }
  }

  func applyChanges(_ changes: [RowChange], session: Epoch?) async throws -> [Bool] {
    let writer = RecordWriter(namespace: self.namespace)
    let (namespace, name) = (self.namespace, self.name)
    return try await self.write { db in
      if let session { try SessionRows.requireAlive(session, namespace: namespace, path: name, db) }
      return try writer.apply(changes, db)
    }
  }

  func addLanes(_ lanes: Set<Lane>) async throws {
    let namespace = self.namespace
    try await self.write { db in try LaneTable.create(lanes, db, namespace: namespace) }
    _ = try await self.read { db in try self.refreshLanes(db) }
  }

  /// Reads the lanes that came since, and answers all. To be called in a read: what an open write sees might be taken
  /// back.
  func refreshLanes(_ db: Database) throws -> [Int64: Lane] {
    self.lanes.learn(try LaneTable.rows(after: self.lanes.latest, db, namespace: self.namespace))
  }
}
#endif
