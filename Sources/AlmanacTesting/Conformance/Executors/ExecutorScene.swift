import Almanac
import Dispatch
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The words in which laws of executors are written: executors and runs that are looked after, and files by which a law tells runs to go on.
final class ExecutorScene: Sendable {
  let harness: ExecutorHarness
  /// A folder of the law's own.
  let folder: String
  private let bench = ExecutorBench(registering: ExecutorLawJobs.register)
  private let kept = Mutex(Kept())
  /// Where runs are handed over: a law must be able to say that an executor does not let go of the thread that does.
  private let counter = DispatchQueue(label: "almanac.executor-law")

  private struct Kept {
    var executors: [any JobExecutor] = []
    var runs: [TestRun] = []
  }

  init(_ harness: ExecutorHarness) throws {
    self.harness = harness
    self.folder = LawFiles.newFolder()
    try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
  }

  var patience: Duration { self.harness.patience }

  // MARK: Executors

  /// An executor that is not started yet.
  func unstarted(size: Int) async throws -> any JobExecutor {
    let executor = try await self.harness.makeExecutor(size)
    self.kept.withLock { $0.executors.append(executor) }
    return executor
  }

  /// An executor of as many places as the harness allows, up to the given number. It is started.
  func executor(size: Int = 4) async throws -> any JobExecutor {
    let executor = try await self.unstarted(size: min(size, self.harness.maximumSize))
    try await executor.start()
    return executor
  }

  /// Stops an executor, which must not take forever.
  func stop(_ executor: any JobExecutor, fileID: String = #fileID, line: Int = #line) async throws {
    let isDone = Fact()
    Task {
      await executor.stop()
      isDone.happen()
    }
    try verify(
      await isDone.wait(within: self.patience), "the executor did not stop within \(self.patience)", fileID: fileID,
      line: line)
  }

  // MARK: Runs

  func run<Values: JobPayload>(
    _ values: Values, _ change: (inout RunRequest) -> Void = { _ in }
  ) throws -> TestRun {
    let run = try self.bench.run(values, change)
    self.kept.withLock { $0.runs.append(run) }
    return run
  }

  /// A run that goes on until its gate is opened, or this law is over.
  func waiting(_ manner: ExecutorLawJobs.Wait.Manner = .listens, for gate: Gate) throws -> TestRun {
    try self.run(ExecutorLawJobs.Wait(manner: manner, gate: gate.path, over: self.over.path, limit: self.limit))
  }

  /// A run that goes on until it is told that it is nobody's any more.
  func owning() throws -> TestRun { try self.run(ExecutorLawJobs.Own(over: self.over.path, limit: self.limit)) }

  /// After how many seconds a run that nobody lets go on its own: later than anybody waits for it.
  private var limit: Double {
    let (seconds, attoseconds) = self.patience.components
    return 2 * (Double(seconds) + Double(attoseconds) / 1e18)
  }

  func echo(_ text: String = "here") throws -> TestRun { try self.run(ExecutorLawJobs.Echo(text: text)) }

  /// Hands runs over in one go, and returns when the executor has let go of the thread.
  func hand(_ runs: [TestRun], to executor: any JobExecutor, fileID: String = #fileID, line: Int = #line) async throws {
    let isDone = Fact()
    for run in runs { run.noteHandedOver() }
    self.counter.async {
      executor.execute(runs.map(\.assignment))
      isDone.happen()
    }
    try verify(
      await isDone.wait(within: self.patience), "execute did not return within \(self.patience)", fileID: fileID,
      line: line)
  }

  /// Hands a run over and waits for its end.
  func ended(
    _ run: TestRun, on executor: any JobExecutor, fileID: String = #fileID, line: Int = #line
  ) async throws -> TestRun.End {
    try await self.hand([run], to: executor, fileID: fileID, line: line)
    return try await run.end(within: self.patience, fileID: fileID, line: line)
  }

  /// Waits until the code of each run has begun.
  func begun(_ runs: [TestRun], fileID: String = #fileID, line: Int = #line) async throws {
    for (index, run) in runs.enumerated() {
      let hasBegun = await run.wait(within: self.patience) { events in
        events.contains { if case .progress = $0 { true } else { false } }
      }
      try verify(
        hasBegun,
        "run \(index + 1) of \(runs.count) did not begin within \(self.patience); it said \(run.events)",
        fileID: fileID, line: line)
      try verify(run.end == nil, "a run that waits ended: \(run.events)", fileID: fileID, line: line)
    }
  }

  /// Hands over as many runs as there are places, and lets them all go at once: no place is lost.
  func fill(_ executor: any JobExecutor, fileID: String = #fileID, line: Int = #line) async throws {
    let gate = self.gate()
    let runs = try (0..<executor.size).map { _ in try self.waiting(for: gate) }
    try await self.hand(runs, to: executor, fileID: fileID, line: line)
    try await self.begun(runs, fileID: fileID, line: line)
    try gate.open()
    for run in runs {
      try verifySucceeded(
        try await run.end(within: self.patience, fileID: fileID, line: line), ExecutorLawJobs.Wait.opened, "a run",
        fileID: fileID, line: line)
    }
  }

  // MARK: Files

  /// A file that is not there until the law says so.
  struct Gate: Sendable {
    let path: String

    func open() throws { try LawFiles.append([], to: self.path) }
  }

  func gate() -> Gate { Gate(path: self.folder + "/" + JobID.unique().rawValue) }

  private var over: Gate { Gate(path: self.folder + "/over") }

  // MARK: The end

  /// Lets everything end, and checks what holds for every run.
  func end() async throws {
    let (executors, runs) = self.kept.withLock { ($0.executors, $0.runs) }
    try self.over.open()
    for run in runs { run.cancel() }
    defer { try? FileManager.default.removeItem(atPath: self.folder) }
    var problem: (any Error)?
    do {
      for run in runs where run.isHandedOver { _ = try await run.end(within: self.patience) }
    } catch {
      problem = error
    }
    // Whatever was wrong, what the executors hold is given up.
    for executor in executors {
      do { try await self.stop(executor) } catch { problem = problem ?? error }
    }
    if let problem { throw problem }
    for run in runs where run.isHandedOver {
      try verifyEqual(
        run.control.reports, 1,
        "how often the end of a run of \(run.assignment.jobName) was said, whose events are \(run.events)")
      guard case .ended? = run.events.last else {
        throw LawViolation("something came after the end of a run: \(run.events)")
      }
    }
  }
}

/// Something that happens once and can be waited for.
final class Fact: Sendable {
  private struct State {
    var hasHappened = false
    var waiters: [Int: @Sendable (Bool) -> Void] = [:]
    var count = 0
  }

  private let state = Mutex(State())

  func happen() {
    let waiters = self.state.withLock { state in
      state.hasHappened = true
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter(true) }
  }

  func wait(within patience: Duration) async -> Bool {
    await withCheckedContinuation { continuation in
      let key = self.state.withLock { state -> Int? in
        if state.hasHappened { return nil }
        state.count += 1
        state.waiters[state.count] = { continuation.resume(returning: $0) }
        return state.count
      }
      guard let key else { return continuation.resume(returning: true) }
      _ = SystemClock().timer(after: patience) {
        self.state.withLock { $0.waiters.removeValue(forKey: key) }?(false)
      }
    }
  }
}

/// Throws a violation unless the run succeeded and returned the given text.
func verifySucceeded(
  _ end: TestRun.End, _ text: String, _ what: String, fileID: String = #fileID, line: Int = #line
) throws {
  try verifyEqual(
    end, .finished(RunOutcome(.succeeded, result: Array("\"\(text)\"".utf8))), "the end of \(what)", fileID: fileID,
    line: line)
}

/// Throws a violation unless the run was refused.
func verifyRefused(_ end: TestRun.End, _ what: String, fileID: String = #fileID, line: Int = #line) throws {
  guard case .refused(let reason, let pause) = end else {
    throw LawViolation("\(what) should be refused, and was \(end)", fileID: fileID, line: line)
  }
  try verify(!reason.isEmpty, "\(what) was refused without a reason", fileID: fileID, line: line)
  try verify(pause > .zero, "\(what) was refused without a pause", fileID: fileID, line: line)
}
