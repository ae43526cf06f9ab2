#if MySQL
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacMySQL

@Suite("The MySQL store obeys every store law")
struct MySQLStoreConformance {
  static let tables = TestTables()
  static let harness = StoreHarness.mySQL(tables)

  @Test("on a server", arguments: StoreLaw.laws(for: harness))
  func obeys(_ law: StoreLaw) async throws {
    // Without a server the suite fails; it is never passed over.
    if TestServer.address.isEmpty { throw ServerIsMissing("ALMANAC_TEST_MYSQL") }
    try await law.check(Self.harness)
  }

  @Test("it promises all that there are laws for, but for a clock that a test can turn")
  func unsupported() {
    #expect(
      Set(StoreLaw.unsupported(by: Self.harness).map(\.requires)) == [
        "a clock that the harness can turn", "seesConnections",
      ])
  }
}

extension StoreHarness {
  static func mySQL(_ tables: TestTables) -> StoreHarness {
    let capabilities = StoreCapabilities(
      sharedAcrossHosts: true, sharedAcrossProcesses: true, durable: true, serverTime: true, notifies: true,
      atomicHistory: true, atomicBatch: true)
    return StoreHarness(
      "mysql", capabilities: capabilities,
      spoil: { client, id in
        guard let store = client as? MySQLStore else { return }
        try await tables.sql(
          """
          update \(tables.table("job")) set state = '{"revision":1' where id = \(id.rawValue) and namespace =
          (select id from \(tables.table("namespace")) where name = \(store.location.namespace))
          """)
      },
      discard: { namespace in
        let store = try tables.store(namespace)
        let problems = try await store.problems()
        await store.close()
        #expect(problems == [], "what the tables say after a law")
      },
      makeClient: { try tables.store($0) })
  }
}
#endif
