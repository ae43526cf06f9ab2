#if SQLite
import Almanac
import GRDB

/// What is said across processes and is not a write. A row lives for a minute; each new one takes a few old ones
/// away, so the table stays as small as a minute's worth.
enum Announcement {
  static let lifetime: Duration = .seconds(60)
  private static let sweep = 8

  static func insert(_ change: StoreChange, sender: Int64, at now: Instant, namespace: Int64, _ db: Database) throws {
    var job: String?
    var owner: Int64?
    var wakeAt: Int64?
    switch change {
    case .cancel(let id, let epoch): (job, owner) = (id.rawValue, epoch.rawValue)
    case .wake(let instant): wakeAt = instant.microsecondsSinceEpoch
    }
    try db.cachedStatement(
      sql: "insert into announcement (namespace, sender, at, job, owner, wake_at) values (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [namespace, sender, now.microsecondsSinceEpoch, job, owner, wakeAt])
    try db.cachedStatement(
      sql: """
        delete from announcement where at < ? and position in
        (select position from announcement order by position limit \(self.sweep))
        """
    ).execute(arguments: [(now - self.lifetime).microsecondsSinceEpoch])
  }

  /// The change of a row of position, job, owner and wake_at.
  static func change(_ row: Row) -> StoreChange? {
    if let job: String = row[1], let owner: Int64 = row[2] { return .cancel(JobID(job), owner: Epoch(owner)) }
    if let wakeAt: Int64 = row[3] { return .wake(at: Instant(microsecondsSinceEpoch: wakeAt)) }
    return nil
  }
}
#endif
