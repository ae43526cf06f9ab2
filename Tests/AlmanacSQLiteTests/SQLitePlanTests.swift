#if SQLite
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import GRDB
import Testing

@testable import AlmanacSQLite

@Suite("SQLite reads what is asked for, and nothing else")
struct SQLitePlanTests {
  let directory: TemporaryDirectory
  let store: SQLiteStore

  init() async throws {
    self.directory = try TemporaryDirectory()
    self.store = try SQLiteStore(path: self.directory.file(), clock: ManualClock())
    try await self.store.prepare()
  }

  /// SQLite's own words for how it would do it.
  private func plan(_ sql: String, _ arguments: StatementArguments = StatementArguments()) async throws -> String {
    try await self.store.box.connection().read { db in
      let statement = try db.makeStatement(sql: "explain query plan " + sql)
      let count = sql.count { $0 == "?" }
      let values: StatementArguments =
        arguments.isEmpty ? StatementArguments(repeatElement(1, count: count)) : arguments
      return try Row.fetchAll(statement, arguments: values).map { $0["detail"] as String }.joined(separator: "; ")
    }
  }

  @Test("the due scan steps along one range of a covering index for each lane, and sorts nothing")
  func due() async throws {
    for (sql, index) in [
      (DueScan.startSQL, "job_start (lane=? AND start_at<?)"), (DueScan.tendSQL, "job_tend (lane=? AND tend_at<?)"),
      (DueScan.earliestStartSQL, "job_start (lane=? AND start_at>?)"),
      (DueScan.earliestTendSQL, "job_tend (lane=? AND tend_at>?)"),
    ] {
      let plan = try await self.plan(sql)
      #expect(plan == "SEARCH job USING COVERING INDEX \(index)", "\(sql)")
    }
  }

  @Test("the due scan reads as many entries as there are slots, however long the backlog")
  func dueReads() async throws {
    try await self.store.add((0..<3_000).map { oneShot(JobID("job-\($0)"), at: Int64($0 % 7)) })
    let connection = try await self.store.box.connection()
    let (rows, lanes) = try await connection.read { db in
      let lanes = try connection.refreshLanes(db)
      let scan = DueScan(
        demand: Demand(jobNames: ["job"], slots: ["default": 5]), now: start + .seconds(60), startLimit: 1_000)
      return (try scan.rows(in: lanes, db), lanes.count)
    }
    #expect(rows.count == 5)
    #expect(lanes == 1)
  }

  private func listing(_ query: JobQuery) async throws -> String {
    let connection = try await self.store.box.connection()
    let listing = JobListing(query: query, cursor: nil, namespace: connection.namespace, limit: 10)
    let path = try await connection.read { db in try listing.path(db) }
    let condition = listing.condition(path, "")
    let sql = JobListing.sql(condition, "order by id")
    return try await self.plan(sql, condition.arguments + [10])
  }

  @Test("a listing by id walks the ids, or sorts the few that an index names")
  func byID() async throws {
    try await self.store.add([oneShot("a", tags: ["t"], creator: "c")])
    #expect(try await self.listing(JobQuery(statuses: nil)).contains("sqlite_autoindex_job_1 (namespace=?)"))
    #expect(try await !self.listing(JobQuery(statuses: nil)).contains("TEMP B-TREE"))
    #expect(try await self.listing(JobQuery(statuses: nil, idPrefix: "x")).contains("(namespace=? AND id>? AND id<?)"))
    #expect(try await self.listing(JobQuery()).contains("job_living (namespace=?)"))
    #expect(try await self.listing(JobQuery(creator: "c")).contains("job_creator (namespace=? AND creator=?)"))
    #expect(try await self.listing(JobQuery(tags: ["t"])).contains("PRIMARY KEY (namespace=? AND tag=?)"))
  }

  @Test("where an index names many, the ids are walked and nothing is sorted")
  func many() async throws {
    let count = JobListing.few + 1
    try await self.store.add((0..<count).map { oneShot(JobID("job-\($0)"), tags: ["t"], creator: "c") })
    for query in [JobQuery(), JobQuery(creator: "c"), JobQuery(tags: ["t"])] {
      let plan = try await self.listing(query)
      #expect(plan.contains("sqlite_autoindex_job_1 (namespace=?)"), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
      let page = try await self.store.query(query)
      #expect(page.records.map(\.id.rawValue) == (0..<count).map { "job-\($0)" }.sorted().prefix(100).map { $0 })
    }
  }

  @Test("the living lie in the order of their next fires")
  func byNextFire() async throws {
    let listing = JobListing(query: JobQuery(order: .nextFire), cursor: nil, namespace: 1, limit: 10)
    var condition = listing.condition(.living, "")
    condition.require("next_fire is not null")
    let plan = try await self.plan(
      JobListing.sql(condition, "order by next_fire, id"), condition.arguments + [10])
    #expect(plan.contains("job_living (namespace=? AND next_fire>?)"), "\(plan)")
    // Jobs of one instant are sorted among themselves; that is what the last term says.
    #expect(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "\(plan)")
  }

  @Test("history is read along an index, newest first")
  func history() async throws {
    for (query, index) in [
      (HistoryQuery(), "history_at (namespace=?)"), (HistoryQuery(since: start), "history_at (namespace=? AND at>?)"),
      (HistoryQuery(jobName: "n"), "history_name (namespace=? AND job_name=?)"),
      (HistoryQuery(job: "j"), "sqlite_autoindex_history_1 (namespace=? AND job=?"),
      (HistoryQuery(cursor: HistoryCursor(position: 1)), "history_at (namespace=? AND at<?)"),
    ] {
      let (sql, arguments) = HistoryListing(query: query, namespace: 1).statement
      let plan = try await self.plan(sql, arguments)
      #expect(plan.contains(index), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
    }
  }
}
#endif
