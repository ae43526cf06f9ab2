#if SQLite
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AlmanacSQLite

@Suite("What an SQLite store does in trouble")
struct SQLiteTroubleTests {
  let directory: TemporaryDirectory

  init() throws {
    self.directory = try TemporaryDirectory()
  }

  private func store(_ prepare: @escaping @Sendable (Database) throws -> Void) throws -> SQLiteStore {
    try SQLiteStore(
      path: self.directory.file(), namespace: "default",
      options: SQLiteOptions(busyTimeout: .milliseconds(20)), clock: ManualClock(), prepareConnection: prepare)
  }

  private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  // MARK: The disk

  @Test("a full disk takes nothing half, and the store goes on when there is room")
  func full() async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a")])
    let connection = try await store.box.connection()
    // SQLite's own limit of pages stands for the disk's: the error is the same.
    try await connection.write { db in
      let pages = try Int.fetchOne(db, sql: "pragma page_count") ?? 0
      try db.execute(sql: "pragma max_page_count = \(pages)")
    }
    let large = (0..<500).map { oneShot(JobID("large-\($0)"), payload: [UInt8](repeating: 0x61, count: 2_000)) }
    let error = await #expect(throws: StoreError.self) { try await store.add(large) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("full") == true)
    #expect(try await store.query(JobQuery()).records.map(\.id) == ["a"])
    #expect(try await store.problems() == [])
    try await connection.write { db in try db.execute(sql: "pragma max_page_count = 1073741823") }
    try await store.add(large)
    #expect(try await store.query(JobQuery(limit: 1_000)).records.count == 501)
    await store.close()
  }

  @Test("a write that cannot be done takes no other write of its group with it")
  func group() async throws {
    let store = try self.store { _ in }
    try await store.prepare()
    let connection = try await store.box.connection()
    struct Refused: Error {}
    let results = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          do {
            try await connection.write { db in
              try db.execute(sql: "insert into namespace (name) values (?)", arguments: ["n\(number)"])
              if number % 3 == 0 { throw Refused() }
            }
            return true
          } catch {
            return !(error is Refused)
          }
        }
      }
      return await group.reduce(into: 0) { count, isDone in count += isDone ? 1 : 0 }
    }
    #expect(results == 133)
    let names = try await connection.read { try Int.fetchOne($0, sql: "select count(*) from namespace") }
    #expect(names == 134)
    await store.close()
  }

  @Test("writes that wait while another is committed share one commit")
  func sharedCommit() async throws {
    final class Commits: TransactionObserver, Sendable {
      let count = Mutex(0)
      func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
      func databaseDidChange(with event: DatabaseEvent) {}
      func databaseDidCommit(_ db: Database) { self.count.withLock { $0 += 1 } }
      func databaseDidRollback(_ db: Database) {}
    }
    let commits = Commits()
    let store = try self.store { db in db.add(transactionObserver: commits) }
    let connection = try await store.box.connection()
    let before = commits.count.withLock { $0 }
    let (begun, signal) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await connection.write { db in
          signal.finish()
          // Until everybody else waits; the writer's own thread may be held up.
          while connection.commits.waitingCount < 99 { sched_yield() }
        }
      }
      // The first write is alone in its transaction once it has begun.
      for await _ in begun {}
      for number in 1..<100 {
        group.addTask {
          try await connection.write { db in
            try db.execute(sql: "insert into namespace (name) values (?)", arguments: ["n\(number)"])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(commits.count.withLock { $0 } - before == 2)
    await store.close()
  }

  @Test("a write that comes while the store is closed is done, or refused as closed")
  func closing() async throws {
    let store = try self.store { _ in }
    try await store.prepare()
    let done = await withTaskGroup(of: Int.self) { group in
      for number in 0..<50 {
        group.addTask {
          do {
            try await store.add([oneShot(JobID("job-\(number)"))])
            return 1
          } catch let error as StoreError where error.code == .closed {
            return 0
          } catch {
            Issue.record(error)
            return 0
          }
        }
      }
      group.addTask {
        await store.close()
        return 0
      }
      return await group.reduce(0, +)
    }
    let again = try self.store { _ in }
    #expect(try await again.query(JobQuery(limit: 1_000)).records.count >= done)
    #expect(try await again.problems() == [])
    await again.close()
  }

  @Test("a file that may not be written is told as such")
  func readOnly() async throws {
    let first = try self.store { _ in }
    try await first.add([oneShot("a")])
    let store = try self.store { db in
      if !db.configuration.readonly { try db.execute(sql: "pragma query_only = 1") }
    }
    #expect(await self.code { try await store.prepare() } == .readOnly)
    await store.close()
    await first.close()
  }

  @Test("another program's lock is waited for as long as was said, and then told")
  func busy() async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a")])
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: store.path, configuration: configuration)
    try await other.writeWithoutTransaction { db in try db.execute(sql: "begin immediate") }
    #expect(await self.code { try await store.add([oneShot("b")]) } == .unavailable)
    #expect(try await store.fetch(["a", "b"]).map { $0?.id } == ["a", nil], "reading goes on")
    try await other.writeWithoutTransaction { db in try db.execute(sql: "rollback") }
    try await store.add([oneShot("b")])
    #expect(try await store.fetch(["b"])[0] != nil)
    try other.close()
    await store.close()
  }

  @Test("a damaged database is told as such, with what to do")
  func corrupted() async throws {
    let first = try self.store { _ in }
    try await first.add((0..<200).map { oneShot(JobID("job-\($0)")) })
    await first.close()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: first.path))
    let size = try file.seekToEnd()
    for offset in stride(from: UInt64(8_192), to: size, by: 4_096) {
      try file.seek(toOffset: offset)
      try file.write(contentsOf: Data(repeating: 0xA5, count: 512))
    }
    try file.close()
    let store = try self.store { _ in }
    let error = await #expect(throws: StoreError.self) {
      try await store.prepare()
      _ = try await store.query(JobQuery())
    }
    #expect(error?.code == .corrupted)
    #expect(error?.message.contains("recover") == true)
    await store.close()
  }

  @Test("what SQLite says is told without statements and values")
  func noSecrets() {
    let errors = SQLiteErrors(path: "/x", busyTimeout: .seconds(1))
    let codes: [(ResultCode, StoreError.Code)] = [
      (.SQLITE_BUSY, .unavailable), (.SQLITE_BUSY_SNAPSHOT, .unavailable), (.SQLITE_LOCKED, .unavailable),
      (.SQLITE_IOERR, .unavailable), (.SQLITE_IOERR_FSYNC, .unavailable), (.SQLITE_FULL, .unavailable),
      (.SQLITE_READONLY, .readOnly), (.SQLITE_READONLY_DIRECTORY, .readOnly), (.SQLITE_PERM, .readOnly),
      (.SQLITE_NOTADB, .foreignData), (.SQLITE_CORRUPT, .corrupted), (.SQLITE_CORRUPT_INDEX, .corrupted),
      (.SQLITE_TOOBIG, .payloadTooLarge), (.SQLITE_NOMEM, .unavailable), (.SQLITE_CANTOPEN, .unavailable),
      (.SQLITE_CONSTRAINT, .unavailable),
    ]
    for (code, expected) in codes {
      let error = errors.translated(
        DatabaseError(resultCode: code, message: nil, sql: "insert 'secret'", arguments: ["secret"]))
      #expect((error as? StoreError)?.code == expected, "\(code)")
      #expect(!String(describing: error).contains("secret"))
      #expect(String(describing: error).contains("/x"))
    }
    #expect(errors.translated(CancellationError()) is CancellationError)
  }

  // MARK: Records that cannot be read

  private func damage(_ store: SQLiteStore, _ sql: String) throws {
    try withDatabase(store.path) { db in try db.execute(sql: sql) }
  }

  @Test(
    "a record that cannot be read stays as it is, wakes nobody and is listed",
    arguments: [
      ("update job set state = '{' where id = 'a'", "not JSON"),
      ("update job set state = '{}' where id = 'a'", "revision is missing"),
      ("update job set state = json_set(state, '$.status', 'dreaming') where id = 'a'", "status has no meaning"),
      ("update job set state = json_set(state, '$.claims', 'many') where id = 'a'", "claims is not of type"),
      (
        "update definition set body = '[]' where job = 1; update job set version = 7, defined = 7 where key = 1",
        "definition"
      ),
      ("delete from definition where job = 1; update job set version = 7, defined = 7 where key = 1", "is missing"),
      (
        "update definition set body = (select body from definition where job = 2) where job = 1;"
          + "update job set version = 7, defined = 7 where key = 1", "another job"
      ),
    ])
  func unreadable(_ sql: String, _ words: String) async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a"), oneShot("b", at: 100)])
    let session = try await store.openSession(draft())
    try self.damage(store, sql)
    let before = try await store.box.connection().read {
      try String.fetchAll($0, sql: "select id || state || ifnull(body, '-') from job left join definition on job = key")
    }
    #expect(try await store.fetch(["a", "b"]).map { $0?.id } == [nil, "b"])
    let answers = try await store.advance(
      Demand(jobNames: ["job"], slots: ["default": 9]), at: start + .seconds(5), as: session.epoch
    ) { _, _ in .refuse(.nothingDue) }
    guard case .unreadable("a", let reason)? = answers.first, answers.count == 1 else {
      Issue.record("expected one unreadable record, saw \(answers)")
      return
    }
    #expect(reason.contains(words), "\(reason)")
    #expect(try await store.earliestWake(Demand(jobNames: ["job"], slots: ["default": 9])) == start + .seconds(100))
    #expect(try await store.claim(9, at: 5, as: session.epoch) == [])
    let page = try await store.query(JobQuery())
    #expect(page.records.map(\.id) == ["b"])
    #expect(page.unreadable == [UnreadableRecord(id: "a", reason: reason)])
    let after = try await store.box.connection().read {
      try String.fetchAll($0, sql: "select id || state || ifnull(body, '-') from job left join definition on job = key")
    }
    #expect(before == after)
    await store.close()
  }

  @Test("a run of a record that became unreadable is not mourned for ever")
  func unreadableOwner() async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a", tags: ["t"])])
    let session = try await store.openSession(draft())
    #expect(try await store.claim(1, at: 5, as: session.epoch) == ["a"])
    #expect(try await store.owners() == [session.epoch])
    try self.damage(store, "update job set state = '{'")
    let answers = try await store.update(try await store.records(ownedBy: session.epoch, limit: 9)) { _ in
      .refuse(.noSuchRun)
    }
    guard case .unreadable? = answers.first else {
      Issue.record("expected an unreadable record, saw \(answers)")
      return
    }
    #expect(try await store.owners() == [])
    await store.close()
  }

  @Test("a record that cannot be read is kept by who keeps, and written anew by who replaces")
  func repaired() async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a", tags: ["old"])])
    let session = try await store.openSession(draft())
    #expect(try await store.claim(1, at: 5, as: session.epoch) == ["a"])
    try self.damage(store, "update job set state = '{'")
    func insert(_ policy: ConflictPolicy) async throws -> InsertAnswer? {
      try await store.insert([oneShot("a", at: 9, tags: ["new"])]) { existing, proposed in
        JobMachine.resolve(existing: existing, proposed: proposed, policy, now: start)
      }.first
    }
    for policy in [ConflictPolicy.keep, .fail] {
      guard case .kept(let record, _)? = try await insert(policy) else {
        Issue.record("an unreadable record was written over")
        return
      }
      #expect(record.state.status == .quarantined)
      #expect(record.state.note?.contains("cannot be read") == true)
    }
    guard case .replaced(let record, _)? = try await insert(.replace) else {
      Issue.record("an unreadable record cannot be replaced")
      return
    }
    #expect(record.state.status == .active)
    #expect(try await store.fetch(["a"])[0]?.state == record.state)
    #expect(try await store.earliestWake(Demand(jobNames: ["job"], slots: ["default": 1])) == start + .seconds(9))
    #expect(try await store.query(JobQuery()).unreadable == [])
    #expect(try await store.query(JobQuery(tags: ["old"])).records.count == 0)
    #expect(try await store.query(JobQuery(tags: ["new"])).records.count == 1)
    #expect(try await store.owners() == [])
    #expect(try await store.problems() == [])
    await store.close()
  }

  @Test("a state that was edited by hand is seen, though this process wrote it a moment ago")
  func edited() async throws {
    let store = try self.store { _ in }
    try await store.add([oneShot("a")])
    #expect(try await store.fetch(["a"])[0]?.state.note == nil)
    try self.damage(store, "update job set state = json_set(state, '$.note', 'by hand')")
    #expect(try await store.fetch(["a"])[0]?.state.note == "by hand")
    await store.close()
  }
}
#endif
