import Almanac
import AlmanacTesting
import Testing

@Suite("What a memory store does beyond the contract")
struct MemoryStoreTests {
  private let start = Instant(microsecondsSinceEpoch: 1_900_000_000_000_000)

  private func record(_ id: JobID, at fire: Instant, queue: String = "default") -> JobRecord {
    JobMachine.newRecord(
      JobDefinition(
        id: id, incarnation: 1, createdAt: self.start, payload: [], trigger: .at(fire),
        profile: JobProfile(lane: Lane(queue: queue, jobName: "job"))), now: self.start)
  }

  @Test("a claim wakes nobody, an insert and an update that are earlier do")
  func changes() async throws {
    let store = MemoryStore()
    let session = try await store.openSession(
      SessionDraft(
        node: "a", host: "h", processID: 1, version: "1", queues: nil, running: 0, lifetime: .seconds(15)))
    var changes = store.changes().makeAsyncIterator()
    _ = try await store.insert([self.record("a", at: self.start)]) { _, _ in .refuse(.kept) }
    #expect(await changes.next() == .wake(at: self.start))
    let now = self.start
    let demand = Demand(jobNames: ["job"], slots: ["default": 1])
    let answers = try await store.advance(demand, at: now, as: session.epoch) { record, starts in
      JobMachine.apply(.due(starts: starts, owner: session.epoch, batch: 1), to: record, now: now)
    }
    #expect(answers.count == 1)
    try await store.announce(.cancel("marker", owner: session.epoch))
    #expect(await changes.next() == .cancel("marker", owner: session.epoch), "nothing was told of the claim")
    await store.close()
    #expect(await changes.next() == nil)
  }

  @Test("many unread wakes are one, the earliest; none is lost")
  func coalescing() async throws {
    let store = MemoryStore()
    var changes = store.changes().makeAsyncIterator()
    for offset in [50, 10, 30] {
      _ = try await store.insert([self.record("j\(offset)", at: self.start + .seconds(offset))]) { _, _ in
        .refuse(.kept)
      }
    }
    #expect(await changes.next() == .wake(at: self.start + .seconds(10)))
    try await store.announce(.cancel("a", owner: Epoch(1)))
    #expect(await changes.next() == .cancel("a", owner: Epoch(1)))
  }

  @Test("erasing and adding again leaves the indexes as the records say", arguments: [1, 2, 3])
  func churn(seed: UInt64) async throws {
    let store = MemoryStore()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let id = JobID("job-\(Int.random(in: 0..<200, using: &random))")
      let fire = self.start + .seconds(Int.random(in: 0..<100, using: &random))
      let queue = "q\(Int.random(in: 0..<5, using: &random))"
      if Bool.random(using: &random) {
        let replacement = self.record(id, at: fire, queue: queue)
        _ = try await store.insert([replacement]) { _, _ in .commit(replacement, []) }
      } else {
        _ = try await store.update([id]) { _ in .erase }
      }
    }
    #expect(store.problems == [])
  }
}
