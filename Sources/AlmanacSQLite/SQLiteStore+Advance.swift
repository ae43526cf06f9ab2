#if SQLite
import Almanac
import AlmanacSQL
import GRDB

// The heart of the loop: what is due is read without a lock, transitions are computed, one conditional write follows.

extension SQLiteStore {
  public func advance(
    _ demand: Demand, at now: Instant, as session: Epoch,
    _ transition: @Sendable (_ record: JobRecord, _ starts: Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    let scan = DueScan(demand: demand, now: now, startLimit: ShelfLimits.batch)
    let due = try await connection.read { db in
      // It is asked again where it counts, in the write; here it spares a dead session the work.
      try SessionRows.requireAlive(session, namespace: namespace, path: connection.name, db)
      let lanes = try connection.refreshLanes(db)
      return try scan.rows(in: lanes, db).map { row in
        (raw: try RawRecord.fetch(key: row.key, cache: connection.cache, db), starts: row.starts)
      }
    }
    return try await connection.advance(due, as: session, transition)
  }

  public func earliestWake(_ demand: Demand) async throws -> Instant? {
    let connection = try await self.box.connection()
    let earliest = try await connection.read { db in
      var earliest: Int64?
      for (number, lane) in try connection.refreshLanes(db) where demand.serves(lane) {
        let wake = try LaneWake(lane: number, db).earliest(withSlot: demand.freeSlots(for: lane) > 0)
        earliest = [earliest, wake].compactMap(\.self).min()
      }
      return earliest
    }
    return earliest.map { Instant(microsecondsSinceEpoch: $0) }
  }

  public func owners() async throws -> [Epoch] {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.read { db in
      // A step from epoch to epoch, however many runs each has.
      let statement = try db.cachedStatement(
        sql: """
          with recursive held (epoch) as (
            select min(epoch) from owner where namespace = ?1
            union all
            select (select min(epoch) from owner where namespace = ?1 and epoch > held.epoch) from held
            where held.epoch is not null
          )
          select epoch from held where epoch is not null
          """)
      return try Int64.fetchAll(statement, arguments: [namespace]).map { Epoch($0) }
    }
  }

  public func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    let connection = try await self.box.connection()
    let namespace = connection.namespace
    return try await connection.read { db in
      let statement = try db.cachedStatement(
        sql: """
          select job.id from owner join job on job.key = owner.job
          where owner.namespace = ? and owner.epoch = ? order by owner.job limit ?
          """)
      return try String.fetchAll(statement, arguments: [namespace, epoch.rawValue, max(limit, 0)]).map { JobID($0) }
    }
  }
}
#endif
