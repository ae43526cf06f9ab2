import Almanac
import AlmanacTesting
import Logging
import ServiceContextModule
import Synchronization

// What goes wrong on the way to the code and back.

extension MutantExecutor {
  /// Runs the code of a request as a worker would, with a context of its own.
  func perform(
    _ run: RunAssignment, _ request: RunRequest, _ isTold: @escaping @Sendable () -> Bool
  ) async throws(PayloadUnreadable) -> RunOutcome {
    var request = request
    if self.mutation == .roundsTimes {
      let micros = request.fireTime.microsecondsSinceEpoch
      request.fireTime = Instant(microsecondsSinceEpoch: micros / 1_000 * 1_000)
    }
    if self.mutation == .countsAttemptsItself { request.attempt = 1 }
    if self.mutation == .forgetsTheDeadline { request.timeoutAt = nil }
    if self.mutation == .forgetsNamesOfJobs { request.jobName = "job" + request.jobName.suffix(1) }
    let outcome = try await self.code(run, request, isTold)
    return self.spoil(outcome, isTold())
  }

  private func code(
    _ run: RunAssignment, _ request: RunRequest, _ isTold: @escaping @Sendable () -> Bool
  ) async throws(PayloadUnreadable) -> RunOutcome {
    let mutation = self.mutation
    let logs = Mailbag(run, mutation)
    let context = JobContext(
      request, logger: Logger(label: "mutant") { _ in logs }, ownership: { mutation == .ownsForever || !isTold() },
      report: { completed, total, note in
        if mutation == .dropsProgress, completed > 1 { return }
        run.progress(completed, of: total, note: note)
      })
    defer { logs.flush() }
    do throws(PayloadUnreadable) {
      if mutation == .losesTraces {
        let context = context
        let result = await Self.withoutTrace {
          await Self.caught { () async throws(PayloadUnreadable) in
            try await self.jobs.perform(request, in: context, isCancelled: isTold)
          }
        }
        return try result.get()
      }
      return try await self.jobs.perform(request, in: context, isCancelled: isTold)
    } catch {
      if mutation == .swallowsUnreadableValues { return .failed(Failure(error)) }
      throw error
    }
  }

  private static func withoutTrace<Answer: Sendable>(_ body: @Sendable () async -> Answer) async -> Answer {
    await ServiceContext.$current.withValue(nil) { await body() }
  }

  private static func caught(
    _ body: @Sendable () async throws(PayloadUnreadable) -> RunOutcome
  ) async -> Result<RunOutcome, PayloadUnreadable> {
    do throws(PayloadUnreadable) { return .success(try await body()) } catch { return .failure(error) }
  }

  private func spoil(_ outcome: RunOutcome, _ isTold: Bool) -> RunOutcome {
    var outcome = outcome
    switch (self.mutation, outcome.kind) {
    case (.forgetsResults, _): outcome.result = nil
    case (.cutsResults, _): outcome.result = outcome.result.map { Array($0.prefix(4_096)) }
    case (.forgetsAdvice, .failed(let failure, _)): outcome.kind = .failed(failure, .byPolicy)
    case (.forgetsTypesOfErrors, .failed(let failure, let advice)):
      outcome.kind = .failed(Failure(type: "Error", message: failure.message), advice)
    case (.takesCancellationErrorsForCancelled, .failed(let failure, _)) where failure.type.contains("Cancellation"):
      outcome.kind = .cancelled
    default: break
    }
    return outcome
  }
}

/// Hands on what a run logs, or fails to.
private final class Mailbag: LogHandler {
  private let run: RunAssignment
  private let mutation: ExecutorMutation?
  private let kept = Mutex<[LogEvent]>([])

  init(_ run: RunAssignment, _ mutation: ExecutorMutation?) {
    self.run = run
    self.mutation = mutation
  }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    switch self.mutation {
    case .dropsLogLines where event.level == .warning: break
    case .dropsMetadata: self.run.logger.log(level: event.level, event.message)
    case .logsBackwards: self.kept.withLock { $0.insert(event, at: 0) }
    default: self.run.logger.log(level: event.level, event.message, metadata: event.metadata)
    }
  }

  func flush() {
    for event in self.kept.withLock({ $0 }) {
      self.run.logger.log(level: event.level, event.message, metadata: event.metadata)
    }
  }
}
