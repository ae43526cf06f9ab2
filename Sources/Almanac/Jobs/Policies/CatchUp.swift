/// Which of the fires that were missed (the scheduler was down, or had no slot) are made up for.
public enum CatchUp: Hashable, Sendable {
  /// The latest one; the others are reported as coalesced.
  case latest
  /// The earliest one; the others are reported as coalesced.
  case earliest
  /// All of them, in their order, but at most `limit` (1 to ``JobState/maximumRuns``) of the latest; older ones are
  /// reported as coalesced.
  case all(limit: Int)
  /// None: a fire that was missed by more than ``onTime`` does not run and is reported.
  case none

  /// How late a fire may be and still count as on time under ``none``.
  public static let onTime: Duration = .seconds(1)
}
