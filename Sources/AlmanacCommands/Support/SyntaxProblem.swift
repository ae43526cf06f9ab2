/// Why a small text, such as a duration, is none, and where.
struct SyntaxProblem: Error, Hashable, CustomStringConvertible {
  /// Counts characters from 1.
  var column: Int
  var message: String

  var description: String { self.message }
}
