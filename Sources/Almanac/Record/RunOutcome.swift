/// How the code of one attempt ended, as its executor reports it.
public enum RunOutcome: Hashable, Sendable {
  case succeeded
  case failed(Failure)
  /// It stopped because it was told to.
  case cancelled
}

/// Why an attempt failed, in words that can be stored and shown.
public struct Failure: Hashable, Sendable {
  /// The name of the error's type.
  public var type: String
  public var message: String
  /// Members of the stored form that this version does not know; they are written back as they were.
  public var unknown: UnknownFields

  public init(type: String, message: String, unknown: UnknownFields = .none) {
    self.type = type
    self.message = Failure.shortened(message)
    self.unknown = unknown
  }

  public init(_ error: any Error) {
    self.init(type: String(reflecting: Swift.type(of: error)), message: String(describing: error))
  }

  /// The most bytes of a message that are kept: a record is read and written whole.
  public static let maximumMessage = 2_048

  private static func shortened(_ text: String) -> String {
    guard text.utf8.count > Failure.maximumMessage else { return text }
    // Cut between two characters of Unicode, with the mark within the limit: what was shortened is read back as it was written.
    let mark = "…"
    var end = text.utf8.index(text.startIndex, offsetBy: Failure.maximumMessage - mark.utf8.count)
    while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + mark
  }
}

/// How an attempt, or a fire, ended: the word that is stored, counted and shown.
public enum OutcomeKind: String, Hashable, Sendable, Codable, CaseIterable {
  case succeeded
  case failed
  case timedOut
  case cancelled
  /// Its scheduler was lost, and the job says not to run it again: nobody knows what it did.
  case unknown
  /// Its scheduler was lost; it runs again.
  case crashed
  /// Its scheduler shut down before it ended; it runs again.
  case interrupted
}
