/// What becomes of a fire that comes while as many runs of the same job are going as may.
///
/// Runs are counted across all schedulers that share the store. A run that waits for its next attempt is not going: it does not
/// hold the next fire back, and at its time it waits for a free place like any other.
public enum Overlap: Hashable, Sendable {
  /// The fire does not run and is reported.
  case skip
  /// The fire waits for its turn, up to `limit` of them (1 to ``JobState/maximumRuns``); beyond that it is reported.
  case queue(limit: Int)
  /// The run that is going is told to stop, and is not tried again; the fire starts when its code has returned. Of several fires that wait
  /// for that the latest remains, the others are reported.
  case cancelRunning
  /// Up to `limit` runs go at once (1 to ``JobState/maximumRuns``); beyond that a fire is reported.
  case allow(limit: Int)

  /// One fire waits for its turn; a further one is reported.
  public static let queueOne = Overlap.queue(limit: 1)
  /// Every fire waits for its turn, as many as a record holds.
  public static let queueAll = Overlap.queue(limit: JobState.maximumRuns)

  /// How many runs may be going at once; at least one, or none ever would.
  package var concurrency: Int {
    switch self {
    case .skip, .queue, .cancelRunning: 1
    case .allow(let limit): max(limit, 1)
    }
  }
}
