#if MySQL
import Almanac
import AlmanacSQL

extension Statements {
  /// The earliest instants of lanes, in four columns: the lane, the earliest start, the earliest tending. Each is the first entry of an index.
  ///
  /// - Parameter lanes: nil for all of the namespace.
  func heads(_ lanes: [Int64]?, namespace: Int64) -> SQL {
    let which: SQL = lanes.map { "l.id in (\(list: $0))" } ?? "l.namespace = \(namespace)"
    return """
      select l.id,
        (select j.start_at from \(self.job) j force index (job_start) where j.lane = l.id order by j.start_at limit 1),
        (select j.tend_at from \(self.job) j force index (job_tend) where j.lane = l.id order by j.tend_at limit 1)
      from \(self.lane) l where \(which)
      """
  }

  /// The highest number of a lane, so that lanes that are new here are noticed.
  func latestLane(_ namespace: Int64) -> SQL {
    "select coalesce(max(id), 0) from \(self.lane) where namespace = \(namespace)"
  }

  func lanes(after number: Int64, namespace: Int64) -> SQL {
    """
    select id, queue, job_name, executor, priority, format from \(self.lane)
    where namespace = \(namespace) and id > \(number) order by id
    """
  }

  /// Entries of the indexes in which lanes lie, in four columns: 1 for starts and 0 for tends, the lane, the instant, the key.
  func due(_ stretches: [DueScan.Stretch], at now: Instant) -> SQL {
    SQL.joined(
      stretches.map { stretch -> SQL in
        let (kind, column, index): (Int, SQL, SQL) =
          stretch.kind == .start ? (1, "start_at", "job_start") : (0, "tend_at", "job_tend")
        return """
          (select \(kind), lane, \(column), job_key from \(self.job) force index (\(index))
          where lane = \(stretch.lane) and \(column) <= \(now.microsecondsSinceEpoch)
          order by \(column), job_key limit \(stretch.depth))
          """
      }, by: " union all ")
  }

  // MARK: Lanes

  /// Keeps others from adding lanes, so that the order of the numbers is that of the commits.
  func lockLanes(_ namespace: Int64) -> SQL {
    "select id from \(self.namespace) where id = \(namespace) for update"
  }

  func addLanes(_ lanes: [Lane], namespace: Int64, limit: Int) -> [SQL] {
    self.insert(
      into: self.lane, ["namespace", "digest", "queue", "job_name", "executor", "priority", "format"],
      rows: lanes.map { lane -> SQL in
        // An index holds some three thousand bytes, and three names may have more.
        let parts = [lane.queue, lane.jobName, lane.executor].map { "\($0.utf8.count) \($0)" }.joined()
        let digest: SQL = "unhex(sha2(\(parts + "\(lane.priority.rawValue) \(lane.format)"), 256))"
        return """
          (\(namespace), \(digest), \(lane.queue), \(lane.jobName), \(lane.executor), \(lane.priority.rawValue), \(lane.format))
          """
      }, limit: limit)
  }

  // MARK: Owners

  /// The first epoch after another that holds anything. A step from epoch to epoch, however many runs each has: `distinct` walks all of
  /// them where the server's statistics are stale.
  func owner(after epoch: Int64, namespace: Int64) -> SQL {
    """
    select epoch from \(self.owner) force index (primary) where namespace = \(namespace) and epoch > \(epoch)
    order by epoch limit 1
    """
  }

  func owned(by epoch: Epoch, namespace: Int64, limit: Int) -> SQL {
    """
    select j.id from \(self.owner) o force index (primary) straight_join \(self.job) j on j.job_key = o.job_key
    where o.namespace = \(namespace) and o.epoch = \(epoch.rawValue) order by o.job_key limit \(max(limit, 0))
    """
  }
}
#endif
