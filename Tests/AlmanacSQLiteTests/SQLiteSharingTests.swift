#if SQLite
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import GRDB
import Testing

@testable import AlmanacSQLite

@Suite("Several stores on one SQLite file")
struct SQLiteSharingTests {
  let directory: TemporaryDirectory

  init() throws {
    self.directory = try TemporaryDirectory()
  }

  private func store(_ namespace: String = "default") throws -> SQLiteStore {
    try SQLiteStore(
      path: self.directory.file(), namespace: namespace, options: SQLiteOptions(pollInterval: .milliseconds(10)),
      clock: ManualClock())
  }

  @Test("of stores that race for what is due, each record goes to one")
  func race() async throws {
    let count = 600
    let setup = try self.store()
    try await setup.add((0..<count).map { oneShot(JobID("job-\($0)")) })
    let taken = try await withThrowingTaskGroup(of: [JobID].self) { group in
      for _ in 0..<4 {
        group.addTask {
          let store = try self.store()
          let session = try await store.openSession(draft())
          var begun: [JobID] = []
          // A round in which everything was lost to others begins nothing, and is not the end.
          while try await store.earliestWake(Demand(jobNames: ["job"], slots: ["default": 1])) ?? .distantFuture
            <= start + .seconds(5)
          {
            begun += try await store.claim(37, at: 5, as: session.epoch)
          }
          await store.close()
          return begun
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.count == count)
    #expect(Set(taken).count == count)
    let records = try await setup.query(JobQuery(limit: 1_000)).records
    #expect(records.allSatisfy { $0.state.claims == 1 })
    #expect(try await setup.problems() == [])
    await setup.close()
  }

  @Test("a session that another store marked dead commits nothing")
  func sessionLost() async throws {
    let store = try self.store()
    let other = try self.store()
    let session = try await store.openSession(draft())
    try await store.add([oneShot("a")])
    #expect(try await other.markDead(session.epoch, expiringAt: session.expiresAt))
    let error = await #expect(throws: StoreError.self) { try await store.claim(1, at: 5, as: session.epoch) }
    #expect(error?.code == .sessionLost)
    #expect(try await store.fetch(["a"])[0]?.state.runs == [])
    await store.close()
    await other.close()
  }

  @Test("a session that dies between reading and writing commits nothing")
  func sessionLostMeanwhile() async throws {
    let store = try self.store()
    let other = try self.store()
    let session = try await store.openSession(draft())
    try await store.add([oneShot("a")])
    let connection = try await store.box.connection()
    // The write that kills the session waits in the queue before the one that advance makes: both are one group.
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.advance(
        Demand(jobNames: ["job"], slots: ["default": 1]), at: start + .seconds(5), as: session.epoch
      ) { record, starts in
        try? withDatabase(store.path) { db in try db.execute(sql: "update session set dead = 1") }
        return JobMachine.apply(
          .due(starts: starts, owner: session.epoch, batch: 1), to: record, now: start + .seconds(5))
      }
    }
    #expect(error?.code == .sessionLost)
    #expect(try await connection.read { try Int.fetchOne($0, sql: "select count(*) from owner") } == 0)
    await store.close()
    await other.close()
  }

  @Test("a record that somebody else wrote between reading and writing is left to them")
  func lost() async throws {
    let store = try self.store()
    let session = try await store.openSession(draft())
    try await store.add([oneShot("a"), oneShot("b")])
    let answers = try await store.advance(
      Demand(jobNames: ["job"], slots: ["default": 2]), at: start + .seconds(5), as: session.epoch
    ) { record, starts in
      if record.id == "a" {
        try? withDatabase(store.path) { db in try db.execute(sql: "update job set version = version + 1 where id = 'a'")
        }
      }
      return JobMachine.apply(
        .due(starts: starts, owner: session.epoch, batch: 1), to: record, now: start + .seconds(5))
    }
    guard answers.count == 2, case .lost("a") = answers[0], case .committed(let record, _) = answers[1] else {
      Issue.record("expected one lost and one committed, saw \(answers)")
      return
    }
    #expect(record.id == "b")
    #expect(try await store.claim(2, at: 5, as: session.epoch) == ["a"], "and taken the next time")
    await store.close()
  }

  // MARK: News

  private func first(_ changes: AsyncStream<StoreChange>, where matches: (StoreChange) -> Bool) async -> StoreChange? {
    for await change in changes where matches(change) { return change }
    return nil
  }

  @Test("a write of another store is told once it concerns a lane's earliest instant, and only then")
  func wakes() async throws {
    let store = try self.store()
    let other = try self.store()
    try await other.add([oneShot("later", at: 100)])
    let changes = store.changes()
    #expect(await self.first(changes) { _ in true } == .wake(at: start + .seconds(100)), "the first look tells all")
    // Later than the earliest of its lane: no news. The announcement that follows says when it has been passed over.
    try await other.add([oneShot("much later", at: 200)])
    try await other.announce(.cancel("mark", owner: Epoch(1)))
    #expect(await self.first(changes) { _ in true } == .cancel("mark", owner: Epoch(1)))
    try await other.add([oneShot("earlier", at: 50)])
    #expect(await self.first(changes) { _ in true } == .wake(at: start + .seconds(50)))
    // The earliest of another lane hides nothing.
    try await other.add([oneShot("elsewhere", at: 70, lane: Lane(jobName: "other"))])
    #expect(await self.first(changes) { _ in true } == .wake(at: start + .seconds(70)))
    await store.close()
    await other.close()
  }

  @Test("what this store writes is told at once, and what it announces reaches its own listeners once")
  func ownNews() async throws {
    let store = try SQLiteStore(
      path: self.directory.file(), options: SQLiteOptions(pollInterval: .seconds(3_600)), clock: ManualClock())
    try await store.prepare()
    let changes = store.changes()
    try await store.add([oneShot("a", at: 7)])
    #expect(await self.first(changes) { _ in true } == .wake(at: start + .seconds(7)))
    try await store.announce(.cancel("a", owner: Epoch(3)))
    let announced = await self.first(changes) { $0 != .wake(at: start + .seconds(7)) }
    #expect(announced == .cancel("a", owner: Epoch(3)))
    await store.close()
    #expect(await self.first(changes) { $0 == .cancel("a", owner: Epoch(3)) } == nil)
  }

  @Test("nobody hears of another namespace")
  func newsOfOthers() async throws {
    let store = try self.store()
    let other = try self.store("other")
    try await store.prepare()
    let changes = store.changes()
    try await other.add([oneShot("a", at: 7)])
    try await other.announce(.cancel("a", owner: Epoch(1)))
    let third = try self.store()
    try await third.announce(.cancel("mark", owner: Epoch(2)))
    #expect(await self.first(changes) { _ in true } == .cancel("mark", owner: Epoch(2)))
    for store in [store, other, third] { await store.close() }
  }

  @Test("announcements do not pile up")
  func announcements() async throws {
    let store = try self.store()
    try await store.announce(.cancel("a", owner: Epoch(1)))
    try withDatabase(store.path) { db in
      try db.execute(sql: "update announcement set at = 0")
      for _ in 0..<20 {
        try db.execute(sql: "insert into announcement (namespace, sender, at, job, owner) values (1, 1, 0, 'x', 1)")
      }
    }
    for _ in 0..<4 { try await store.announce(.cancel("a", owner: Epoch(1))) }
    let count = try await store.box.connection().read { try Int.fetchOne($0, sql: "select count(*) from announcement") }
    #expect(count == 4)
    await store.close()
  }
}
#endif
