#if Processes
import Almanac
import AlmanacTesting
@testable import AlmanacProcesses
import Foundation
import Testing

@Suite("The life of worker processes")
struct LifeTests {
  @Test("A pool starts its minimum, grows to its size, refuses beyond it, and shrinks when there is nothing to do")
  func size() async throws {
    let clock = ManualClock()
    try await Bench.with(size: 3, clock: clock, .fixture { $0.idleTime = .seconds(60) }) { bench in
      #expect(bench.workers.workers.map(\.state) == [.idle])
      let runs = (0..<3).map { _ in bench.begin("listen") }
      for run in runs { #expect(await run.begun() != nil) }
      #expect(bench.workers.workers.map(\.state) == [.running, .running, .running])
      guard case .refused(let reason, _) = await bench.begin("echo").end.value else {
        return #expect(Bool(false), "a fourth was taken")
      }
      #expect(reason == "all 3 places of the executor are taken")
      for run in runs { run.control.cancel() }
      for run in runs { #expect(await run.outcome?.kind == .cancelled) }
      #expect(await until { bench.workers.workers.map(\.state) == [.idle, .idle, .idle] })
      clock.advance(by: .seconds(59))
      #expect(bench.workers.workers.count == 3)
      clock.advance(by: .seconds(2))
      #expect(await until { bench.workers.workers.count == 1 })
      #expect(bench.workers.tally == WorkerTally(starts: 3, deaths: 0, runs: 3))
    }
  }

  @Test("A worker is replaced after its number of runs")
  func recycling() async throws {
    try await Bench.with(.fixture { $0.runsPerWorker = 2 }) { bench in
      var processes: [String] = []
      for _ in 0..<6 { processes.append(await bench.text("pid") ?? "") }
      #expect(Set(processes).count == 3)
      #expect(processes[0] == processes[1] && processes[2] == processes[3] && processes[4] == processes[5])
      #expect(bench.workers.tally.deaths == 0)
    }
  }

  @Test("A pool that was stopped has no process left, refuses, and can be started again")
  func restart() async throws {
    let bench = Bench(size: 2, .fixture { $0.minimum = 2 })
    try await bench.workers.start()
    let processes = bench.workers.workers.compactMap(\.process)
    #expect(processes.count == 2)
    let deaf = bench.begin("listen")
    #expect(await deaf.begun() != nil)
    await bench.workers.stop()
    #expect(await deaf.outcome?.kind == .cancelled)
    #expect(!processes.contains(where: isAlive))
    #expect(bench.workers.workers.isEmpty)
    guard case .refused("the executor is stopped", _) = await bench.begin("echo").end.value else {
      return #expect(Bool(false), "a run was taken")
    }
    try await bench.workers.start()
    #expect(await bench.text("echo", 0, "again") == "again")
    await bench.workers.stop()
    await bench.workers.stop()
  }

  // MARK: What does not start

  private func error(_ change: (inout WorkerConfiguration) -> Void) async -> String {
    let bench = Bench(.fixture(change))
    do {
      try await bench.workers.start()
      await bench.workers.stop()
      return "none"
    } catch {
      #expect(bench.workers.workers.isEmpty)
      return "\(error)"
    }
  }

  @Test(
    "A pool whose workers cannot start says why: no program, an exit, an error while jobs are registered, a main that forgot"
  )
  func failures() async throws {
    let absent = await self.error { $0.executable = "/nowhere/at-all" }
    #expect(absent.hasPrefix("no worker process could be started: worker process could not be begun:"), "\(absent)")
    let quits = await self.error { $0.arguments = ["quits"] }
    #expect(quits.contains("ended with exit status 9; it wrote last:\nout of paper"), "\(quits)")
    let refuses = await self.error { $0.arguments = ["refuses"] }
    #expect(refuses.contains("the jobs could not be registered: it was not to be"), "\(refuses)")
    let unserved = await self.error { $0.arguments = ["unserved"] }
    #expect(unserved.contains("The first line of main must be: await WorkerProcess.serveIfAsked"), "\(unserved)")
  }

  @Test("A worker that is not ready in time is killed, and the start fails")
  func slow() async throws {
    let silent = await self.error {
      $0.arguments = ["silent"]
      $0.startTimeout = .milliseconds(100)
    }
    #expect(silent.contains("was killed: its jobs were not registered within 0.1 seconds"), "\(silent)")
  }

  @Test("Where workers do not start any more, runs wait a little and are then given back")
  func refusal() async throws {
    let configuration = WorkerConfiguration.fixture {
      $0.minimum = 0
      $0.arguments = ["quits"]
    }
    let bench = Bench(configuration)
    try await bench.workers.start()
    guard case .refused(let reason, let pause) = await bench.begin("echo").end.value else {
      return #expect(Bool(false), "it ran")
    }
    #expect(reason.hasPrefix("no worker process could be started: worker process"), "\(reason)")
    #expect(reason.contains("exit status 9"), "\(reason)")
    #expect(pause > .zero && pause <= .milliseconds(400))
    #expect(bench.workers.tally.starts == 3)
    await bench.workers.stop()
  }

  #if os(Linux)
  @Test("Whoever kills the parent has killed its workers, and what they began")
  func parentKilled() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("almanac-\(UUID().uuidString)").path
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let parent = Process()
    parent.executableURL = URL(fileURLWithPath: Fixture.path)
    parent.arguments = ["parent", "3", path]
    let output = Pipe()
    parent.standardOutput = output
    try parent.run()
    let text = await output.text(until: { $0.contains("ready") })
    let workers = text.split(separator: "\n").compactMap { Int32($0.dropFirst("worker ".count)) }
    let others = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
    #expect(workers.count == 3 && others.count == 3, "\(text)")
    #expect((workers + others).allSatisfy(isAlive))
    kill(parent.processIdentifier, SIGKILL)
    #expect(await until { !parent.isRunning })
    #expect(await until { !(workers + others).contains(where: isAlive) })
  }

  @Test("300 runs in workers that are killed at random: nothing lost, nothing doubled, nothing left")
  func torture() async throws {
    let torture = Process()
    torture.executableURL = URL(fileURLWithPath: Fixture.path)
    torture.arguments = ["torture", "300", "1"]
    let output = Pipe()
    torture.standardOutput = output
    try torture.run()
    let text = await output.text(until: { _ in false })
    #expect(await until { !torture.isRunning })
    #expect(torture.terminationStatus == 0, "\(text)")
  }
  #endif
}
#endif
