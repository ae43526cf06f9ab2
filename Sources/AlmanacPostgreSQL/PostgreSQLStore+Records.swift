#if PostgreSQL
import Almanac
import AlmanacSQL

extension PostgreSQLStore {
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
    return try await shelf.advance(due.map { (raw: $0.raw, starts: $0.starts) }, as: session, transition)
  }

  public func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.opening.value().earliestWake(demand)
  }

  public func owners() async throws -> [Epoch] {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    let sent = parameters
    return try await self.pool.run { try $0.run(.owners, sent).numbers.map { Epoch($0) } }
  }

  public func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    let shelf = try await self.opening.value()
    var parameters = Parameters()
    parameters.add(shelf.namespace)
    parameters.add(epoch.rawValue)
    parameters.add(Int64(max(limit, 0)))
    let sent = parameters
    return try await self.pool.run { connection in
      let rows = try connection.run(.owned, sent)
      return (0..<rows.count).map { JobID(rows.text($0, 0)) }
    }
  }
}

extension PostgreSQLShelf {
  func rows(_ ids: [JobID]) async throws -> [RawRecord?] {
    var parameters = Parameters()
    parameters.add(self.namespace)
    parameters.add(ids.map(\.rawValue))
    let sent = parameters
    let found = try await self.pool.run { connection -> [RawRecord] in
      while true {
        let rows = try connection.run(.loadByID, sent)
        let raw = (0..<rows.count).map { RawRecord(rows, $0, cache: self.cache) }
        let whole = try RawRecord.completed(raw, connection)
        if whole.count == raw.count { return whole }
      }
    }
    // By bytes, as ids are compared: Swift's own equality of strings also holds for bytes that differ.
    let byID = Dictionary(found.map { (JobID($0.id), $0) }) { first, _ in first }
    return ids.map { byID[$0] }
  }

  func addLanes(_ lanes: Set<Lane>) async throws {
    let lanes = Array(lanes)
    var parameters = Parameters()
    parameters.add(self.namespace)
    parameters.add(lanes.map(\.queue))
    parameters.add(lanes.map(\.jobName))
    parameters.add(lanes.map(\.executor))
    parameters.add(lanes.map { Int64($0.priority.rawValue) })
    parameters.add(lanes.map { Int64($0.format) })
    let sent = parameters
    try await self.pool.run { connection in
      try self.refreshLanes(connection)
      if lanes.allSatisfy({ self.lanes.number(of: $0) != nil }) { return }
      // One after the other, so that the order of the numbers is that of the commits.
      try connection.transaction {
        try connection.run(.lockLanes)
        try connection.run(.addLanes, sent)
      }
      try self.refreshLanes(connection)
    }
  }

  /// Reads the lanes that came since. Never inside a transaction: what an open one sees might be taken back.
  func refreshLanes(_ connection: ServerConnection) throws {
    var parameters = Parameters()
    parameters.add(self.namespace)
    parameters.add(self.lanes.latest)
    let rows = try connection.run(.lanes, parameters)
    self.lanes.learn(
      (0..<rows.count).map { row in
        let lane = Lane(
          queue: rows.text(row, 1), jobName: rows.text(row, 2), executor: rows.text(row, 3),
          priority: Priority(rawValue: Int(rows.number(row, 4))) ?? .normal, format: Int(rows.number(row, 5)))
        return (number: rows.number(row, 0), lane: lane)
      })
  }
}

extension RawRecord {
  /// Takes the columns ``Statement/recordColumns`` of a row, from the given one on; what the cache knows is not copied.
  init(_ rows: Rows, _ row: Int, from first: Int = 0, cache: RecordCache) {
    let columns = JobColumns(
      lane: rows.number(row, first + 4), status: rows.text(row, first + 5), startAt: rows.integer(row, first + 6),
      tendAt: rows.integer(row, first + 7), nextFire: rows.integer(row, first + 8), hasDead: rows.flag(row, first + 9))
    self = rows.withBytes(row, first + 10) { state in
      RawRecord(
        key: rows.number(row, first), id: rows.text(row, first + 1), version: rows.number(row, first + 2),
        defined: rows.number(row, first + 3), columns: columns, state: state, cache: cache)
    }
  }

  /// Reads the definitions that the cache did not have; leaves out the records whose definition was written since.
  static func completed(_ records: [RawRecord], _ connection: ServerConnection) throws -> [RawRecord] {
    let missing = records.filter(\.needsDefinition)
    if missing.isEmpty { return records }
    var parameters = Parameters()
    parameters.add(missing.map(\.key))
    parameters.add(missing.map(\.defined))
    let rows = try connection.run(.loadDefinitions, parameters)
    // A definition that is missing altogether is told of as one that has no bytes.
    var bodies: [Int64: [UInt8]] = [:]
    for row in 0..<rows.count { bodies[rows.number(row, 0)] = rows.withBytes(row, 1) { [UInt8]($0) } }
    return records.compactMap { record in
      guard record.needsDefinition else { return record }
      guard let body = bodies[record.key] else { return nil }
      var record = record
      record.definition = body
      return record
    }
  }
}
#endif
