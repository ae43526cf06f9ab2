#if SQLite
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import GRDB
import Logging
import Testing

@testable import AlmanacSQLite

private struct Tick: JobPayload, Hashable {
  static let jobName = "tick"
  var label = "tick"
}

@Suite("Batches, export and import on SQLite")
struct SQLiteBatchTests {
  let directory: TemporaryDirectory
  let clock = ManualClock()

  init() throws {
    self.directory = try TemporaryDirectory()
  }

  private func scheduler(_ store: any JobStore) -> Scheduler {
    Scheduler(store: store, clock: self.clock, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
  }

  private func filled(_ count: Int) async throws -> (SQLiteStore, Scheduler) {
    let store = try SQLiteStore(path: self.directory.file(), clock: self.clock)
    let scheduler = self.scheduler(store)
    try await scheduler.add(
      try (0..<count).map {
        try NewJob(
          Tick(label: "\($0)"), trigger: .every(.seconds(10)), id: JobID("job-\($0 + 1_000)"),
          options: JobOptions(tags: $0 % 2 == 0 ? ["even"] : ["odd"]))
      })
    return (store, scheduler)
  }

  @Test("a batch is one transaction: where one change cannot be written, none is")
  func oneTransaction() async throws {
    let (store, scheduler) = try await self.filled(20)
    let plan = try await scheduler.changeAll(matching: JobQuery(tags: ["even"]), .pause(), dryRun: true)
    #expect(plan.changed == 10)
    #expect(try await scheduler.jobs(JobQuery(statuses: [.paused])).jobs.isEmpty)
    try withDatabase(self.directory.file()) { db in
      try db.execute(
        sql: """
          create trigger trouble before update on job when new.id = 'job-1010'
          begin select raise(abort, 'no'); end
          """)
    }
    await #expect(throws: StoreError.self) {
      try await scheduler.changeAll(matching: JobQuery(tags: ["even"]), .pause())
    }
    #expect(try await scheduler.jobs(JobQuery(statuses: [.paused])).jobs.isEmpty)
    try withDatabase(self.directory.file()) { try $0.execute(sql: "drop trigger trouble") }
    #expect(try await scheduler.changeAll(matching: JobQuery(tags: ["even"]), .pause()).changed == 10)
    #expect(try await scheduler.jobs(JobQuery(statuses: [.paused])).jobs.count == 10)
    #expect(try await store.problems() == [])
    await store.close()
  }

  @Test("beyond one transaction a batch goes page by page, where that is asked for")
  func pages() async throws {
    let (store, scheduler) = try await self.filled(1_200)
    let error = await #expect(throws: SchedulerError.self) {
      try await scheduler.changeAll(matching: JobQuery(), .remove)
    }
    #expect(error?.code == .batchTooLarge)
    #expect(error?.message.hasPrefix("at least 1001 jobs match, and this store changes at most 1000") == true)
    #expect(try await scheduler.changeAll(matching: JobQuery(), .remove, atomicity: .perPage).changed == 1_200)
    #expect(try await scheduler.jobs().jobs.isEmpty)
    await store.close()
  }

  @Test("jobs go from SQLite to memory and back")
  func export() async throws {
    let (store, scheduler) = try await self.filled(1_100)
    try await scheduler.pause("job-1001", note: "why")
    var lines: [String] = []
    #expect(try await scheduler.exportJobs { lines.append($0) }.exported == 1_100)
    let memory = self.scheduler(MemoryStore(clock: self.clock))
    #expect(try await memory.importJobs(lines).added == 1_100)
    var again: [String] = []
    try await memory.exportJobs { again.append($0) }
    let other = try SQLiteStore(path: self.directory.file("other.sqlite"), clock: self.clock)
    let target = self.scheduler(other)
    #expect(try await target.importJobs(again).added == 1_100)
    for id in ["job-1000", "job-1001"] as [JobID] {
      let old = try #require(try await scheduler.job(id))
      let new = try #require(try await target.job(id))
      #expect(new.record.definition.saysTheSame(as: old.record.definition))
      #expect(new.record.state.nextFire == old.record.state.nextFire)
      #expect(new.status == old.status)
      #expect(new.note == old.note)
    }
    #expect(try await other.problems() == [])
    await store.close()
    await other.close()
  }

  @Test("a job that cannot be read is told by a batch and by an export, and left alone")
  func unreadable() async throws {
    let (store, scheduler) = try await self.filled(3)
    await store.close()
    try withDatabase(self.directory.file()) { db in
      try db.execute(sql: "update job set state = 'x', version = version + 1 where id = 'job-1001'")
    }
    let again = try SQLiteStore(path: self.directory.file(), clock: self.clock)
    let other = self.scheduler(again)
    let report = try await other.changeAll(matching: JobQuery(), .pause())
    #expect(report.changed == 2)
    #expect(report.unreadable.map(\.id) == ["job-1001"])
    #expect(try await other.exportJobs { _ in }.unreadable.map(\.id) == ["job-1001"])
    _ = scheduler
    await again.close()
  }

  @Test("pruning, trimming and the dead are read along an index each")
  func plans() async throws {
    let store = try SQLiteStore(path: self.directory.file(), clock: self.clock)
    let connection = try await store.box.connection()
    func plan(_ sql: String) async throws -> String {
      try await connection.read { db in
        let arguments = StatementArguments(repeatElement(1, count: sql.count { $0 == "?" }))
        return try Row.fetchAll(db, sql: "explain query plan " + sql, arguments: arguments)
          .map { $0["detail"] as String }.joined(separator: "; ")
      }
    }
    for (sql, index) in [
      (HistoryPruning.plainSQL, "history_plain (namespace=? AND at<?)"),
      (HistoryPruning.untilSQL, "history_until (namespace=? AND keep_until>? AND keep_until<?)"),
      (HistoryPruning.trimSQL, "sqlite_autoindex_history_1 (namespace=? AND job=?"),
    ] {
      let plan = try await plan(sql)
      #expect(plan.contains(index), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
    }
    func listing(_ query: JobQuery) async throws -> String {
      let listing = JobListing(query: query, cursor: nil, namespace: 1, limit: 10)
      let path = try await connection.read { try listing.path($0) }
      return try await plan(JobListing.sql(listing.condition(path, ""), "order by id"))
    }
    let dead = try await listing(JobQuery(statuses: nil, hasDead: true))
    #expect(dead.contains("job_dead (namespace=?)") && !dead.contains("TEMP B-TREE"), "\(dead)")
    let due = try await listing(JobQuery(nextFireFrom: start, nextFireBefore: start))
    #expect(due.contains("job_living (namespace=? AND next_fire>? AND next_fire<?)"), "\(due)")
    await store.close()
  }
}
#endif
