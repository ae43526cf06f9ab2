import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a run knows of itself.
public struct JobContext: Sendable {
  public let jobID: JobID
  public let jobName: String
  /// The alias of the store that keeps the job.
  public let store: String
  /// What asked for the run.
  public let origin: RunOrigin
  /// Which start of this fire it is, from 1.
  public let attempt: Int
  /// The pair to hand to other systems with every write, so that they can refuse a run that lost its claim.
  public let token: FencingToken
  /// When the run has to be over, on the store's clock.
  public let deadline: Date?
  /// A logger that names the job and the attempt with every line. The last lines, from `info` on, are kept with the run's history.
  public let logger: Logger

  /// The nominal fire time on the store's clock; the same for every attempt of a fire, and for whoever else asks about it.
  public var fireTime: Date { self.fireInstant.date }

  /// False once this scheduler has stopped trusting that the run is its own: its session expired, or the claim was taken back. The run
  /// has been cancelled then, and nothing that it reports will count.
  public var isStillOwner: Bool { self.ownership() }

  /// Says how far the run has come, for whoever looks at the job. Costs next to nothing: it is written at most once a second.
  ///
  /// - Parameters:
  ///   - completed: units of work that are done.
  ///   - total: units in all, where that is known.
  ///   - note: what it is doing, in a few words; shortened to ``RunProgress/maximumNote`` bytes.
  public func progress(_ completed: Int, of total: Int? = nil, note: String? = nil) {
    self.report(Int64(completed), total.map { Int64($0) }, note)
  }

  package let fireInstant: Instant
  private let ownership: @Sendable () -> Bool
  private let report: @Sendable (Int64, Int64?, String?) -> Void

  package init(
    _ request: RunRequest, logger: Logger, ownership: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (_ completed: Int64, _ total: Int64?, _ note: String?) -> Void
  ) {
    self.jobID = request.jobID
    self.jobName = request.jobName
    self.store = request.store
    self.origin = request.origin
    self.attempt = request.attempt
    self.token = request.token
    self.deadline = request.timeoutAt?.date
    self.fireInstant = request.fireTime
    self.logger = logger
    self.ownership = ownership
    self.report = report
  }
}
