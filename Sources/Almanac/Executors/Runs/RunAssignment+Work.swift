import Logging

extension RunAssignment.Work {
  /// The work of a run within its span: the code that is registered here, or what takes its place.
  ///
  /// - Parameters:
  ///   - lines: what the run has logged, where that is kept.
  ///   - isCancelled: whether it was told to stop.
  ///   - ownership: whether it still belongs to whoever lends this.
  ///   - report: takes what the run says of its progress.
  ///   - setAside: told why the job's values cannot be read. What the run ends with after that does not count.
  package init(
    jobs: JobRegistry, logger: Logger, lines: (@Sendable () -> [LogLine])?, isCancelled: @escaping @Sendable () -> Bool,
    ownership: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (_ completed: Int64, _ total: Int64?, _ note: String?) -> Void,
    setAside: @escaping @Sendable (_ reason: String) -> Void
  ) {
    self.init(
      body: { request, elsewhere in
        var outcome = await JobTracing.span(of: request) { () async -> RunOutcome in
          do throws(PayloadUnreadable) {
            if let elsewhere {
              var request = request
              request.traceContext = JobTracing.currentCarrier()
              return try await elsewhere(request)
            }
            let context = JobContext(request, logger: logger, ownership: ownership, report: report)
            return try await jobs.perform(request, in: context, isCancelled: isCancelled)
          } catch {
            // The fault may lie in what this run was asked for with, not in the job.
            if request.hasOwnPayload {
              return .failed(Failure(type: "PayloadUnreadable", message: error.reason), .giveUp)
            }
            setAside(error.reason)
            return .cancelled
          }
        }
        if let lines { outcome.logs = lines() }
        return outcome
      },
      report: report)
  }
}
