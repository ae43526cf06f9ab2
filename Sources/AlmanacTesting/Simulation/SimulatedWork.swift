import Almanac

/// What the code of a simulated job does.
struct SimulatedWork: JobPayload, Hashable {
  static let jobName = "simulated-work"

  enum Kind: String, Codable, CaseIterable {
    /// Takes its time and succeeds.
    case steady
    /// Fails at some attempts, as the fire time decides.
    case flaky
    /// Does not end until it is cancelled.
    case hanging
    /// Takes its time, cancelled or not.
    case deaf
  }

  var kind: Kind
  var milliseconds: Int64
  /// So that a job that is said anew says something else.
  var edition = 0
}

/// The failure of a flaky run.
struct SimulatedFailure: Error {}
