#if SQLite
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import GRDB
import Testing

@testable import AlmanacSQLite

@Suite("What an SQLite store does to files, its own and others'")
struct SQLiteFileTests {
  let directory: TemporaryDirectory

  init() throws {
    self.directory = try TemporaryDirectory()
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  private func error(_ body: () async throws -> Void) async -> StoreError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  // MARK: Its own

  @Test("a new file is marked as ours, is in WAL mode and commits to the disk")
  func fresh() async throws {
    let store = try SQLiteStore(path: self.directory.file())
    #expect(!FileManager.default.fileExists(atPath: store.path), "naming a file creates nothing")
    try await store.prepare()
    let connection = try await store.box.connection()
    let seen = try await connection.write { db in
      try ["application_id", "user_version", "synchronous"].map {
        try Int.fetchOne(db, sql: "pragma \($0)")
      }
    }
    #expect(seen == [Int(StoreFile.applicationID), Schema.currentVersion, 2])
    #expect(try await connection.read { try String.fetchOne($0, sql: "pragma journal_mode") } == "wal")
    await store.close()
  }

  @Test("a store that was asked to commit softly does so")
  func normal() async throws {
    let store = try SQLiteStore(path: self.directory.file(), options: SQLiteOptions(synchronous: .normal))
    let connection = try await store.box.connection()
    #expect(try await connection.write { try Int.fetchOne($0, sql: "pragma synchronous") } == 1)
    await store.close()
  }

  @Test("preparing again changes nothing, and closing leaves one file")
  func again() async throws {
    let path = self.directory.file()
    let first = try SQLiteStore(path: path)
    try await first.prepare()
    try await first.prepare()
    try await first.add([oneShot("a")])
    let before = try await first.box.connection().read {
      try String.fetchAll($0, sql: "select sql from sqlite_master where sql is not null")
    }
    await first.close()
    let second = try SQLiteStore(path: path)
    try await second.prepare()
    let after = try await second.box.connection().read {
      try String.fetchAll($0, sql: "select sql from sqlite_master where sql is not null")
    }
    #expect(before == after)
    #expect(try await second.fetch(["a"])[0]?.id == "a")
    let left = try FileManager.default.contentsOfDirectory(atPath: self.directory.path)
    #expect(left.contains("jobs.sqlite-wal"), "an open store has a log")
    await second.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: self.directory.path) == ["jobs.sqlite"])
  }

  @Test("many that make the same file at once all find it made", arguments: 0..<5)
  func atOnce(_ round: Int) async throws {
    let path = self.directory.file("round-\(round).sqlite")
    let stores = try (0..<8).map { try SQLiteStore(path: path, namespace: "space-\($0 % 2)") }
    try await withThrowingTaskGroup { group in
      for (number, store) in stores.enumerated() {
        group.addTask {
          try await store.prepare()
          try await store.add([oneShot(JobID("job-\(number)"))])
        }
      }
      try await group.waitForAll()
    }
    #expect(try await stores[0].query(JobQuery()).records.count == 4)
    #expect(try await stores[1].query(JobQuery()).records.count == 4)
    #expect(try await stores[0].problems() == [])
    for store in stores { await store.close() }
  }

  @Test("a file that a crash left with nothing but WAL mode is taken up")
  func halfMade() async throws {
    let path = self.directory.file()
    try withDatabase(path) { db in try db.execute(sql: "pragma journal_mode = wal") }
    #expect(try self.bytes(path).count > 0)
    let store = try SQLiteStore(path: path)
    try await store.add([oneShot("a")])
    #expect(try await store.fetch(["a"])[0] != nil)
    await store.close()
  }

  @Test("a closed store says so")
  func closed() async throws {
    let store = try SQLiteStore(path: self.directory.file())
    try await store.prepare()
    await store.close()
    #expect(await self.error { _ = try await store.fetch(["a"]) }?.code == .closed)
    #expect(await self.error { try await store.prepare() }?.code == .closed)
  }

  // MARK: Others'

  @Test("a schema of a newer version is refused, and told by its numbers")
  func newer() async throws {
    let path = self.directory.file()
    let store = try SQLiteStore(path: path)
    try await store.prepare()
    await store.close()
    try withDatabase(path) { db in try db.execute(sql: "pragma user_version = 99") }
    let before = try self.bytes(path)
    let error = await self.error { try await SQLiteStore(path: path).prepare() }
    #expect(error?.code == .newerSchema)
    #expect(error?.message.contains("99") == true)
    #expect(try self.bytes(path) == before)
  }

  @Test(
    "a database of another program is refused and not touched",
    arguments: [
      "create table job (id integer)", "pragma application_id = 42", "create view v as select 1",
      "pragma journal_mode = wal; create table t (a)",
    ])
  func foreign(_ sql: String) async throws {
    let path = self.directory.file()
    try withDatabase(path) { db in try db.execute(sql: sql) }
    let before = try self.bytes(path)
    let error = await self.error { _ = try SQLiteStore(path: path) }
    #expect(error?.code == .foreignData)
    #expect(error?.store == path)
    #expect(try self.bytes(path) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: self.directory.path) == ["jobs.sqlite"])
  }

  @Test("tables that only a log beside the file tells of are another program's, too")
  func foreignLog() async throws {
    let path = self.directory.file()
    var configuration = Configuration()
    configuration.journalMode = .wal
    // The connection stays open, so that its log is not folded into the file.
    let other = try DatabaseQueue(path: path, configuration: configuration)
    try await other.write { db in try db.execute(sql: "create table t (a); insert into t values (1)") }
    let error = await self.error { try await SQLiteStore(path: path).prepare() }
    #expect(error?.code == .foreignData)
    let tables = try await other.read { try String.fetchAll($0, sql: "select name from sqlite_master") }
    #expect(tables == ["t"])
    #expect(try await other.read { try Int.fetchOne($0, sql: "pragma application_id") } == 0)
    try other.close()
  }

  @Test(
    "a file that is no database is refused and not touched", arguments: ["hello", String(repeating: "x", count: 5_000)])
  func notSQLite(_ text: String) async throws {
    let path = self.directory.file()
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect(await self.error { _ = try SQLiteStore(path: path) }?.code == .foreignData)
    #expect(try self.bytes(path) == Data(text.utf8))
  }

  @Test("an empty file is a new store")
  func empty() async throws {
    let path = self.directory.file()
    try Data().write(to: URL(fileURLWithPath: path))
    let store = try SQLiteStore(path: path)
    try await store.add([oneShot("a")])
    await store.close()
  }

  // MARK: Paths

  @Test(
    "a path that cannot be used is refused when the store is named",
    arguments: [
      ("", StoreError.Code.unsupported, "name a file"), (":memory:", .unsupported, "MemoryStore"),
      ("file::memory:?cache=shared", .unsupported, "MemoryStore"), ("file:jobs.sqlite", .unsupported, "path itself"),
      ("jobs\0.sqlite", .unsupported, "NUL"), ("/no/such/directory/jobs.sqlite", .unavailable, "create it first"),
      ("/tmp", .unsupported, "is a directory"), ("/dev/null/jobs.sqlite", .unsupported, "is not a directory"),
      ("/proc/self/jobs.sqlite", .readOnly, "may not write to the directory"),
      // Only SQLite finds this out, when the file is opened.
      ("/tmp/" + String(repeating: "x", count: 300), .unavailable, "must be allowed to create files"),
    ])
  func paths(_ path: String, _ code: StoreError.Code, _ words: String) async throws {
    let error = await self.error { try await SQLiteStore(path: path).prepare() }
    #expect(error?.code == code)
    #expect(error?.message.contains(words) == true, "\(String(describing: error))")
  }

  @Test("a namespace without a name, or with control characters, is refused", arguments: ["", "a\nb"])
  func namespaces(_ namespace: String) async throws {
    let path = self.directory.file()
    let error = await self.error { _ = try SQLiteStore(path: path, namespace: namespace) }
    #expect(error?.code == .unsupported)
  }

  @Test("an address names a path and a namespace")
  func addresses() throws {
    let expected = [
      "sqlite:jobs.sqlite": ("jobs.sqlite", "default"), "sqlite:/var/jobs.sqlite": ("/var/jobs.sqlite", "default"),
      "sqlite:///var/jobs.sqlite": ("/var/jobs.sqlite", "default"),
      "SQLite:///a%20b%3F.db?namespace=team%20one": ("/a b?.db", "team one"),
    ]
    for (address, (path, namespace)) in expected {
      let location = try SQLiteLocation(address)
      #expect(location.path == path)
      #expect(location.namespace == namespace)
    }
    for address in [
      "jobs.sqlite", "sqlite:", "sqlite://", "sqlite://host/jobs.sqlite", "sqlite:a%zz", "sqlite:a?mode=ro",
      "sqlite:a?namespace", "postgres://x",
    ] {
      #expect(throws: StoreError.self, "\(address)") { try SQLiteLocation(address) }
    }
    let store = try SQLiteStore(url: "sqlite://\(self.directory.file())?namespace=x")
    #expect(store.path == self.directory.file())
    #expect(store.namespace == "x")
  }
}
#endif
