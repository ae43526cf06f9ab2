import Almanac

/// What is wrong with a configuration file, and where.
struct ConfigProblem: Error, Hashable, Comparable {
  /// Lines and columns count from 1; columns count characters.
  var line: Int
  var column: Int
  /// What is wrong and what would be right, as a clause without a full stop.
  var message: String

  static func < (left: ConfigProblem, right: ConfigProblem) -> Bool {
    (left.line, left.column, left.message) < (right.line, right.column, right.message)
  }
}

/// All that is wrong with a configuration file.
struct ConfigError: Error, Hashable, CustomStringConvertible {
  /// The path as the user gave it.
  var file: String
  /// At least one, in the order of the file.
  var problems: [ConfigProblem]
  /// The text that the problems are in.
  var source: String

  /// The problems, each with its line of the file and a mark below it:
  ///
  ///     almanac.yaml:7:11: unknown key "comand"; did you mean "command"?
  ///       comand: [date]
  ///       ^
  var description: String {
    let lines = self.source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return self.problems.map { problem in
      var text = "\(self.file):\(problem.line):\(problem.column): \(problem.message)"
      if lines.indices.contains(problem.line - 1) {
        text += ConfigError.excerpt(of: String(lines[problem.line - 1]), column: problem.column)
      }
      return text
    }.joined(separator: "\n")
  }

  /// The line and the mark, without the common indentation, as a window of 100 columns around the fault.
  private static func excerpt(of line: String, column: Int) -> String {
    let characters = Array(VisibleText.line(line))
    let column = min(max(column - 1, 0), characters.count)
    let indent = characters.prefix { $0 == " " }.count
    let start = max(min(indent, column), column - 60)
    let window = characters[start...].prefix(100)
    guard !window.isEmpty else { return "" }
    let mark = window.prefix(column - start).reduce(0) { $0 + VisibleText.width(of: $1) }
    return "\n    " + String(window) + "\n    " + String(repeating: " ", count: mark) + "^"
  }
}
