import Almanac
import AlmanacTesting
import Testing

@Suite("The memory store obeys every store law")
struct MemoryStoreConformance {
  static let atomic = StoreHarness.memory(MemoryStore.Options())
  static let plain = StoreHarness.memory(MemoryStore.Options(atomicHistory: false))
  static let small = StoreHarness.memory(
    MemoryStore.Options(notifies: false, serverTime: true, maximumBatch: 25, maximumPayload: 64))

  @Test("with history at once", arguments: StoreLaw.laws(for: atomic))
  func obeysAtomically(_ law: StoreLaw) async throws { try await law.check(Self.atomic) }

  @Test("with an outbox", arguments: StoreLaw.laws(for: plain))
  func obeysWithOutbox(_ law: StoreLaw) async throws { try await law.check(Self.plain) }

  @Test("silent and with narrow limits", arguments: StoreLaw.laws(for: small))
  func obeysNarrowly(_ law: StoreLaw) async throws { try await law.check(Self.small) }

  @Test("what it does not promise is shown")
  func unsupported() {
    #expect(
      StoreLaw.unsupported(by: Self.atomic).map(\.description) == [
        "sessions: a client that listens sees that another one is connected, and that it is gone",
        "durability: what was committed is there after the client died",
        "durability: epochs are not used again after the client died",
      ])
    #expect(Set(StoreLaw.unsupported(by: Self.small).map(\.requires)) == ["durable", "notifies", "seesConnections"])
  }

  @Test("no two laws have the same words, and each chapter has some")
  func words() {
    #expect(Set(StoreLaw.all.map(\.description)).count == StoreLaw.all.count)
    #expect(Set(StoreLaw.all.map(\.chapter)).count == StoreLaw.Chapter.allCases.count)
  }
}

extension StoreHarness {
  /// One memory; each namespace of it is fresh by its name. Every client of a law is checked for its invariants when it is closed.
  static func memory(_ options: MemoryStore.Options) -> StoreHarness {
    let clock = ManualClock()
    let memory = MemoryStore(clock: clock, options: options)
    return StoreHarness(
      "memory", capabilities: memory.capabilities, clock: clock,
      spoil: { client, id in (client as? MemoryStore)?.spoil(id, reason: "spoilt by a test") },
      discard: { namespace in
        #expect(memory.client(namespace: namespace).problems == [], "the invariants after a law")
      },
      makeClient: { memory.client(namespace: $0) })
  }
}
