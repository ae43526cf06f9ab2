import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("Schedulers that share a store")
struct ClusterTests {
  @Test("run every fire exactly once between them", arguments: [true, false])
  func exactlyOnce(atomicHistory: Bool) async throws {
    let cluster = TestCluster(nodes: 3, atomicHistory: atomicHistory)
    try await cluster.run {
      for number in 0..<20 {
        try await cluster.schedulers[number % 3].add(
          Tick(), trigger: .every(.seconds(1 + number % 7)), id: "job-\(number)")
      }
      await cluster.time.advance(to: .at(60))
    }
    let expected = (0..<20).reduce(0) { $0 + 60 / (1 + $1 % 7) }
    #expect(cluster.ran.count == expected)
    #expect(Set(cluster.ran.map { [$0.job.rawValue, "\($0.fireTime)"] }).count == expected)
    #expect(cluster.ran.allSatisfy { $0.attempt == 1 })
    for number in 0..<20 {
      let job = try #require(await cluster.schedulers[0].job("job-\(number)"))
      #expect(job.counters.succeeded == Int64(60 / (1 + number % 7)))
      #expect(job.counters.dropped == 0)
    }
  }

  @Test("a scheduler that is cut off stops its runs before another takes them up")
  func partition() async throws {
    let stopped = Mutex<Instant?>(nil)
    let cluster = TestCluster(nodes: 2) { cluster, node, _, context in
      guard context.attempt == 1 else { return }
      #expect(context.isStillOwner)
      do {
        try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[node])
      } catch {
        #expect(!context.isStillOwner)
        stopped.withLock { $0 = cluster.clock.now() }
        throw error
      }
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "long")
      await cluster.time.advance(to: .at(2))
      let first = try #require(cluster.ran.first)
      cluster.cables[first.node].cut()
      await cluster.time.advance(to: .at(60))
      #expect(cluster.ran.count == 2)
      let second = try #require(cluster.ran.last)
      #expect(second.node != first.node)
      #expect(second.attempt == 2)
      #expect(second.fireTime == .at(1))
      let stop = try #require(stopped.withLock { $0 })
      #expect(stop < second.at)
      // Taken up within one expiry of the last renewal, and a moment.
      #expect(second.at <= .at(2 + 15 + 1))
    }
    let job = try #require(await cluster.schedulers[0].job("long"))
    #expect(job.status == .finished)
    #expect(job.counters == RunCounters(started: 2, succeeded: 1, crashed: 1))
  }

  @Test("a result that comes from a lost claim is refused and said")
  func staleResult() async throws {
    let refused = Mutex(0)
    let cluster = TestCluster(nodes: 2) { cluster, node, _, context in
      guard context.attempt == 1 else { return }
      // Code that does not listen when it is told to stop, and comes back much later.
      let scheduler = cluster.schedulers[node]
      try? await Task { try await cluster.time.sleep(for: .seconds(40), in: scheduler) }.value
    }
    try await cluster.run {
      let streams = cluster.schedulers.map { $0.events() }
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "deaf")
      await cluster.time.advance(to: .at(2))
      let first = try #require(cluster.ran.first)
      cluster.cables[first.node].cut()
      await cluster.time.advance(to: .at(30))
      #expect(cluster.ran.count == 2)
      cluster.cables[first.node].mend()
      await cluster.time.advance(to: .at(120))
      for await event in streams[first.node] {
        if case .resultRefused = event.kind {
          refused.withLock { $0 += 1 }
          break
        }
      }
    }
    #expect(refused.withLock { $0 } == 1)
    let job = try #require(await cluster.schedulers[0].job("deaf"))
    #expect(job.counters == RunCounters(started: 2, succeeded: 1, crashed: 1))
    let rows = try await cluster.schedulers[0].history().rows
    #expect(rows.count == 2)
  }

  @Test("a run is cancelled from another scheduler, at once where the store tells")
  func cancelElsewhere() async throws {
    let cluster = TestCluster(nodes: 2) { cluster, node, _, _ in
      try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[node])
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(Tick(), trigger: .at(.at(1)), id: "long")
      await cluster.time.advance(to: .at(2))
      let owner = try #require(cluster.ran.first).node
      try await cluster.schedulers[1 - owner].cancelRuns(of: "long")
      // The announcement goes through a stream, which no clock knows of: the fact to wait for is the end of the run.
      var job = try await cluster.schedulers[0].job("long")
      while job?.status != .finished {
        await Task.yield()
        job = try await cluster.schedulers[0].job("long")
      }
      #expect(cluster.clock.now() == .at(2))
      #expect(job?.lastOutcome == .cancelled)
    }
  }

  @Test("a crash that may not run again ends as unknown")
  func abandon() async throws {
    let cluster = TestCluster(nodes: 2) { cluster, node, _, _ in
      try await cluster.time.sleepUntilCancelled(in: cluster.schedulers[node])
    }
    try await cluster.run {
      try await cluster.schedulers[0].add(
        Tick(), trigger: .at(.at(1)), id: "once-at-most", policies: JobPolicies(onCrash: .abandon))
      await cluster.time.advance(to: .at(2))
      cluster.cables[try #require(cluster.ran.first).node].cut()
      await cluster.time.advance(to: .at(60))
      #expect(cluster.ran.count == 1)
    }
    let job = try #require(await cluster.schedulers[0].job("once-at-most"))
    #expect(job.lastOutcome == .unknown)
    #expect(job.counters.unknown == 1)
  }

  @Test("only schedulers that know a job's type take it")
  func lanes() async throws {
    struct Other: JobPayload { static let jobName = "other" }
    let cluster = TestCluster(nodes: 2)
    let ran = Mutex(0)
    try await cluster.run {
      try await cluster.schedulers[0].add(Other(), trigger: .at(.at(1)), id: "other")
      await cluster.time.advance(to: .at(10))
      #expect(try await cluster.schedulers[0].job("other")?.status == .active)
      #expect(try await cluster.schedulers[0].job("other")?.counters.started == 0)
      cluster.schedulers[1].register(Other.self) { _, _ in ran.withLock { $0 += 1 } }
      await cluster.time.settle()
      #expect(ran.withLock { $0 } == 1)
    }
  }
}
