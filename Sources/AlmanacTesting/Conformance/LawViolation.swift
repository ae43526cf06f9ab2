import Almanac

/// A store, or an executor, does not do what its contract says: what was expected and what was seen, and where in the suite.
public struct LawViolation: Error, CustomStringConvertible {
  public var message: String
  public var fileID: String
  public var line: Int

  public init(_ message: String, fileID: String = #fileID, line: Int = #line) {
    self.message = message
    self.fileID = fileID
    self.line = line
  }

  public var description: String { "\(self.message) (\(self.fileID):\(self.line))" }
}

/// Throws a violation unless the condition holds.
func verify(
  _ condition: Bool, _ message: @autoclosure () -> String, fileID: String = #fileID, line: Int = #line
) throws {
  if !condition { throw LawViolation(message(), fileID: fileID, line: line) }
}

/// Throws a violation unless the two are equal.
func verifyEqual<Value: Equatable>(
  _ seen: Value, _ expected: Value, _ what: @autoclosure () -> String, fileID: String = #fileID, line: Int = #line
) throws {
  if seen != expected {
    throw LawViolation("\(what()): expected \(expected), saw \(seen)", fileID: fileID, line: line)
  }
}

/// Throws a violation where the value is nil.
func verifyPresent<Value>(
  _ value: Value?, _ message: @autoclosure () -> String, fileID: String = #fileID, line: Int = #line
) throws -> Value {
  guard let value else { throw LawViolation(message(), fileID: fileID, line: line) }
  return value
}

/// Throws a violation unless `body` throws a ``StoreError`` with the given code.
func verifyThrows(
  _ code: StoreError.Code, _ what: String, fileID: String = #fileID, line: Int = #line,
  _ body: () async throws -> Void
) async throws {
  do {
    try await body()
  } catch let error as StoreError {
    try verifyEqual(error.code, code, "\(what) fails with", fileID: fileID, line: line)
    return
  }
  throw LawViolation("\(what) should fail with \(code), and did not fail", fileID: fileID, line: line)
}
