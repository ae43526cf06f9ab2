/// How far a run says that it has come.
public struct RunProgress: Hashable, Sendable {
  /// Units of work that are done.
  public var completed: Int64
  /// Units of work in all; nil where nobody knows.
  public var total: Int64?
  /// What it is doing, in a few words.
  public var note: String?
  public var at: Instant
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(
    completed: Int64, total: Int64? = nil, note: String? = nil, at: Instant, unknown: UnknownFields = .none
  ) {
    self.completed = completed
    self.total = total
    self.note = note?.shortened(toBytes: RunProgress.maximumNote)
    self.at = at
    self.unknown = unknown
  }

  /// The share that is done, from 0 to 1; nil where nobody knows.
  public var fraction: Double? {
    guard let total = self.total, total > 0 else { return nil }
    return min(max(Double(self.completed) / Double(total), 0), 1)
  }

  /// The most bytes of a note that are kept.
  public static let maximumNote = 256
}
