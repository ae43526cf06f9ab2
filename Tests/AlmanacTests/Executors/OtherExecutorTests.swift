import AlmanacTesting
import Dispatch
import Synchronization
import Testing

@testable import Almanac

/// Something that synchronous code of the main actor may touch; each test has one of its own, since they run at once.
@MainActor private final class Counter {
  var count = 0
  nonisolated init() {}
}

@Suite("The main actor, dispatch queues, and no concurrency at all", .timeLimit(.minutes(1)))
struct OtherExecutorTests {
  static func all() -> [(String, any JobExecutor)] {
    [
      ("async", AsyncExecutor(size: 2)), ("threads", ThreadExecutor(size: 2)),
      ("main actor", MainActorExecutor(size: 2)), ("inline", InlineExecutor(size: 2)),
      ("queue", DispatchQueueExecutor(DispatchQueue(label: "serial"), size: 2)),
      (
        "concurrent queue",
        DispatchQueueExecutor(DispatchQueue(label: "concurrent", attributes: .concurrent), size: 2)
      ),
    ]
  }

  @Test("a handler of the main actor runs there on any executor")
  func mainActorHandler() async throws {
    for (name, executor) in Self.all() {
      let test = TestScheduler(executors: ["default": executor])
      let counter = Counter()
      test.register(Tick.self) { @MainActor _, _ in
        MainActor.preconditionIsolated()
        counter.count += 1
        await Task.yield()
        counter.count += 1
        MainActor.preconditionIsolated()
      }
      try await test.run {
        try await test.scheduler.add(Tick(), trigger: .at(test.now), id: "a")
        await test.runUntilQuiet()
        let outcomes = try await test.attempts(of: "a").map(\.outcome)
        #expect(outcomes == [.succeeded], "\(name)")
        #expect(await counter.count == 2, "\(name)")
      }
    }
  }

  @Test("each has a size, refuses what is beyond it, and takes the next run as soon as an end is told")
  func sizes() async throws {
    for (name, executor) in Self.all() {
      try await executor.start()
      #expect(executor.size == 2, "\(name)")
      let (opened, opener) = AsyncStream.makeStream(of: Void.self)
      let gate = Task { for await _ in opened {} }
      let runs = (0..<3).map { HandedRun($0) { await gate.value } }
      executor.execute(runs.map(\.assignment))
      #expect(await runs[2].refusal() != nil, "\(name)")
      opener.finish()
      for run in runs.dropLast() { #expect(await run.outcome() == .succeeded, "\(name)") }
      for number in 0..<50 {
        let next = [HandedRun(2 * number) {}, HandedRun(2 * number + 1) { await Task.yield() }]
        executor.execute(next.map(\.assignment))
        for run in next { #expect(await run.outcome() == .succeeded, "\(name)") }
      }
      await executor.stop()
    }
  }

  @Test("each tells a run that is going to stop")
  func cancelling() async throws {
    for (name, executor) in Self.all() {
      let begun = Tally()
      let run = HandedRun {
        begun.hit()
        while !Task.isCancelled { await Task.yield() }
        try Task.checkCancellation()
      }
      executor.execute(run)
      await begun.reaches(1)
      run.cancel()
      #expect(await run.outcome() == .cancelled, "\(name)")
      await executor.stop()
    }
  }

  @Test("synchronous code on the main actor's executor may touch what belongs to the main actor")
  func mainActor() async throws {
    let executor = MainActorExecutor(size: 4)
    let counter = Counter()
    @Sendable func touch() { MainActor.assumeIsolated { counter.count += 1 } }
    let runs = (0..<4).map { number in
      HandedRun(number) {
        touch()
        await Task.yield()
        touch()
      }
    }
    executor.execute(runs.map(\.assignment))
    for run in runs { #expect(await run.outcome() == .succeeded) }
    #expect(await counter.count == 8)
  }

  @Test("code on a queue's executor is on the queue, also after it waited")
  func queue() async throws {
    let queue = DispatchQueue(label: "queue")
    let executor = DispatchQueueExecutor(queue, size: 4)
    @Sendable func check() { dispatchPrecondition(condition: .onQueue(queue)) }
    let runs = (0..<4).map { number in
      HandedRun(number) {
        check()
        await Task.yield()
        check()
        async let child: Void = check()
        await child
      }
    }
    executor.execute(runs.map(\.assignment))
    for run in runs { #expect(await run.outcome() == .succeeded) }
  }

  @Test("an inline run is over when the call that hands it over returns, unless it waits")
  func inline() async throws {
    let executor = InlineExecutor(size: 4)
    let order = Mutex<[String]>([])
    @Sendable func note(_ text: String) { order.withLock { $0.append(text) } }
    let (opened, opener) = AsyncStream.makeStream(of: Void.self)
    let waits = HandedRun(1) {
      note("1 begins")
      for await _ in opened {}
      note("1 ends")
    }
    let plain = HandedRun(2) { note("2") }
    executor.execute(waits, plain)
    note("handed over")
    opener.finish()
    #expect(await waits.outcome() == .succeeded)
    #expect(order.withLock { $0 } == ["1 begins", "2", "handed over", "1 ends"])
  }

  @Test("a scheduler with an inline executor runs what is due at one time in its order, one after the other")
  func inlineScheduler() async throws {
    let order = Mutex<[JobID]>([])
    let test = TestScheduler(executors: ["default": InlineExecutor()])
    test.register(Tick.self) { _, context in order.withLock { $0.append(context.jobID) } }
    try await test.run {
      for (number, id) in ["c", "a", "b"].enumerated() {
        try await test.scheduler.add(
          Tick(), trigger: .at(test.now + .seconds(Int64(10 + number))), id: JobID(id))
      }
      test.scheduler.pause()
      await test.advance(by: .seconds(60))
      test.scheduler.resume()
      await test.runUntilQuiet()
    }
    #expect(order.withLock { $0 } == ["c", "a", "b"])
  }
}
