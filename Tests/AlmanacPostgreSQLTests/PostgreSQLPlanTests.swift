#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("PostgreSQL reads what is asked for, and nothing else")
struct PostgreSQLPlanTests {
  let schema = TestSchema()

  /// PostgreSQL's own words for how it would do it, and did.
  private func plan(
    _ store: PostgreSQLStore, _ sql: String, _ parameters: Parameters, preamble: String = "set enable_sort = on"
  ) async throws -> String {
    try await store.pool.run { connection in
      try connection.execute(preamble)
      let rows = try connection.run(once: "explain (analyze, costs off, timing off, summary off) " + sql, parameters)
      return (0..<rows.count).map { rows.text($0, 0) }.joined(separator: "\n")
    }
  }

  /// A store with many jobs in several lanes, all due.
  private func filled() async throws -> PostgreSQLStore {
    let store = try self.schema.store()
    let records = (0..<3_000).map { (number: Int) -> JobRecord in
      let lane = Lane(jobName: "job\(number % 3)")
      let tags: [String] = number % 1_000 == 0 ? ["t"] : []
      let creator: String? = number % 1_000 == 1 ? "c" : nil
      return oneShot(JobID("job-\(number)"), at: Int64(number % 7), lane: lane, tags: tags, creator: creator)
    }
    try await store.add(records)
    return store
  }

  @Test("the due scan reads of each lane as many entries as there are slots, however long the backlog")
  func due() async throws {
    let store = try await self.filled()
    let session = try await store.openSession(draft())
    let shelf = try await store.opening.value()
    let demand = Demand(jobNames: ["job0", "job1", "job2"], slots: ["default": 5])
    let request = DueRequest(
      demand, at: start + .seconds(60), as: session.epoch, lanes: shelf.lanes.lanes, namespace: shelf.namespace)
    let plan = try await self.plan(store, Statement.due.sql, request.parameters)
    #expect(plan.contains("using wake_start on wake"))
    #expect(plan.contains("using wake_tend on wake"))
    #expect(!plan.contains("Seq Scan"))
    #expect(plan.contains("(actual rows=5 loops=3)"), "five of each of three lanes: \(plan)")
    #expect(!plan.contains("rows=1000"))
    #expect(try await shelf.due(demand, at: start + .seconds(60), as: session.epoch).count == 5)
    await store.close()
    try await self.schema.drop()
  }

  @Test("of many lanes each is read a few rows deep, and what is taken is what goes first")
  func manyLanes() async throws {
    let store = try self.schema.store()
    let names = (0..<500).map { "job\($0)" }
    try await store.add(
      (0..<6_000).map { oneShot(JobID("job-\($0)"), at: Int64($0 / 500), lane: Lane(jobName: names[$0 % 500])) })
    let session = try await store.openSession(draft())
    let shelf = try await store.opening.value()
    let demand = Demand(jobNames: Set(names), slots: ["default": 1_000])
    #expect(DueScan.depth(1_000, lanes: 500) < 12)
    let due = try await shelf.due(demand, at: start + .seconds(60), as: session.epoch)
    // Where a lane is read to its limit the merge ends, since it might have gone on: what is left comes with the next call.
    #expect(due.count == 1_000)
    #expect(due.allSatisfy { ($0.raw.columns.startAt ?? 0) <= (start + .seconds(1)).microsecondsSinceEpoch })
    // All of one lane is due before all others: it is read as deep as it may be, and nothing goes before its rows.
    let early = Lane(jobName: "job7")
    try await store.add((0..<100).map { oneShot(JobID("early-\($0)"), at: -100, lane: early) })
    let first = try await shelf.due(demand, at: start + .seconds(60), as: session.epoch)
    #expect(first.count == DueScan.depth(1_000, lanes: 500))
    #expect(first.allSatisfy { $0.raw.id.hasPrefix("early-") })
    await store.close()
    try await self.schema.drop()
  }

  @Test("a batch is written along keys alone")
  func change() async throws {
    let store = try await self.filled()
    let session = try await store.openSession(draft())
    let shelf = try await store.opening.value()
    for statement in [Statement.change, .claim] {
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(session.epoch.rawValue)
      let keys = (1...500).map { Int64($0) }
      parameters.add(keys)
      parameters.add(keys.map { _ in Int64(1) })
      parameters.add(keys.map { _ in "active" })
      parameters.add(keys.map { _ in false })
      parameters.add(keys.map { _ in "{}" })
      parameters.add(keys)
      parameters.add(keys.map { _ in Int64(1) })
      parameters.add(keys.map { _ in true })
      for _ in 0..<3 { parameters.add(keys.map { Optional($0) }) }
      parameters.add(keys.map { _ in false })
      parameters.add(keys)
      parameters.add(keys.map { _ in session.epoch.rawValue + 1 })
      parameters.add(keys)
      parameters.add(keys.map { _ in session.epoch.rawValue })
      parameters.add(keys)
      for _ in 0..<2 { parameters.add(keys.map { "x\($0)" }) }
      for _ in 0..<4 { parameters.add(keys) }
      parameters.add(keys.map { _ in Int64?.none })
      parameters.add(keys.map { _ in "{}" })
      parameters.add(nil as String?)
      parameters.add("")
      let sent = parameters
      // Undone: `explain analyze` does what it explains.
      let plan = try await store.pool.run { connection in
        try connection.execute("begin")
        try connection.execute(
          "insert into owner (namespace, epoch, job) select namespace, \(session.epoch.rawValue), key from job")
        let rows = try connection.run(
          once: "explain (analyze, costs off, timing off, summary off) " + statement.sql, sent)
        try connection.execute("rollback")
        return (0..<rows.count).map { rows.text($0, 0) }.joined(separator: "\n")
      }
      #expect(!plan.contains("Seq Scan") && !plan.contains("Materialize"), "\(plan)")
      #expect(plan.contains("using job_pkey on job"), "\(plan)")
      #expect(plan.contains("using wake_pkey on wake"), "\(plan)")
      #expect(plan.contains("using owner_pkey on owner"), "\(plan)")
      #expect(!plan.contains("Rows Removed by Join Filter"), "no join is done row by row: \(plan)")
    }
    await store.close()
    try await self.schema.drop()
  }

  private func listing(
    _ store: PostgreSQLStore, _ query: JobQuery, preamble: String = "set enable_sort = on"
  ) async throws -> String {
    let shelf = try await store.opening.value()
    let listing = JobListing(query: query, cursor: nil, namespace: shelf.namespace, limit: 10)
    var condition = listing.condition(try await store.pool.run { try listing.path($0) }, [])
    let order: String
    if query.order == .nextFire {
      condition.require("w.next_fire is not null")
      order = "order by w.next_fire, j.id"
    } else {
      order = "order by j.id"
    }
    let limit = condition.bind(10)
    return try await self.plan(
      store, condition.sql(Statement.recordColumns, order: order, limit: limit), condition.parameters,
      preamble: preamble)
  }

  @Test("a listing walks the ids, or sorts the few that an index names")
  func listings() async throws {
    let store = try await self.filled()
    for (query, index) in [
      (JobQuery(statuses: nil), "job_id"), (JobQuery(statuses: nil, idPrefix: "job-7"), "job_id"),
      (JobQuery(), "wake_living"), (JobQuery(statuses: nil, creator: "c"), "job_creator"),
      (JobQuery(statuses: nil, tags: ["t"]), "tag_pkey"), (JobQuery(statuses: nil, hasDead: true), "job_dead"),
      (JobQuery(order: .nextFire), "wake_living"),
    ] {
      let plan = try await self.listing(store, query)
      #expect(plan.contains("using \(index) on"), "\(query): \(plan)")
      #expect(!plan.contains("Seq Scan"), "\(plan)")
    }
    // In the order of next fires not all are sorted, only those of one instant.
    let plan = try await self.listing(store, JobQuery(order: .nextFire), preamble: "set enable_sort = off")
    #expect(plan.contains("Presorted Key: w.next_fire"), "\(plan)")
    await store.close()
    try await self.schema.drop()
  }

  @Test("history is read, pruned and trimmed along an index each")
  func history() async throws {
    let store = try self.schema.store()
    try await store.prepare()
    for (query, index) in [
      (HistoryQuery(), "history_plain"), (HistoryQuery(since: start), "history_kept"),
      (HistoryQuery(jobName: "n"), "history_name"), (HistoryQuery(job: "j"), "history_key"),
      (HistoryQuery(cursor: HistoryCursor(position: 1)), "history_plain"),
    ] {
      let (sql, parameters) = HistoryListing(query: query, namespace: 1).statement
      let plan = try await self.plan(store, sql, parameters)
      #expect(plan.contains("Backward using \(index) on history"), "\(query): \(plan)")
      #expect(!plan.contains("Sort Key") || plan.contains("Merge Append"), "\(plan)")
      #expect(!plan.contains("Seq Scan"), "\(plan)")
    }
    await store.close()
    try await self.schema.drop()
  }
}
#endif
