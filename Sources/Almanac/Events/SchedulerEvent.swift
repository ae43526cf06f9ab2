#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Something that happened, as this scheduler saw it.
///
/// Events are local to one scheduler and ordered by `sequence`. What happened to one job on several schedulers is ordered by
/// the record's revision; the shared account of it is the history.
public struct SchedulerEvent: Sendable {
  /// Counts this scheduler's events, from 1.
  public let sequence: Int64
  /// When, on the store's clock where a store is concerned.
  public let instant: Instant
  public let kind: Kind

  public enum Kind: Sendable {
    /// Something happened to a job. `revision` is the record's after it.
    case job(JobID, jobName: String, store: String, revision: Int64, Report)
    /// A run's result was refused: its claim had been taken back.
    case resultRefused(JobID, jobName: String, store: String, FencingToken)
    case started
    case paused
    case resumed
    /// Claims nothing more and waits for what is going.
    case draining(running: Int)
    case stopped
    case storeAdded(String)
    case storeRemoved(String)
    /// A store did not answer; the scheduler tries again by itself.
    case storeUnavailable(String, reason: String)
    case storeRecovered(String)
    case executorAdded(String)
    case executorRemoved(String)
    /// An executor could not begin a run and gave it back; it is given nothing for a while.
    case executorRefused(String, reason: String)
    case sessionOpened(Epoch, store: String)
    /// This scheduler's own session is no longer trusted; its runs were cancelled.
    case sessionLost(Epoch, store: String)
    /// Another scheduler is gone; its runs are taken back.
    case peerLost(Session, store: String)
    /// This machine's wall clock is so far ahead of the store's, or behind where negative, that people who compare the two will be
    /// misled. The scheduler acts on the store's time either way.
    case clockOff(Duration, store: String)
    /// The two agree again.
    case clockRecovered(store: String)
    /// The system's zone data was replaced by newer data, by which next fires are derived anew from now on.
    case zoneDataLoaded(from: String, to: String)
    /// This subscriber was too slow: so many events before this one are missing.
    case eventsDropped(Int)
  }

  public var date: Date { self.instant.date }
}
