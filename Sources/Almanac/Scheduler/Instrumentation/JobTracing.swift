import Instrumentation
import ServiceContextModule
import Tracing

/// The span of a run, and the trace that it belongs to.
package enum JobTracing {
  /// Runs the body in a span that continues the trace of whoever added the job.
  static func span(of request: RunRequest, _ body: @Sendable () async -> RunOutcome) async -> RunOutcome {
    var context = ServiceContext.current ?? .topLevel
    self.extract(request.traceContext, into: &context)
    return await withSpan(request.jobName, context: context, ofKind: .consumer) { span in
      span.attributes["almanac.job.id"] = request.jobID.rawValue
      span.attributes["almanac.job.attempt"] = request.attempt
      let outcome = await body()
      switch outcome.kind {
      case .failed(let failure, _), .crashed(let failure), .unknown(let failure):
        span.attributes["error.type"] = failure.type
        span.setStatus(SpanStatus(code: .error, message: failure.message))
      case .succeeded, .snoozed, .cancelled:
        break
      }
      return outcome
    }
  }

  /// Runs the body within the trace that a request brings along, where another process has the run's span.
  package static func continued<Result: Sendable>(_ request: RunRequest, _ body: @Sendable () async -> Result) async
    -> Result
  {
    var context = ServiceContext.current ?? .topLevel
    self.extract(request.traceContext, into: &context)
    return await ServiceContext.$current.withValue(context) { await body() }
  }

  private static func extract(_ carrier: [String: String], into context: inout ServiceContext) {
    guard !carrier.isEmpty else { return }
    InstrumentationSystem.instrument.extract(carrier, into: &context, using: DictionaryExtractor())
  }

  /// The trace that is going on where a job is added.
  static func currentCarrier() -> [String: String] {
    guard let context = ServiceContext.current else { return [:] }
    var carrier: [String: String] = [:]
    InstrumentationSystem.instrument.inject(context, into: &carrier, using: DictionaryInjector())
    return carrier
  }

  private struct DictionaryInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
  }

  private struct DictionaryExtractor: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
  }
}
