/// Thrown by the expectations of the testing kit: what was expected, what was seen, and where it was asked.
///
/// The kit imports no testing library: a test of any of them fails by an error that is thrown.
public struct UnmetExpectation: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  /// The module and file in which it was asked, such as `MyTests/ReminderTests.swift`.
  public let fileID: String
  public let line: UInt

  init(_ message: String, _ fileID: StaticString, _ line: UInt) {
    self.message = message
    self.fileID = fileID.description
    self.line = line
  }

  public var description: String { "\(self.message) (\(self.fileID):\(self.line))" }
}
