import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("A scheduler whose connection is gone")
struct PeerLossTests {
  /// Two schedulers and a job that lasts; the connection of the one that runs it is lost at the eighth second.
  private func cluster(
    connection: @escaping @Sendable (_ lostFor: Duration) -> Bool?,
    _ body: (TestCluster, Int) async throws -> Void
  ) async throws {
    let cluster = TestCluster(nodes: 2) { cluster, node, _, context in
      guard context.attempt == 1 else { return }
      try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[node])
    }
    let victim = Mutex<(node: String, since: Instant)?>(nil)
    for cable in cluster.cables {
      cable.tellConnections { [clock = cluster.clock] session in
        guard let lost = victim.withLock({ $0 }), session.draft.node == lost.node else { return true }
        return connection(clock.now() - lost.since)
      }
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "long")
      // By then the housekeeping of both has seen the other.
      await cluster.time.advance(to: .at(8))
      let first = try #require(cluster.ran.first)
      victim.withLock { $0 = ("node-\(first.node)", cluster.clock.now()) }
      try await body(cluster, first.node)
    }
  }

  @Test("is followed by another within two seconds")
  func gone() async throws {
    try await self.cluster { _ in
      false
    } _: { cluster, node in
      cluster.cables[node].cut()
      await cluster.time.advance(to: .at(10))
      #expect(cluster.ran.count == 2)
      #expect(cluster.ran.last?.node == 1 - node)
      #expect(cluster.ran.last?.attempt == 2)
    }
  }

  @Test("keeps its runs where it has another one in time", arguments: [100, 500, 799])
  func back(milliseconds: Int) async throws {
    try await self.cluster {
      $0 >= .milliseconds(milliseconds)
    } _: { cluster, _ in
      await cluster.time.advance(to: .at(60))
      #expect(cluster.ran.count == 1)
    }
  }

  @Test("keeps its runs where the store cannot tell, and goes on to renew")
  func untold() async throws {
    try await self.cluster { _ in
      nil
    } _: { cluster, _ in
      await cluster.time.advance(to: .at(60))
      #expect(cluster.ran.count == 1)
    }
  }
}
