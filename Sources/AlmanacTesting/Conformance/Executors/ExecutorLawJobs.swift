import Almanac
import Instrumentation
import Logging
import ServiceContextModule

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The jobs that the laws of executors run.
///
/// An executor that runs code in another process registers them there, as ``ExecutorLaw/check(_:)`` does here. What they have seen crosses by
/// their outcomes, results, progress and log; by files, a law tells them to go on.
public enum ExecutorLawJobs {
  /// Makes them known.
  public static func register(_ jobs: JobRegistry) {
    jobs.register(Echo.self) { echo, _ in echo.text }
    jobs.register(Quiet.self)
    jobs.register(Fail.self)
    jobs.register(Wait.self) { wait, context in try await wait.result(in: context) }
    jobs.register(Own.self) { own, context in await own.result(in: context) }
    jobs.register(Mark.self) { mark, _ in try mark.result() }
    jobs.register(Tell.self)
    jobs.register(Look.self) { _, context in Look.Seen(context) }
    jobs.register(Large.self) { large, _ in try large.result() }
    jobs.register(Trace.self) { _, _ in ServiceContext.current?[TraceKey.self] ?? "no trace" }
    jobs.register(Die.self)
  }

  /// Has traces carried by the law jobs' own instrument in this process: for processes that exist for the laws alone, tests and their workers.
  ///
  /// Called again it does nothing. Where the program has bootstrapped an instrument of its own already, the process traps.
  public static func carryTraces() { _ = self.isCarrying }

  private static let isCarrying: Bool = {
    InstrumentationSystem.bootstrap(LawInstrument())
    return true
  }()

  // MARK: Plain

  /// Returns its text.
  struct Echo: JobPayload {
    static let jobName = "almanac-law-echo"
    var text: String
  }

  /// Returns nothing.
  struct Quiet: Job {
    static let jobName = "almanac-law-quiet"

    func run(in context: JobContext) async throws {}
  }

  /// A job that is registered nowhere.
  struct Stranger: JobPayload {
    static let jobName = "almanac-law-stranger"
  }

  /// Leaves a line in a file, to be counted, and returns it.
  struct Mark: JobPayload {
    static let jobName = "almanac-law-mark"
    var number: Int
    var file: String

    func result() throws -> String {
      try LawFiles.append(Array("\(self.number)\n".utf8), to: self.file)
      return "\(self.number)"
    }
  }

  /// Carries much in both directions.
  struct Large: JobPayload {
    static let jobName = "almanac-law-large"
    /// A pattern of 256 KiB.
    var text: String

    static let payload = Large.pattern(256 << 10)
    /// With its two quotes it is as large as a result may be.
    static let answer = Large.pattern(RunOutcome.maximumResult - 2)

    func result() throws -> String {
      guard self.text == Large.payload else { throw Refusal(words: "the values are not what was sent") }
      return Large.answer
    }

    /// Text in which no stretch is like its neighbours.
    private static func pattern(_ count: Int) -> String {
      var bytes: [UInt8] = []
      var number = 0
      while bytes.count < count {
        bytes += Array("\(number),".utf8)
        number += 1
      }
      return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  }

  // MARK: Failing

  /// Ends by throwing.
  struct Fail: Job {
    static let jobName = "almanac-law-fail"

    enum How: String, Codable, CaseIterable {
      case plainly, named, retryAfter, giveUp, snooze
      /// As if it had been told to stop, which it was not.
      case cancellation
    }

    var how: How

    func run(in context: JobContext) async throws {
      let refusal = Refusal(words: "no, “\(self.how.rawValue)” 不\n行")
      switch self.how {
      case .plainly: throw refusal
      case .named: throw Named()
      case .retryAfter: throw RetryAfter(.milliseconds(1_234_567), because: refusal)
      case .giveUp: throw GiveUp(because: refusal)
      case .snooze: throw Snooze(for: .microseconds(7_654_321))
      case .cancellation: throw CancellationError()
      }
    }
  }

  struct Refusal: Error, CustomStringConvertible {
    var words: String
    var description: String { self.words }
  }

  struct Named: NamedFailure, CustomStringConvertible {
    var failureName: String { "law.named" }
    var description: String { "an error with a name of its own" }
  }

  /// Takes its process with it.
  struct Die: Job {
    static let jobName = "almanac-law-die"

    enum How: String, Codable { case traps, exits }

    var how: How

    func run(in context: JobContext) async throws {
      context.progress(1, note: "dying")
      switch self.how {
      // That a trap ends its own run and nothing else is shown by no less than a trap. Only an executor whose harness says `isolatesCrashes` is
      // handed it.
      case .traps: fatalError("this run traps on purpose")
      case .exits: LawFiles.leaveProcess()
      }
    }
  }

  // MARK: Telling

  /// Logs and reports progress, line by line.
  struct Tell: Job {
    static let jobName = "almanac-law-tell"
    var count: Int

    func run(in context: JobContext) async throws {
      for step in 1...max(self.count, 1) {
        context.progress(step, of: self.count, note: "step \(step)")
        context.logger.log(
          level: step.isMultiple(of: 2) ? .warning : .info, "line \(step)", metadata: ["step": "\(step)"])
      }
    }
  }

  /// Returns what it was told of itself.
  struct Look: JobPayload {
    static let jobName = "almanac-law-look"

    struct Seen: Codable, Equatable {
      var jobID: String
      var jobName: String
      var store: String
      var origin: RunOrigin
      var attempt: Int
      var token: FencingToken
      /// Microseconds since 1970.
      var fireTime: Int64
      var deadline: Int64?

      init(_ context: JobContext) {
        func microseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1_000_000).rounded()) }
        self.jobID = context.jobID.rawValue
        self.jobName = context.jobName
        self.store = context.store
        self.origin = context.origin
        self.attempt = context.attempt
        self.token = context.token
        self.fireTime = microseconds(context.fireTime.timeIntervalSince1970)
        self.deadline = context.deadline.map { microseconds($0.timeIntervalSince1970) }
      }

      init(_ request: RunRequest) {
        self.jobID = request.jobID.rawValue
        self.jobName = request.jobName
        self.store = request.store
        self.origin = request.origin
        self.attempt = request.attempt
        self.token = request.token
        self.fireTime = request.fireTime.microsecondsSinceEpoch
        self.deadline = request.timeoutAt?.microsecondsSinceEpoch
      }
    }
  }

  /// Returns the name of the trace that it runs in.
  struct Trace: JobPayload {
    static let jobName = "almanac-law-trace"
  }
}

/// Under which a trace is known here.
enum TraceKey: ServiceContextKey {
  typealias Value = String
}

/// Carries a name from one process to another.
struct LawInstrument: Instrument {
  static let header = "almanac-law-trace"

  func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    if let name = extractor.extract(key: LawInstrument.header, from: carrier) { context[TraceKey.self] = name }
  }

  func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    if let name = context[TraceKey.self] { injector.inject(name, forKey: LawInstrument.header, into: &carrier) }
  }
}
