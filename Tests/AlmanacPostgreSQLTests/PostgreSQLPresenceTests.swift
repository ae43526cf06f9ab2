#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacSQL
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("By a connection of its own a process shows that it is there")
struct PostgreSQLPresenceTests {
  let schema = TestSchema()

  private func store(settling: Duration = .zero, notifies: Bool = true, user: String? = nil) throws -> PostgreSQLStore {
    var options = TestServer.options()
    options.settling = settling
    options.notifies = notifies
    return try self.schema.store(user: user, options: options)
  }

  /// Listens for as long as the task is not cancelled.
  private func listen(_ store: PostgreSQLStore) -> Task<Void, Never> { Task { for await _ in store.changes() {} } }

  private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
    for _ in 0..<1_000 {
      if try await holds() { return }
      await pause(.milliseconds(20))
    }
    Issue.record("within 20 s it did not come to this: \(what)")
  }

  private func guardian(of epoch: Epoch) async throws -> String? {
    try await self.schema.sql("select guard::text from session where epoch = \(epoch.rawValue)").first?.first ?? nil
  }

  @Test("one whose connection is ended has another at once, and is seen with it", arguments: [true, false])
  func ended(notifies: Bool) async throws {
    let store = try self.store(notifies: notifies)
    let observer = try self.store()
    let listening = [self.listen(store), self.listen(observer)]
    let session = try await store.openSession(draft())
    for _ in 0..<5 {
      try await self.until("it is connected") { try await observer.sessions().map(\.isConnected) == [true] }
      let process = try #require(try await self.guardian(of: session.epoch))
      try await self.schema.sql("select pg_terminate_backend(\(process))::text")
      try await self.until("it is guarded by another") { try await self.guardian(of: session.epoch) != process }
    }
    for task in listening { task.cancel() }
    await store.close()
    await observer.close()
    try await self.schema.drop()
  }

  @Test("who has just come back himself says of nobody that he is gone")
  func settling() async throws {
    let (store, early, late) = (try self.store(), try self.store(), try self.store(settling: .seconds(3_600)))
    let listening = [store, early, late].map { self.listen($0) }
    let session = try await store.openSession(draft())
    try await self.until("it is connected") { try await late.sessions().map(\.isConnected) == [true] }
    store.feed.finish()
    try await self.until("it is gone") { try await early.sessions().map(\.isConnected) == [false] }
    #expect(try await late.sessions().map(\.isConnected) == [nil])
    #expect(try await early.markDead(session.epoch, expiringAt: session.expiresAt))
    for task in listening { task.cancel() }
    for store in [store, early, late] { await store.close() }
    try await self.schema.drop()
  }

  @Test("what was said to a server that another one took the place of says nothing about now")
  func otherServer() async throws {
    let (store, observer) = (try self.store(), try self.store())
    let listening = [store, observer].map { self.listen($0) }
    _ = try await store.openSession(draft())
    try await self.until("it is connected") { try await observer.sessions().map(\.isConnected) == [true] }
    store.feed.finish()
    try await self.until("it is gone") { try await observer.sessions().map(\.isConnected) == [false] }
    try await self.schema.sql("update session set guard_server = guard_server - 1")
    #expect(try await observer.sessions().map(\.isConnected) == [nil])
    for task in listening { task.cancel() }
    for store in [store, observer] { await store.close() }
    try await self.schema.drop()
  }

  @Test("who cannot connect again, and has another connection, tells others not to go by it")
  func withdrawn() async throws {
    let role = "r" + self.schema.name
    let owner = try self.store()
    try await owner.prepare()
    // One connection of the pool, one that listens; then no third one.
    try await self.schema.sql("create role \(role) login connection limit 2")
    for grant in [
      "usage on schema \(self.schema.name)",
      "select, insert, update, delete on all tables in schema \(self.schema.name)",
      "usage on all sequences in schema \(self.schema.name)",
    ] { try await self.schema.sql("grant \(grant) to \(role)") }
    var options = PostgreSQLOptions(maximumConnections: 1)
    options.settling = .zero
    let store = try self.schema.store(user: role, options: options)
    let listening = [store, owner].map { self.listen($0) }
    let session = try await store.openSession(draft())
    try await self.until("it is connected") { try await owner.sessions().map(\.isConnected) == [true] }
    let process = try #require(try await self.guardian(of: session.epoch))
    try await self.schema.sql("alter role \(role) connection limit 0")
    try await self.schema.sql("select pg_terminate_backend(\(process))::text")
    try await self.until("nothing is said of it") { try await self.guardian(of: session.epoch) == nil }
    #expect(try await owner.sessions().map(\.isConnected) == [nil])
    #expect(try await store.renewSession(session.epoch, draft()) != nil, "its other connection goes on")
    try await self.schema.sql("alter role \(role) connection limit -1")
    try await self.until("it is connected again") { try await owner.sessions().map(\.isConnected) == [true] }
    for task in listening { task.cancel() }
    for store in [store, owner] { await store.close() }
    try await self.schema.drop()
    try await self.schema.sql("drop role \(role)")
  }

  @Test("who stops to listen and begins again is seen again, and sees others")
  func again() async throws {
    let (store, observer) = (try self.store(), try self.store())
    let listening = self.listen(observer)
    _ = try await store.openSession(draft())
    for _ in 0..<5 {
      let turn = self.listen(store)
      try await self.until("both see it") {
        let (first, second) = (try await store.sessions(), try await observer.sessions())
        return first.map(\.isConnected) == [true] && second.map(\.isConnected) == [true]
      }
      try await self.until("it would see others go") { store.presence.hasSettled }
      turn.cancel()
      // At once, while the thread of the last turn comes to its end.
      await turn.value
    }
    listening.cancel()
    for store in [store, observer] { await store.close() }
    try await self.schema.drop()
  }

  @Test("a session that is over is not guarded any longer, and a process may have several")
  func several() async throws {
    let (store, observer) = (try self.store(), try self.store())
    let listening = [store, observer].map { self.listen($0) }
    let first = try await store.openSession(draft("first"))
    let second = try await store.openSession(draft("second"))
    try await self.until("both are connected") { try await observer.sessions().map(\.isConnected) == [true, true] }
    func locks() async throws -> [[String?]] {
      try await self.schema.sql(
        "select objid::text from pg_locks where classid = 'session'::regclass and locktype = 'advisory'")
    }
    #expect(try await locks().count == 2)
    #expect(try await store.markDead(first.epoch, expiringAt: first.expiresAt))
    try await self.until("the lock of the first is given back") {
      try await locks() == [["\(second.epoch.rawValue)"]]
    }
    #expect(try await observer.sessions().map(\.isConnected) == [nil, true])
    for task in listening { task.cancel() }
    for store in [store, observer] { await store.close() }
    try await self.schema.drop()
  }
}
#endif
