/// What becomes of a run whose scheduler died or lost its session, or whose worker process died.
public enum CrashPolicy: String, Hashable, Sendable, Codable {
  /// It runs again, on whichever scheduler takes it: at least once.
  case runAgain
  /// It ends with the outcome `unknown` and does not run again: at most once.
  case abandon

  /// How long a run waits after so many crashes in a row. After the first it runs again at once: a machine that lost its power blames nobody.
  /// After that it may be what kills the process, and a process that is killed every few milliseconds serves nobody.
  package static func pause(afterCrashes crashes: Int) -> Duration {
    crashes <= 1 ? .zero : Backoff.exponential(from: .seconds(1), cap: .seconds(60)).delay(afterFailures: crashes - 1)
  }

  /// From how many crashes in a row on a job is a suspect: a scheduler starts no two of them at once.
  package static let suspicion = 2
}
