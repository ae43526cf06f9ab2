#if SQLite
import Almanac
import AlmanacTesting
import Foundation
import GRDB
import Testing

@testable import AlmanacSQLite

@Suite("The SQLite store obeys every store law")
struct SQLiteStoreConformance {
  static let harness = StoreHarness.sqlite()

  @Test("on a file", arguments: StoreLaw.laws(for: harness))
  func obeys(_ law: StoreLaw) async throws { try await law.check(Self.harness) }

  @Test("it promises all that there are laws for")
  func unsupported() {
    #expect(StoreLaw.unsupported(by: Self.harness).compactMap(\.requires) == ["seesConnections"])
  }
}

extension StoreHarness {
  /// A file for each law; its namespaces lie in it together.
  static func sqlite() -> StoreHarness {
    let clock = ManualClock()
    @Sendable func directory(of namespace: String) -> String {
      let law = namespace.split(separator: "-").prefix(2).joined(separator: "-")
      return FileManager.default.temporaryDirectory.appendingPathComponent("almanac-\(law)").path
    }
    @Sendable func client(_ namespace: String) throws -> SQLiteStore {
      let directory = directory(of: namespace)
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      return try SQLiteStore(path: directory + "/jobs.sqlite", namespace: namespace, clock: clock)
    }
    let capabilities = StoreCapabilities(
      sharedAcrossProcesses: true, durable: true, notifies: true, atomicHistory: true, atomicBatch: true)
    return StoreHarness(
      "sqlite", capabilities: capabilities, clock: clock,
      spoil: { client, id in
        guard let store = client as? SQLiteStore else { return }
        try withDatabase(store.path) { db in
          try db.execute(
            sql: """
              update job set state = '{"revision":1' where id = ? and namespace =
              (select id from namespace where name = ?)
              """, arguments: [id.rawValue, store.namespace])
        }
      },
      discard: { namespace in
        let store = try client(namespace)
        #expect(try await store.problems() == [], "what the tables say after a law")
        await store.close()
        if namespace.split(separator: "-").count == 2 {
          try FileManager.default.removeItem(atPath: directory(of: namespace))
        }
      },
      makeClient: { try client($0) })
  }
}
#endif
