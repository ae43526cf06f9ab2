import Almanac
import Foundation

/// What the store says, for the audit.
enum ClusterReport {
  /// How many jobs are not over, as many as one page shows.
  static func left(_ store: any JobStore) async throws -> Int {
    try await store.prepare()
    let page = try await store.query(JobQuery(limit: 1_000))
    await store.close()
    return page.records.count + page.unreadable.count
  }

  static func printHistory(_ store: any JobStore) async throws {
    try await store.prepare()
    var query = HistoryQuery(limit: HistoryQuery.maximumLimit)
    while true {
      let page = try await store.history(query)
      let lines = page.rows.map { self.line($0) + "\n" }.joined()
      FileHandle.standardOutput.write(Data(lines.utf8))
      guard let next = page.next else { break }
      query.cursor = next
    }
    await store.close()
  }

  private static func line(_ row: HistoryRow) -> String {
    switch row.entry {
    case .attempt(let end):
      return
        "attempt \(row.job) \(row.incarnation) \(end.fireTime.microsecondsSinceEpoch) \(end.attempt) \(end.claim) \(end.outcome.rawValue) \(end.retryAt == nil ? "final" : "again") \(end.node ?? "-")"
    case .fate(let fate):
      return
        "fate \(row.job) \(row.incarnation) \(fate.first.microsecondsSinceEpoch) \(fate.last.microsecondsSinceEpoch) \(fate.count.lowerBound) \(fate.reason.rawValue)"
    }
  }
}
