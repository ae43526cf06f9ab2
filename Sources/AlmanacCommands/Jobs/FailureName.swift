import Almanac

/// The names that failures of commands and calls have in `only` and `not` of a job's `retry`. They are stored, so they stay what they are.
enum FailureName {
  static let signal = "signal"
  static let notStarted = "not-started"
  static let unreachable = "unreachable"

  static func exit(_ status: Int32) -> String { "exit-\(status)" }
  static func status(_ status: Int) -> String { "status-\(status)" }

  /// What kind of work a failure is of.
  enum Kind: CaseIterable {
    case command, call

    /// All its names but those with numbers. A timeout is one of both: the job's own, or that of the call.
    var words: [String] {
      switch self {
      case .command: [FailureName.signal, FailureName.notStarted, RetryPolicy.timeout]
      case .call: [FailureName.unreachable, RetryPolicy.timeout]
      }
    }

    /// What the names with numbers begin with, and the numbers that there are. An exit status of 0 is no failure.
    fileprivate var numbered: (prefix: String, range: ClosedRange<Int>) {
      switch self {
      case .command: ("exit-", 1...255)
      case .call: ("status-", 100...599)
      }
    }

    /// What is expected, in words.
    fileprivate var expectation: String {
      let (prefix, range) = self.numbered
      return "\(prefix)N (\(range.lowerBound) to \(range.upperBound)), " + self.words.joined(separator: ", ")
    }

    fileprivate func knows(_ name: String) -> Bool {
      let (prefix, range) = self.numbered
      if self.words.contains(name) { return true }
      guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), range.contains(number) else {
        return false
      }
      // One number has one name: "exit-+7" and "exit-007" would never be met.
      return name == prefix + String(number)
    }
  }

  /// Reads a name.
  ///
  /// - Parameter kind: what the job does; nil where it is open, as in the defaults.
  static func parse(_ text: String, of kind: Kind?) throws(SyntaxProblem) -> String {
    let kinds = kind.map { [$0] } ?? Kind.allCases
    if kinds.contains(where: { $0.knows(text) }) { return text }
    var message = "\"\(VisibleText.line(text))\" is no failure"
    if let kind {
      message += kind == .command ? " of a command" : " of a call"
    }
    if let nearest = NearestName.nearest(to: text, among: kinds.flatMap(\.words)) {
      message += "; did you mean \"\(nearest)\"?"
    } else if let number = Int(text), let meant = kinds.first(where: { $0.numbered.range.contains(number) }),
      kind != nil
    {
      message += "; did you mean \"\(meant.numbered.prefix)\(number)\"?"
    } else {
      message += "; expected " + kinds.map(\.expectation).joined(separator: ", or ")
    }
    throw SyntaxProblem(column: 1, message: message)
  }
}
