#if SQLite
import Almanac
import GRDB
import Synchronization

/// The lanes of a namespace and their numbers. A lane, once there, never changes and never goes, so what is known
/// stays true.
final class LaneTable: Sendable {
  private struct Known {
    var lanes: [Int64: Lane] = [:]
    var numbers: [Lane: Int64] = [:]
    var latest: Int64 = 0
  }

  private let known = Mutex(Known())

  /// The number of a lane that was seen before.
  func number(of lane: Lane) -> Int64? {
    self.known.withLock { $0.numbers[lane] }
  }

  /// Reads the lanes that came since, and answers all. To be called in a read: what an open write sees might be taken
  /// back.
  func refresh(_ db: Database, namespace: Int64) throws -> [Int64: Lane] {
    let latest = self.known.withLock { $0.latest }
    let statement = try db.cachedStatement(
      sql: """
        select id, queue, job_name, executor, priority, format from lane where id > ? and namespace = ? order by id
        """)
    let rows = try Row.fetchAll(statement, arguments: [latest, namespace])
    return self.known.withLock { known in
      for row in rows {
        let lane = Lane(
          queue: row[1], jobName: row[2], executor: row[3], priority: Priority(rawValue: row[4]) ?? .normal,
          format: row[5])
        let number: Int64 = row[0]
        known.lanes[number] = lane
        known.numbers[lane] = number
        known.latest = max(known.latest, number)
      }
      return known.lanes
    }
  }

  /// Gives numbers to the lanes that have none. To be called in a write of its own.
  static func create(_ lanes: Set<Lane>, _ db: Database, namespace: Int64) throws {
    for lane in lanes {
      try db.cachedStatement(
        sql: """
          insert into lane (namespace, queue, job_name, executor, priority, format) values (?, ?, ?, ?, ?, ?)
          on conflict do nothing
          """
      ).execute(
        arguments: [namespace, lane.queue, lane.jobName, lane.executor, lane.priority.rawValue, lane.format])
    }
  }
}

extension StoreConnection {
  /// Makes sure that every one of these lanes has a number. A new lane is rare: it costs a commit of its own, once.
  func ensureLanes(_ lanes: some Sequence<Lane>) async throws {
    var missing = Set<Lane>()
    for lane in lanes where self.lanes.number(of: lane) == nil { missing.insert(lane) }
    if missing.isEmpty { return }
    let namespace = self.namespace
    let wanted = missing
    try await self.write { db in try LaneTable.create(wanted, db, namespace: namespace) }
    _ = try await self.read { db in try self.lanes.refresh(db, namespace: namespace) }
  }

  /// The number of a lane that ``ensureLanes(_:)`` was asked for.
  func number(of lane: Lane) throws -> Int64 {
    if let number = self.lanes.number(of: lane) { return number }
    throw StoreError(.corrupted, store: self.path, "the lane of job \(lane.jobName) is missing from the table of lanes")
  }
}
#endif
