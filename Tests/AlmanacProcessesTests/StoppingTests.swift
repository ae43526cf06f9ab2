#if Processes
import Almanac
import AlmanacTesting
@testable import AlmanacProcesses
import Foundation
import Testing

@Suite("Stopping runs in worker processes")
struct StoppingTests {
  @Test("A run that listens is cancelled, and its worker goes on")
  func listens() async throws {
    try await Bench.with { bench in
      let run = bench.begin("listen")
      #expect(await run.begun() == "1/- listening")
      run.control.cancel()
      #expect(await run.outcome?.kind == .cancelled)
      let owner = bench.begin("owner")
      #expect(await owner.begun() != nil)
      owner.control.cancel()
      #expect(await owner.text == "owner: false")
      #expect(bench.workers.tally.starts == 1)
    }
  }

  @Test("A run that was told to stop before it could begin does not begin")
  func early() async throws {
    try await Bench.with { bench in
      let first = bench.begin("listen")
      #expect(await first.begun() != nil)
      first.control.cancel()
      _ = await first.outcome
      for _ in 0..<20 {
        let run = bench.begin("listen")
        run.control.cancel()
        #expect(await run.outcome?.kind == .cancelled)
      }
    }
  }

  @Test(
    "A run that does not listen is killed after the grace, and that is told", arguments: ["deaf", "block-everything"])
  func deaf(_ deed: String) async throws {
    let clock = ManualClock()
    try await Bench.with(clock: clock) { bench in
      let run = bench.begin(deed)
      #expect(await run.begun() != nil)
      run.control.cancel()
      let end = try await clock.waitForTimer(at: clock.now() + .seconds(5))
      clock.advance(to: end)
      let crash = await run.crash
      #expect(
        crash?.contains("was killed: its run was told to stop and did not within 5.0 seconds") == true, "\(crash ?? "")"
      )
      #expect(await bench.text("echo", 0, "next") == "next")
    }
  }

  @Test("A timeout ends a run that does not listen, and its job is tried again")
  func timeout() async throws {
    let workers = ProcessExecutor(
      size: 2, configuration: .fixture { $0.cancelGrace = .milliseconds(50) }, logger: Lines().logger())
    let scheduler = Scheduler(
      stores: ["default": MemoryStore()], executors: ["default": workers], logger: Lines().logger())
    scheduler.register(Deed.self) { _, _ in }
    let policies = JobPolicies(
      retry: RetryPolicy(attempts: 2, backoff: .fixed(.milliseconds(1))), timeout: .milliseconds(200))
    try await scheduler.add(Deed(deed: "deaf"), trigger: .at(SystemClock().now()), id: "deaf", policies: policies)
    let running = Task { try await scheduler.run() }
    let isOver = try await until { try await scheduler.job("deaf")?.status == .finished }
    #expect(isOver)
    let rows = try await scheduler.history(HistoryQuery(job: "deaf")).rows
    await scheduler.shutdown()
    try await running.value
    let ends = rows.compactMap { row -> AttemptEnd? in
      if case .attempt(let end) = row.entry { end } else { nil }
    }
    #expect(ends.count == 2)
    #expect(ends.allSatisfy { $0.outcome == .timedOut }, "\(ends.map(\.outcome))")
    #expect(workers.workers.isEmpty)
  }

  @Test("A process that a run began does not outlive its worker")
  func grandchild() async throws {
    try await Bench.with { bench in
      let process = await bench.text("grandchild").flatMap { Int32($0) } ?? 0
      #expect(isAlive(process))
      #expect(await bench.begin("trap").crash != nil)
      #expect(await until { !isAlive(process) })
      let other = await bench.text("grandchild").flatMap { Int32($0) } ?? 0
      await bench.workers.stop()
      #expect(await until { !isAlive(other) })
    }
  }
}
#endif
