import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("The store laws catch stores that break them", .aside)
struct StoreLawTests {
  @Test("a store with one thing wrong breaks at least one law", arguments: Mutation.allCases)
  func mutants(_ mutation: Mutation) async {
    let broken = await self.lawsBroken(by: mutation)
    #expect(!broken.isEmpty, "\(mutation) went unnoticed")
  }

  @Test("the same store with nothing wrong breaks none")
  func control() async {
    #expect(await self.lawsBroken(by: nil) == [])
  }

  private func lawsBroken(by mutation: Mutation?) async -> [String] {
    let memory = MemoryStore(options: MemoryStore.Options(maximumBatch: 50, maximumPayload: 4_096))
    let harness = StoreHarness("mutant", capabilities: memory.capabilities, patience: .milliseconds(500)) { namespace in
      MutantStore(memory.client(namespace: namespace), mutation)
    }
    var broken: [String] = []
    for law in StoreLaw.laws(for: harness) {
      do { try await law.check(harness) } catch { broken.append("\(law): \(error)") }
    }
    return broken
  }

  @Test("a law that is broken says what was expected, what was seen, and where")
  func message() async throws {
    let memory = MemoryStore()
    let harness = StoreHarness("mutant", capabilities: memory.capabilities) { namespace in
      MutantStore(memory.client(namespace: namespace), .grantsTwoStarts)
    }
    let law = try #require(StoreLaw.all.first { $0.description.contains("a grant of one") })
    let violation = await #expect(throws: LawViolation.self) { try await law.check(harness) }
    let words = try #require(violation).description
    #expect(words.contains("expected [1, 1, 1, 1], saw [2, 2, 2, 2]"))
    #expect(words.contains("StoreLaw+Advancing.swift"))
  }

  @Test("a harness that declares what its store does not is caught")
  func declaration() async throws {
    let memory = MemoryStore()
    var capabilities = memory.capabilities
    capabilities.sharedAcrossHosts = true
    let harness = StoreHarness("liar", capabilities: capabilities) { memory.client(namespace: $0) }
    let law = try #require(StoreLaw.all.first { $0.description.contains("declares what its harness") })
    await #expect(throws: LawViolation.self) { try await law.check(harness) }
  }

  @Test("the laws of durability hold for what survives its clients and catch what does not", arguments: [true, false])
  func durability(survives: Bool) async throws {
    let disk = Mutex(MemoryStore())
    let capabilities = StoreCapabilities(durable: true, notifies: true, atomicHistory: true)
    let harness = StoreHarness(
      "disk", capabilities: capabilities,
      kill: { _ in if !survives { disk.withLock { $0 = MemoryStore() } } },
      makeClient: { namespace in
        MutantStore(disk.withLock { $0.client(namespace: namespace) }, nil, declaring: capabilities)
      })
    let laws = StoreLaw.laws(for: harness).filter { $0.chapter == .durability }
    #expect(laws.count == 2)
    for law in laws {
      if survives {
        try await law.check(harness)
      } else {
        await #expect(throws: LawViolation.self) { try await law.check(harness) }
      }
    }
  }

  @Test("a lost request has not happened, a lost answer has", arguments: FaultPlan.Fault.allCases)
  func faults(_ fault: FaultPlan.Fault) async throws {
    let memory = MemoryStore()
    let store = FaultyStore(memory, plan: .call(2, fault))
    let draft = SessionDraft(
      node: "a", host: "h", processID: 1, version: "1", queues: nil, running: 0, lifetime: .seconds(1))
    _ = try await store.openSession(draft)
    let error = await #expect(throws: StoreError.self) { _ = try await store.openSession(draft) }
    #expect(error?.isTransient == true)
    #expect(try await store.sessions().count == (fault == .before ? 1 : 2))
    #expect(store.calls == 3)
  }

  @Test("random faults are decided by their seed")
  func randomFaults() {
    func faults(_ seed: UInt64) -> [FaultPlan.Fault?] {
      let plan = FaultPlan.random(seed: seed, oneIn: 3)
      return (1...300).map { plan.fault(onCall: $0) }
    }
    #expect(faults(7) == faults(7))
    #expect(faults(7) != faults(8))
    #expect((60...140).contains(faults(7).count { $0 != nil }))
  }
}
