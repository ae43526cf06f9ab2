import Instrumentation
import ServiceContextModule
import Tracing

/// The span of a run, and the trace that it belongs to.
enum JobTracing {
  /// Runs the body in a span that continues the trace of whoever added the job.
  static func span<Result: Sendable>(
    of definition: JobDefinition, _ order: StartOrder, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    var context = ServiceContext.current ?? .topLevel
    if let carrier = definition.extras?.traceContext, !carrier.isEmpty {
      InstrumentationSystem.instrument.extract(carrier, into: &context, using: DictionaryExtractor())
    }
    return try await withSpan(definition.lane.jobName, context: context, ofKind: .consumer) { span in
      span.attributes["almanac.job.id"] = definition.id.rawValue
      span.attributes["almanac.job.attempt"] = order.attempt
      return try await body()
    }
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
