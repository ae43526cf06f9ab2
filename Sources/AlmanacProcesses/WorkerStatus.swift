#if Processes
/// One worker process at one moment.
public struct WorkerStatus: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    /// It registers its jobs.
    case starting
    /// It waits for a run.
    case idle
    case running
    /// Its run was told to stop and is within its grace.
    case stopping
    /// It leaves, or was killed, and is not reaped yet.
    case ending
  }

  /// The process; nil while it is being begun.
  public var process: Int32?
  public var state: State
  /// The number of runs that it has ended.
  public var runs: Int
}

/// What a pool of workers has done since it was made.
public struct WorkerTally: Hashable, Sendable {
  /// Processes that were begun.
  public var starts = 0
  /// Processes that ended without being told to leave, those that were killed among them.
  public var deaths = 0
  /// Runs that ended in a worker, well or badly, or with it.
  public var runs = 0
}

/// Why a ``ProcessExecutor`` cannot run anything.
public struct WorkersUnavailable: Error, Hashable, CustomStringConvertible {
  /// What became of the first worker, with the last lines that it wrote.
  public var reason: String

  public var description: String { "no worker process could be started: \(self.reason)" }
}

extension WorkerStatus.State {
  init(_ state: WorkerPool.State) {
    switch state {
    case .starting: self = .starting
    case .idle: self = .idle
    case .running(_, killAt: nil): self = .running
    case .running: self = .stopping
    case .leaving, .killed: self = .ending
    }
  }
}
#endif
