import Almanac
import AlmanacTesting
import Testing

@Suite("The store laws catch stores that break them")
struct StoreLawTests {
  @Test("a store with one thing wrong breaks at least one law", arguments: Mutation.allCases)
  func mutants(_ mutation: Mutation) async {
    let memory = MemoryStore(options: MemoryStore.Options(maximumBatch: 50, maximumPayload: 4_096))
    let harness = StoreHarness("mutant", capabilities: memory.capabilities) { namespace in
      MutantStore(memory.client(namespace: namespace), mutation)
    }
    var broken: [StoreLaw] = []
    for law in StoreLaw.laws(for: harness) where law.chapter != .changes || mutation.concernsChanges {
      do { try await law.check(harness) } catch { broken.append(law) }
    }
    #expect(!broken.isEmpty, "\(mutation) went unnoticed")
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

  @Test("a store under random faults still obeys where the caller repeats: nothing that is not told is done twice")
  func randomFaults() async throws {
    let memory = MemoryStore()
    let store = FaultyStore(memory, plan: .random(seed: 7, oneIn: 3))
    var failures = 0
    for _ in 0..<300 {
      do { _ = try await store.now() } catch { failures += 1 }
    }
    #expect(store.calls == 300)
    #expect((60...140).contains(failures), "one in three, by the seed: \(failures)")
  }
}

extension Mutation {
  /// Laws of changes wait for what does not come until their patience ends: only for those that must.
  var concernsChanges: Bool { self == .swallowsAnnouncements || self == .neverEndsItsChanges }
}
