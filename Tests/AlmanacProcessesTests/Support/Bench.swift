#if Processes
import Almanac
@testable import AlmanacProcesses
import Foundation
import Logging
import Synchronization

/// What the fixture's workers do; the same fields as its own type.
struct Deed: JobPayload {
  static let jobName = "deed"
  var deed: String
  var number = 0
  var text = ""
}

enum Fixture {
  /// The program beside the tests.
  static let path: String = {
    let tests = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("almanac-worker-fixture").path
  }()
}

extension WorkerConfiguration {
  static func fixture(_ change: (inout WorkerConfiguration) -> Void = { _ in }) -> WorkerConfiguration {
    // The program that handles a crash of a Swift program takes seconds, and these crash on purpose.
    var configuration = WorkerConfiguration(environment: ["SWIFT_BACKTRACE": "enable=no"], executable: Fixture.path)
    change(&configuration)
    return configuration
  }
}

/// Lines that were logged.
final class Lines: Sendable {
  private let state = Mutex<[String]>([])

  var all: [String] { self.state.withLock { $0 } }

  func logger(_ level: Logger.Level = .info) -> Logger {
    Logger(label: "test") { _ in Handler(lines: self, logLevel: level) }
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    init(lines: Lines, logLevel: Logger.Level) {
      self.lines = lines
      self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { self.metadata[key] }
      set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
      let words = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      self.lines.state.withLock { $0.append("\(event.level) \(event.message)\(words)") }
    }
  }
}

/// A run that was handed to an executor.
struct Going: Sendable {
  enum End: Sendable, Hashable {
    case finished(RunOutcome)
    case refused(String, Duration)
  }

  let control: RunControl
  let log: Lines
  let end: Task<End, Never>
  let progress: AsyncStream<String>

  /// How it ended; a run that was refused has no outcome.
  var outcome: RunOutcome? {
    get async {
      if case .finished(let outcome) = await self.end.value { outcome } else { nil }
    }
  }

  /// The message of the failure, of whatever kind.
  var failure: Failure? {
    get async {
      switch await self.outcome?.kind {
      case .failed(let failure, _), .crashed(let failure), .unknown(let failure): failure
      default: nil
      }
    }
  }

  var crash: String? {
    get async {
      if case .crashed(let failure) = await self.outcome?.kind, failure.type == "WorkerDied" {
        failure.message
      } else {
        nil
      }
    }
  }

  /// What it returned, where that is text.
  var text: String? {
    get async {
      await self.outcome?.result.flatMap { try? JSONDecoder().decode(String.self, from: Data($0)) }
    }
  }

  /// Waits until the code of the run says that it has begun.
  func begun() async -> String? { await self.progress.first { _ in true } }
}

/// A pool of the fixture's workers, without a scheduler.
struct Bench: Sendable {
  let workers: ProcessExecutor
  /// What the pool's own logger took.
  let output = Lines()
  private static let count = Atomic<Int64>(0)

  init(
    size: Int = 1, clock: any SchedulerClock = SystemClock(), _ configuration: WorkerConfiguration = .fixture()
  ) {
    self.workers = ProcessExecutor(
      size: size, configuration: configuration, clock: clock, logger: self.output.logger(.trace))
  }

  /// Starts the pool, and stops it after the body.
  static func with(
    size: Int = 1, clock: any SchedulerClock = SystemClock(), _ configuration: WorkerConfiguration = .fixture(),
    _ body: (Bench) async throws -> Void
  ) async throws {
    let bench = Bench(size: size, clock: clock, configuration)
    try await bench.workers.start()
    do {
      try await body(bench)
    } catch {
      await bench.workers.stop()
      throw error
    }
    await bench.workers.stop()
  }

  func begin(_ deed: String, _ number: Int = 0, _ text: String = "", payload: [UInt8]? = nil) -> Going {
    let claim = Self.count.add(1, ordering: .relaxed).newValue
    let values = payload ?? [UInt8]((try? JSONEncoder().encode(Deed(deed: deed, number: number, text: text))) ?? Data())
    let now = SystemClock().now()
    let definition = JobDefinition(
      id: JobID("job-\(claim)"), incarnation: 1, createdAt: now, payload: values, trigger: .at(now),
      profile: JobProfile(lane: Lane(jobName: Deed.jobName)))
    let order = StartOrder(
      token: FencingToken(incarnation: 1, claim: claim), fireTime: now, origin: .trigger, attempt: 1, startedAt: now,
      timeoutAt: nil)
    let (ends, ended) = AsyncStream<Going.End>.makeStream()
    let (progress, progressed) = AsyncStream<String>.makeStream()
    let control = RunControl { end in
      switch end {
      case .finished(let outcome): ended.yield(.finished(outcome))
      case .refused(let reason, let pause): ended.yield(.refused(reason, pause))
      }
      ended.finish()
      progressed.finish()
    }
    let log = Lines()
    let run = RunAssignment(
      RunRequest(definition, order, store: "default"), logger: log.logger(), control: control,
      work: RunAssignment.Work(
        body: { request, elsewhere in
          do throws(PayloadUnreadable) {
            guard let elsewhere else { return .cancelled }
            return try await elsewhere(request)
          } catch {
            return .failed(Failure(type: "PayloadUnreadable", message: error.reason))
          }
        },
        report: { completed, total, note in
          progressed.yield("\(completed)/\(total.map(String.init) ?? "-") \(note ?? "")")
        }))
    self.workers.execute([run])
    let end = Task {
      for await end in ends { return end }
      return Going.End.refused("it never ended", .zero)
    }
    return Going(control: control, log: log, end: end, progress: progress)
  }

  func text(_ deed: String, _ number: Int = 0, _ text: String = "") async -> String? {
    await self.begin(deed, number, text).text
  }
}

/// Waits for a fact of the system's, which announces nothing: looks again and again, up to a limit.
func until(_ limit: Duration = .seconds(20), _ fact: () async throws -> Bool) async rethrows -> Bool {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if try await fact() { return true }
    await withCheckedContinuation { continuation in
      _ = SystemClock().timer(after: .milliseconds(2)) { continuation.resume() }
    }
  }
  return try await fact()
}

extension Pipe {
  /// What is written to the pipe until it is enough, or until its end. Read on a thread of its own: the pool of tasks has few, and waits for none.
  func text(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var text = ""
        while !isEnough(text) {
          let piece = self.fileHandleForReading.availableData
          if piece.isEmpty { break }
          text += String(decoding: piece, as: UTF8.self)
        }
        continuation.resume(returning: text)
      }
    }
  }
}

/// Whether there is such a process, one that is dead and not reaped not counted.
func isAlive(_ process: Int32) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
  return status.drop { $0 != ")" }.dropFirst(2).first != "Z"
}
#endif
