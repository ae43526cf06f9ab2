import AlmanacTesting
import Foundation
import Synchronization
import Testing

@testable import Almanac

/// A job whose code is a synchronous function.
private struct Blocking: Job {
  static let jobName = "blocking"
  @TaskLocal static var code: @Sendable () throws -> Void = {}

  func run(in context: JobContext) throws { try Blocking.code() }
}

/// Which thread of the system this is.
private func thread() -> ObjectIdentifier { ObjectIdentifier(Thread.current) }

/// On which threads something was done.
private final class SeenThreads: Sendable {
  private let threads = Mutex<Set<ObjectIdentifier>>([])

  func note() { self.threads.withLock { _ = $0.insert(thread()) } }

  var count: Int { self.threads.withLock { $0.count } }
}

/// Goes so deep that each step has a frame of its own.
private func depth(_ steps: Int) -> Int {
  if steps == 0 { return 0 }
  let below = depth(steps - 1)
  return withUnsafePointer(to: below) { $0.pointee } + 1
}

@Suite("Jobs on threads", .timeLimit(.minutes(2)))
struct ThreadExecutorTests {
  @Test("jobs that block every thread hold up no asynchronous job")
  func blocking() async throws {
    let gate = ThreadGate()
    let (blocked, done) = (Tally(), Tally())
    // More than there are threads in the pool that all tasks share, on most machines.
    let threads = ThreadExecutor(size: 64, stackSize: 1 << 20)
    let test = TestScheduler(executors: ["default": AsyncExecutor(), "threads": threads])
    test.register(Blocking.self, executor: "threads")
    test.register(Tick.self) { _, _ in
      await Task.yield()
      done.hit()
    }
    let code: @Sendable () -> Void = {
      blocked.hit()
      gate.pass()
    }
    try await Blocking.$code.withValue(code) {
      try await test.start()
      for number in 0..<64 { try await test.scheduler.add(Blocking(), trigger: .at(test.now), id: "block-\(number)") }
      await blocked.reaches(64)
      for number in 0..<100 { try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "tick-\(number)") }
      await done.reaches(100)
      #expect(test.scheduler.health.executors.map(\.busy).contains(64))
      #expect(threads.threadCount == 64)
      gate.open()
      await test.runUntilQuiet()
      for number in 0..<64 { try await test.expectRuns(of: "block-\(number)", [.succeeded]) }
      try await test.stop()
    }
    await until { threads.threadCount == 0 }
  }

  @Test("a run beyond the size is refused, and a place is free before its run's end is told")
  func refusal() async throws {
    let gate = ThreadGate()
    let executor = ThreadExecutor(size: 2)
    let runs = (0..<3).map { HandedRun($0) { gate.pass() } }
    executor.execute(runs.map(\.assignment))
    #expect(await runs[2].refusal() == "all 2 places of the executor are taken")
    gate.open()
    for run in runs.dropLast() { #expect(await run.outcome() == .succeeded) }
    for number in 0..<200 {
      let next = [HandedRun(2 * number) {}, HandedRun(2 * number + 1) {}]
      executor.execute(next.map(\.assignment))
      for run in next { #expect(await run.outcome() == .succeeded) }
    }
    #expect(ThreadExecutor(size: -3).size == 1)
    await executor.stop()
  }

  @Test("a run that is told to stop sees it, before it begins and while it goes")
  func cancelling() async throws {
    let executor = ThreadExecutor(size: 1)
    let gate = ThreadGate()
    let early = HandedRun {
      gate.pass()
      try Task.checkCancellation()
    }
    early.cancel()
    executor.execute(early)
    gate.open()
    #expect(await early.outcome() == .cancelled)

    let begun = Tally()
    let going = HandedRun {
      begun.hit()
      while !Task.isCancelled { sched_yield() }
      try Task.checkCancellation()
    }
    executor.execute(going)
    await begun.reaches(1)
    going.cancel()
    #expect(await going.outcome() == .cancelled)
    await executor.stop()
  }

  @Test("stopping waits for nobody; what was going ends, its thread too, and the executor can be started again")
  func stopping() async throws {
    let gate = ThreadGate()
    let begun = Tally()
    let executor = ThreadExecutor(size: 4, name: "almanac-parting")
    try await executor.start()
    let idle = HandedRun(1) {}
    let blocked = HandedRun(2) {
      begun.hit()
      gate.pass()
    }
    executor.execute(blocked, idle)
    #expect(await idle.outcome() == .succeeded)
    await begun.reaches(1)
    await executor.stop()
    // The idle one goes, the blocked one stays.
    await until { executor.threadCount == 1 }
    gate.open()
    #expect(await blocked.outcome() == .succeeded)
    await until { executor.threadCount == 0 }
    #if os(Linux)
    await until { Self.threadNames().filter { $0.hasPrefix("almanac-parti") }.isEmpty }
    #endif

    try await executor.start()
    let again = HandedRun(3) {}
    executor.execute(again)
    #expect(await again.outcome() == .succeeded)
    #expect(executor.threadCount == 1)
    #if os(Linux)
    #expect(Self.threadNames().contains("almanac-parti-1") || Self.threadNames().contains("almanac-parti-2"))
    #endif
    await executor.stop()
    await until { executor.threadCount == 0 }
  }

  #if os(Linux)
  /// What the kernel calls the threads of this process.
  private static func threadNames() -> [String] {
    let folder = "/proc/self/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { thread in
      (try? String(contentsOfFile: "\(folder)/\(thread)/comm", encoding: .utf8))?.trimmingCharacters(in: .newlines)
    }
  }
  #endif

  @Test("threads that are idle for long end, and others begin where they are needed")
  func idleness() async throws {
    let executor = ThreadExecutor(size: 2, idleTime: .zero)
    for number in 0..<50 {
      let run = HandedRun(number) { await Task.yield() }
      executor.execute(run)
      #expect(await run.outcome() == .succeeded)
      if number % 10 == 0 { await until { executor.threadCount == 0 } }
    }
    await until { executor.threadCount == 0 }
  }

  @Test("thousands of small runs run once each, on no more threads than there are places")
  func many() async throws {
    let seen = Mutex<(runs: [JobID: Int], threads: Set<ObjectIdentifier>)>(([:], []))
    let executor = ThreadExecutor(size: 4)
    let test = TestScheduler(executors: ["default": executor])
    test.register(Tick.self) { _, context in
      seen.withLock { seen in
        seen.runs[context.jobID, default: 0] += 1
        seen.threads.insert(thread())
      }
    }
    try await test.run {
      for number in 0..<3_000 { try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "tick-\(number)") }
      // A place that is freed while the loop goes to sleep is looked at again after some milliseconds of its clock.
      await test.advance(by: .seconds(600))
      #expect(executor.threadCount <= 4)
    }
    let (runs, threads) = seen.withLock { $0 }
    #expect(runs.count == 3_000 && runs.values.allSatisfy { $0 == 1 })
    #expect(threads.count <= 4)
  }

  @Test("one run after the other uses one thread, and a run comes back to its own whatever it waits for")
  func sameThread() async throws {
    actor Elsewhere {
      func note(in seen: SeenThreads) { seen.note() }
    }
    let executor = ThreadExecutor(size: 8)
    let seen = SeenThreads()
    for number in 0..<20 {
      let run = HandedRun(number) {
        seen.note()
        await Task.yield()
        seen.note()
        await MainActor.run { MainActor.preconditionIsolated() }
        seen.note()
        async let child: Void = seen.note()
        await child
        await Elsewhere().note(in: seen)
        await withCheckedContinuation { continuation in Task.detached { continuation.resume() } }
        seen.note()
      }
      executor.execute(run)
      #expect(await run.outcome() == .succeeded)
    }
    #expect(seen.count == 1)
    #expect(executor.threadCount == 1)
    await executor.stop()
  }

  @Test("deep recursion has the stack that was asked for")
  func recursion() async throws {
    // Some 48 bytes a step at the least, so more than the 8 MiB that threads have at the most by themselves.
    let executor = ThreadExecutor(size: 1, stackSize: 256 << 20)
    let reached = Mutex(0)
    let run = HandedRun {
      let steps = depth(200_000)
      reached.withLock { $0 = steps }
    }
    executor.execute(run)
    #expect(await run.outcome() == .succeeded)
    #expect(reached.withLock { $0 } == 200_000)
    await executor.stop()
  }

  @Test("where the system gives no thread, the run is given back with the reason, and the place is free")
  func noThread() async throws {
    let executor = ThreadExecutor(size: 1, stackSize: .max / 2)
    for number in 0..<3 {
      let run = HandedRun(number) {}
      executor.execute(run)
      let reason = try #require(await run.refusal())
      #expect(reason.hasPrefix("the system gives no thread: "))
    }
    #expect(executor.threadCount == 0)
    await executor.stop()
  }

  @Test("a synchronous job is timed out in virtual time, and code may take virtual time on a thread")
  func virtualTime() async throws {
    let test = TestScheduler(executors: ["default": ThreadExecutor(size: 2)])
    test.register(Tick.self) { [weak test] _, _ in try await test?.sleep(for: .seconds(90)) }
    try await test.run {
      try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "long")
      try await test.scheduler.add(
        Tick(), trigger: .at(test.now), id: "too-long", policies: JobPolicies(timeout: .seconds(60)))
      await test.advance(by: .seconds(100))
      try await test.expectRuns(of: "long", [.succeeded])
      try await test.expectRuns(of: "too-long", [.timedOut])
    }
  }

  @Test("in a simulation, which has one thread for everything, it begins none")
  func simulated() async throws {
    let executor = ThreadExecutor(size: 1)
    let run = HandedRun { await Task.yield() }
    Surroundings.$current.withValue(Surroundings(executor: globalConcurrentExecutor)) { executor.execute(run) }
    #expect(await run.outcome() == .succeeded)
    #expect(executor.threadCount == 0)
  }
}
