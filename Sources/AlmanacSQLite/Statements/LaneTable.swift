#if SQLite
import Almanac
import GRDB

/// The rows of lanes.
enum LaneTable {
  /// The lanes that came after the one with the given number.
  static func rows(after number: Int64, _ db: Database, namespace: Int64) throws -> [(number: Int64, lane: Lane)] {
    let statement = try db.cachedStatement(
      sql: """
        select id, queue, job_name, executor, priority, format from lane where id > ? and namespace = ? order by id
        """)
    return try Row.fetchAll(statement, arguments: [number, namespace]).map { row in
      let lane = Lane(
        queue: row[1], jobName: row[2], executor: row[3], priority: Priority(rawValue: row[4]) ?? .normal,
        format: row[5])
      return (row[0], lane)
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
#endif
