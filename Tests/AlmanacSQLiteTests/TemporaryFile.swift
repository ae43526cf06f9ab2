#if SQLite
import Almanac
import AlmanacTesting
import Foundation
import GRDB

@testable import AlmanacSQLite

/// A directory of its own for one test, gone with it.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    self.path = FileManager.default.temporaryDirectory.appendingPathComponent("almanac-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }

  /// The path of a file in it.
  func file(_ name: String = "jobs.sqlite") -> String { self.path + "/" + name }
}

/// Does something to a database as another program would.
func withDatabase<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
  var configuration = Configuration()
  configuration.busyMode = .timeout(5)
  let queue = try DatabaseQueue(path: path, configuration: configuration)
  let value = try queue.writeWithoutTransaction(body)
  try queue.close()
  return value
}

extension SQLiteStore {
  /// What the tables say that must agree with each other, and does not.
  func problems() async throws -> [String] {
    try await self.box.connection().read { db in
      var problems = try String.fetchAll(db, sql: "pragma integrity_check").filter { $0 != "ok" }
      let checks = [
        "jobs without a definition": "select count(*) from job where key not in (select job from definition)",
        "definitions without a job": "select count(*) from definition where job not in (select key from job)",
        "tags without a job": "select count(*) from tag where job not in (select key from job)",
        "owners without a job": "select count(*) from owner where job not in (select key from job)",
        "jobs without a lane": "select count(*) from job where lane not in (select id from lane)",
        "outboxes": "select count(*) from job where json_valid(state) and json_extract(state, '$.outbox') is not null",
        "jobs of which the index of the dead says something else": """
        select count(*) from job where json_valid(state) and unreadable is null
        and has_dead != (json_extract(state, '$.dead') is not null)
        """,
        "owners that hold nothing": """
        select count(*) from owner join job on job.key = owner.job where json_valid(state) and not exists
        (select 1 from json_each(state, '$.runs') as run where json_extract(run.value, '$.owner') = owner.epoch)
        """,
        "runs whose owner is not known": """
        select count(*) from job, json_each(iif(json_valid(state), state, '{}'), '$.runs') as run
        where unreadable is null and json_extract(run.value, '$.owner') is not null and not exists
        (select 1 from owner where owner.job = job.key and owner.epoch = json_extract(run.value, '$.owner'))
        """,
      ]
      for (what, sql) in checks.sorted(by: { $0.key < $1.key }) {
        let count = try Int.fetchOne(db, sql: sql) ?? 0
        if count > 0 { problems.append("\(count) \(what)") }
      }
      return problems
    }
  }
}
#endif
