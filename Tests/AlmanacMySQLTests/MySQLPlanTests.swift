#if MySQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacMySQL

@Suite("MySQL reads what is asked for, and nothing else")
struct MySQLPlanTests {
  let tables = TestTables()

  /// What a table's part of a plan says.
  private struct Step {
    var table: String
    var access: String
    var key: String
    var extra: String
  }

  private func plan(_ store: MySQLStore, _ sql: SQL) async throws -> [Step] {
    try await store.pool.run { connection in
      let rows = try connection.run("explain \(sql)")
      let columns = rows.columns
      // MySQL has two columns more than MariaDB.
      let (access, key) = columns > 10 ? (4, 6) : (3, 5)
      return (0..<rows.count).map { row in
        Step(
          table: rows.text(row, 2), access: rows.text(row, access), key: rows.text(row, key),
          extra: rows.text(row, columns - 1))
      }
    }
  }

  /// How many entries of indexes and rows a statement made the server read.
  private func reads(_ store: MySQLStore, _ sql: [SQL]) async throws -> Int64 {
    try await store.pool.run { connection in
      let count: SQL = "show session status like 'Handler_read%'"
      func sum() throws -> Int64 {
        let rows = try connection.run(count)
        return (0..<rows.count).reduce(0) { $0 + rows.number($1, 1) }
      }
      // Asking counts as well.
      let idle = try -(sum() - sum())
      let before = try sum()
      try connection.run(sql)
      return try sum() - before - idle
    }
  }

  /// A store with many jobs in several lanes, all due.
  private func filled() async throws -> MySQLStore {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1))
    let records = (0..<3_000).map { (number: Int) -> JobRecord in
      let lane = Lane(jobName: "job\(number % 3)")
      let tags: [String] = number % 1_000 == 0 ? ["t"] : []
      let creator: String? = number % 1_000 == 1 ? "c" : nil
      return oneShot(JobID("job-\(number)"), at: Int64(number % 7), lane: lane, tags: tags, creator: creator)
    }
    try await store.add(records)
    // Soon the server does so by itself. Where it thinks a table empty, it walks through it to delete what is named by key.
    for name in ["job", "definition", "label"] { try await self.tables.sql("analyze table \(self.tables.table(name))") }
    return store
  }

  @Test("the due scan reads of each lane as many entries as there are slots, however long the backlog")
  func due() async throws {
    let store = try await self.filled()
    let session = try await store.openSession(draft())
    let shelf = try await store.opening.value()
    let now = start + .seconds(60)
    let demand = Demand(jobNames: ["job0", "job1", "job2"], slots: ["default": 5])
    let lanes = shelf.lanes.lanes.keys.sorted()
    let heads = shelf.statements.heads(lanes, namespace: shelf.namespace)
    let first = try await store.pool.run { LaneHead.heads(of: try $0.run(heads)) }
    let scan = DueScan(demand, at: now, lanes: shelf.lanes.lanes, heads: first)
    #expect(scan.stretches.map(\.depth) == [5, 5, 5])
    let entries = shelf.statements.due(scan.stretches, at: now)
    for step in try await self.plan(store, entries) where step.table.hasSuffix("job") {
      #expect((step.access, step.key) == ("range", "job_start"))
      #expect(!step.extra.contains("filesort") && step.extra.contains("Using index"), "\(step)")
    }
    for step in try await self.plan(store, heads) where step.table == "j" {
      #expect(["job_start", "job_tend"].contains(step.key))
      #expect(!step.extra.contains("filesort") && step.extra.contains("Using index"), "\(step)")
    }
    #expect(try await self.reads(store, [heads]) <= 30)
    #expect(try await self.reads(store, [entries]) <= 40, "five of each of three lanes, and the merged")
    #expect(try await shelf.due(demand, at: now, as: session.epoch).count == 5)
    await store.close()
    try await self.tables.drop()
  }

  @Test("of many lanes each is read a few entries deep, and what is taken is what goes first")
  func manyLanes() async throws {
    let store = try self.tables.store()
    let names = (0..<500).map { "job\($0)" }
    try await store.add(
      (0..<6_000).map { oneShot(JobID("job-\($0)"), at: Int64($0 / 500), lane: Lane(jobName: names[$0 % 500])) })
    let session = try await store.openSession(draft())
    let shelf = try await store.opening.value()
    let demand = Demand(jobNames: Set(names), slots: ["default": 1_000])
    #expect(DueScan.depth(1_000, lanes: 500) < 12)
    let due = try await shelf.due(demand, at: start + .seconds(60), as: session.epoch)
    #expect(due.count == 1_000)
    #expect(due.allSatisfy { ($0.raw?.columns.startAt ?? 0) <= (start + .seconds(1)).microsecondsSinceEpoch })
    // All of one lane is due before all others: it is read as deep as it may be, and nothing goes before its rows.
    let early = Lane(jobName: "job7")
    try await store.add((0..<100).map { oneShot(JobID("early-\($0)"), at: -100, lane: early) })
    let first = try await shelf.due(demand, at: start + .seconds(60), as: session.epoch)
    #expect(first.count == DueScan.depth(1_000, lanes: 500))
    #expect(first.allSatisfy { $0.raw?.id.hasPrefix("early-") ?? false })
    await store.close()
    try await self.tables.drop()
  }

  @Test("a batch is locked, written and deleted along keys alone")
  func change() async throws {
    let store = try await self.filled()
    let shelf = try await store.opening.value()
    let names = shelf.statements
    let keys = try await store.pool.run {
      try $0.run("select job_key from \(names.job) order by job_key limit 500").numbers
    }
    let owners = keys.map { (epoch: Epoch(1), key: $0) }
    for statement in [
      names.lockJobs(keys, leaving: true), names.load(keys: keys), names.definitions(keys), names.silence(keys),
    ]
      // A tenth of a table is walked through all the same, and so is one of four labels: there a hint for `delete` does not bind.
      + Array(names.delete(Array(keys.prefix(20))).dropLast()) + names.deleteOwners(owners, namespace: shelf.namespace)
      + names.deleteLabels(keys.map { (.tag, "t", "job-\($0)") }, namespace: shelf.namespace)
    {
      for step in try await self.plan(store, statement) {
        #expect(["range", "eq_ref", "ref"].contains(step.access), "\(statement.text.prefix(80)): \(step)")
        #expect(!step.extra.contains("filesort"), "\(step)")
      }
    }
    #expect(try await self.reads(store, [names.lockJobs(keys, leaving: false)]) <= 2_000)
    await store.close()
    try await self.tables.drop()
  }

  @Test("a listing walks the ids, or labels in the order of ids, or sorts the few that are living")
  func listings() async throws {
    let store = try await self.filled()
    let shelf = try await store.opening.value()
    for (query, index, isSorted) in [
      (JobQuery(statuses: nil), "job_id", false), (JobQuery(statuses: nil, idPrefix: "job-7"), "job_id", false),
      (JobQuery(), "job_living", true), (JobQuery(statuses: nil, creator: "c"), "PRIMARY", false),
      (JobQuery(statuses: nil, tags: ["t"]), "PRIMARY", false),
      (JobQuery(statuses: nil, hasDead: true), "PRIMARY", false),
      (JobQuery(order: .nextFire), "job_living", false),
      (
        JobQuery(order: .nextFire, cursor: JobCursor(id: "job-5", nextFire: start + .seconds(5))), "job_living", false
      ),
    ] {
      let listing = JobListing(
        query: query, cursor: query.cursor, limit: 10, names: shelf.statements, namespace: shelf.namespace)
      let path = try await store.pool.run { try listing.path($0) }
      let steps = try await self.plan(store, listing.statement(path, []))
      #expect(steps.first?.key == index, "\(query): \(steps)")
      #expect(steps.allSatisfy { $0.access != "ALL" && $0.access != "index" }, "\(query): \(steps)")
      #expect(steps.contains { $0.extra.contains("filesort") } == isSorted, "\(query): \(steps)")
    }
    await store.close()
    try await self.tables.drop()
  }

  @Test("history is read and pruned along an index each, and a page costs the same wherever it lies")
  func history() async throws {
    let store = try self.tables.store(options: MySQLOptions(maximumConnections: 1))
    let rows = (0..<1_000).map { number in
      HistoryRow(
        job: JobID("j\(number % 2)"), jobName: "n\(number % 2)", incarnation: 1, revision: Int64(number), ordinal: 0,
        at: start + .seconds(Int64(number)), keepUntil: number % 10 == 0 ? start + .seconds(5) : nil,
        entry: .fate(Fate(reason: .misfired, first: start, last: start, count: .exactly(1))))
    }
    try await store.append(rows)
    let shelf = try await store.opening.value()
    let names = shelf.statements
    for query in [
      HistoryQuery(limit: 10), HistoryQuery(since: start, limit: 10), HistoryQuery(jobName: "n1", limit: 10),
      HistoryQuery(job: "j1", limit: 10),
    ] {
      var cursor: HistoryCursor?
      var pages = 0
      repeat {
        var query = query
        query.cursor = cursor
        let listing = HistoryListing(query: query, names: names, namespace: shelf.namespace)
        for step in try await self.plan(store, listing.statement("true", limit: 11)) {
          #expect(!step.extra.contains("filesort"), "\(query): \(step)")
        }
        let page = try await store.history(query)
        (cursor, pages) = (page.next, pages + 1)
      } while cursor != nil
      #expect(pages == (query.job == nil && query.jobName == nil ? 100 : 50))
    }
    for select in [
      names.plainHistory(before: start, namespace: shelf.namespace),
      names.keptHistory(until: start, namespace: shelf.namespace),
      names.surplusHistory(of: "j0", keeping: 5, namespace: shelf.namespace),
    ] {
      for step in try await self.plan(store, select) {
        #expect(!step.extra.contains("filesort") && step.access != "ALL", "\(step)")
      }
    }
    await store.close()
    try await self.tables.drop()
  }
}
#endif
