import Logging

/// One run, handed to an executor.
public struct RunAssignment: Sendable {
  /// What is to be run, as values.
  public let request: RunRequest
  /// A logger that names the job and the attempt with every line; what is logged by it is kept with the run's history.
  public let logger: Logger
  private let work: Work
  private let control: RunControl

  /// What the scheduler lends to the run.
  package struct Work: Sendable {
    /// Runs the job's code here, or what takes its place.
    var body: @Sendable (RunRequest, Elsewhere?) async -> RunOutcome
    var report: @Sendable (_ completed: Int64, _ total: Int64?, _ note: String?) -> Void

    package init(
      body: @escaping @Sendable (RunRequest, Elsewhere?) async -> RunOutcome,
      report: @escaping @Sendable (_ completed: Int64, _ total: Int64?, _ note: String?) -> Void
    ) {
      self.body = body
      self.report = report
    }
  }

  /// Runs a job's code where this process cannot: sends the request there, and answers how the run ended.
  public typealias Elsewhere = @Sendable (RunRequest) async throws(PayloadUnreadable) -> RunOutcome

  package init(_ request: RunRequest, logger: Logger, control: RunControl, work: Work) {
    self.request = request
    self.logger = logger
    self.work = work
    self.control = control
  }

  public var job: JobID { self.request.jobID }
  public var jobName: String { self.request.jobName }
  public var token: FencingToken { self.request.token }

  /// Runs the job's code in the current task. Never throws: how it ended is the answer.
  public func perform() async -> RunOutcome { await self.work.body(self.request, nil) }

  /// Has the run's code executed elsewhere, within the run's span and with its log kept here.
  ///
  /// The current task is cancelled when the run is told to stop, where ``onCancel(_:)`` was told so. What goes on elsewhere is
  /// reported by ``logger`` and ``progress(_:of:note:)``.
  public func perform(elsewhere: @escaping Elsewhere) async -> RunOutcome {
    await self.work.body(self.request, elsewhere)
  }

  /// Says how far the run has come, as ``JobContext/progress(_:of:note:)`` does.
  public func progress(_ completed: Int64, of total: Int64? = nil, note: String? = nil) {
    self.work.report(completed, total, note)
  }

  /// Reports how the run ended. The first report counts, further ones are ignored.
  public func finish(_ outcome: RunOutcome) { self.control.end(.finished(outcome)) }

  /// Gives the run back: it was not begun, and its code had no effect. It costs no attempt, and waits for whoever can run it.
  ///
  /// - Parameters:
  ///   - reason: why, for people.
  ///   - pause: for how long nothing is handed to this executor; at least a millisecond, so that nothing goes round in circles.
  public func refuse(_ reason: String, for pause: Duration = .seconds(1)) {
    self.control.end(.refused(reason, pause: max(pause, .milliseconds(1))))
  }

  /// Says how the run can be stopped. Called at once where it was told to stop already.
  public func onCancel(_ cancel: @escaping @Sendable () -> Void) { self.control.setCanceller(cancel) }
}

/// The payload of a claimed run cannot be read: no fault of the job's code, and no use in trying again. The job is quarantined.
public struct PayloadUnreadable: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, and where.
  public let reason: String

  public init(reason: String) {
    self.reason = reason
  }

  public var description: String { self.reason }
}
