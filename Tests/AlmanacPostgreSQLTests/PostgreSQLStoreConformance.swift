#if PostgreSQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacPostgreSQL

@Suite("The PostgreSQL store obeys every store law")
struct PostgreSQLStoreConformance {
  static let schema = TestSchema()
  static let harness = StoreHarness.postgreSQL(schema)

  @Test("on a server", arguments: StoreLaw.laws(for: harness))
  func obeys(_ law: StoreLaw) async throws {
    // Without a server the suite fails; it is never passed over.
    if TestServer.address.isEmpty { throw ServerIsMissing("ALMANAC_TEST_POSTGRESQL") }
    try await law.check(Self.harness)
  }

  @Test("it promises all that there are laws for, but for a clock that a test can turn")
  func unsupported() {
    #expect(Set(StoreLaw.unsupported(by: Self.harness).map(\.requires)) == ["a clock that the harness can turn"])
  }
}

extension StoreHarness {
  static func postgreSQL(_ schema: TestSchema) -> StoreHarness {
    let capabilities = StoreCapabilities(
      sharedAcrossHosts: true, sharedAcrossProcesses: true, durable: true, serverTime: true, notifies: true,
      seesConnections: true, atomicHistory: true, atomicBatch: true)
    return StoreHarness(
      "postgresql", capabilities: capabilities,
      // As the death of its process would, for those who see its connections.
      kill: { ($0 as? PostgreSQLStore)?.feed.finish() },
      spoil: { client, id in
        guard let store = client as? PostgreSQLStore else { return }
        try await schema.sql(
          """
          update job set state = '{"revision":1' where id = '\(id.rawValue)' and namespace =
          (select id from namespace where name = '\(store.location.namespace)')
          """)
      },
      discard: { namespace in
        let store = try schema.store(namespace)
        let problems = try await store.problems()
        await store.close()
        #expect(problems == [], "what the tables say after a law")
      },
      makeClient: { try schema.store($0) })
  }
}
#endif
