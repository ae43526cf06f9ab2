#if CommandLine
import Almanac
import Yams

/// Collects what is wrong with a file, so that all of it is told at once.
final class ConfigProblems {
  private(set) var all: [ConfigProblem] = []

  func add(_ problem: ConfigProblem) { self.all.append(problem) }
}

/// A mapping of the file whose keys are known. Every reading method answers nil where the key is not there, or where its value is
/// wrong; the latter it notes.
struct ConfigScope {
  let node: Node
  private let mapping: Node.Mapping
  let problems: ConfigProblems

  /// - Parameters:
  ///   - keys: all keys that may be there; any other is noted with the nearest of these.
  ///   - subject: what the mapping describes, with its article.
  init?(_ node: Node, _ subject: String, keys: [String], problems: ConfigProblems) {
    guard case .mapping(let mapping) = node else {
      problems.add(node.problem("\(subject) must be a mapping of keys to values, not \(node.kindInWords)"))
      return nil
    }
    self.node = node
    self.mapping = mapping
    self.problems = problems
    for (key, _) in mapping {
      guard case .scalar(let scalar) = key else {
        problems.add(key.problem("a key must be a word, not \(key.kindInWords)"))
        continue
      }
      if keys.contains(scalar.string) { continue }
      var message = "unknown key \"\(VisibleText.line(scalar.string))\" in \(subject)"
      if let nearest = NearestName.nearest(to: scalar.string, among: keys) {
        message += "; did you mean \"\(nearest)\"?"
      } else {
        message += "; expected \(ConfigScope.list(keys))"
      }
      problems.add(key.problem(message))
    }
  }

  static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  subscript(key: String) -> Node? {
    self.mapping.first { pair in
      if case .scalar(let scalar) = pair.key { scalar.string == key } else { false }
    }?.value
  }

  func has(_ key: String) -> Bool { self[key] != nil }

  /// The place of a key, for problems that concern it and not its value.
  func keyNode(_ key: String) -> Node? {
    self.mapping.first { pair in
      if case .scalar(let scalar) = pair.key { scalar.string == key } else { false }
    }?.key
  }

  /// The text of a scalar; a value of another kind is noted.
  func text(_ key: String) -> String? { self[key].flatMap { self.text($0, key) } }

  func text(_ node: Node, _ key: String) -> String? {
    guard case .scalar(let scalar) = node, !scalar.isNull else {
      self.problems.add(node.problem("\"\(key)\" must be a text, not \(node.kindInWords)"))
      return nil
    }
    if scalar.string.unicodeScalars.contains("\0") {
      self.problems.add(node.problem("\"\(key)\" holds a NUL character"))
      return nil
    }
    return scalar.string
  }

  /// A value that a small grammar reads.
  func value<Value>(
    _ key: String, _ parse: (String) throws(SyntaxProblem) -> Value
  ) -> Value? {
    self[key].flatMap { self.value($0, key, parse) }
  }

  func value<Value>(
    _ node: Node, _ key: String, _ parse: (String) throws(SyntaxProblem) -> Value
  ) -> Value? {
    guard let text = self.text(node, key) else { return nil }
    do throws(SyntaxProblem) {
      return try parse(text)
    } catch {
      self.problems.add(node.problem(SyntaxProblem(column: error.column, message: "\(key): \(error.message)")))
      return nil
    }
  }

  func duration(_ key: String, positive: Bool = false) -> Duration? {
    self.value(key) { text throws(SyntaxProblem) in
      let duration = try DurationText.parse(text)
      if positive, duration <= .zero { throw SyntaxProblem(column: 1, message: "must be more than zero") }
      return duration
    }
  }

  func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
    self.value(key) { text throws(SyntaxProblem) in try ConfigScope.number(text, in: range) }
  }

  static func number(_ text: String, in range: ClosedRange<Int>) throws(SyntaxProblem) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw SyntaxProblem(
        column: 1,
        message:
          "expected a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(VisibleText.line(text))\"")
    }
    return number
  }

  func flag(_ key: String) -> Bool? {
    self.value(key) { text throws(SyntaxProblem) in
      switch text {
      case "true", "yes", "on": return true
      case "false", "no", "off": return false
      default: throw SyntaxProblem(column: 1, message: "expected true or false, not \"\(VisibleText.line(text))\"")
      }
    }
  }

  /// One of a few words.
  func choice<Value>(_ key: String, _ choices: [(String, Value)]) -> Value? {
    self.value(key) { text throws(SyntaxProblem) in try ConfigScope.choice(text, choices) }
  }

  static func choice<Value>(_ text: String, _ choices: [(String, Value)]) throws(SyntaxProblem) -> Value {
    if let found = choices.first(where: { $0.0 == text }) { return found.1 }
    let names = choices.map(\.0)
    var message = "\"\(VisibleText.line(text))\" is not known"
    if let nearest = NearestName.nearest(to: text, among: names) {
      message += "; did you mean \"\(nearest)\"?"
    } else {
      message += "; expected \(ConfigScope.list(names))"
    }
    throw SyntaxProblem(column: 1, message: message)
  }

  /// A list of texts, or one text by itself where `single` allows it.
  func texts(_ key: String, orSingle single: Bool = false) -> [String]? {
    guard let node = self[key] else { return nil }
    switch node {
    case .sequence(let sequence): return sequence.compactMap { self.text($0, key) }
    case .scalar where single: return self.text(node, key).map { [$0] }
    default:
      self.problems.add(node.problem("\"\(key)\" must be a list of texts, not \(node.kindInWords)"))
      return nil
    }
  }

  /// A mapping of texts to texts, of any keys.
  func textMap(_ key: String) -> [String: String]? {
    guard let node = self[key] else { return nil }
    guard case .mapping(let mapping) = node else {
      self.problems.add(node.problem("\"\(key)\" must be a mapping of names to texts, not \(node.kindInWords)"))
      return nil
    }
    var map: [String: String] = [:]
    for (name, value) in mapping {
      guard case .scalar(let scalar) = name else {
        self.problems.add(name.problem("a name must be a word, not \(name.kindInWords)"))
        continue
      }
      // An empty value is a value here: it sets an empty variable.
      if case .scalar(let text) = value, text.string.isEmpty {
        map[scalar.string] = ""
      } else if let text = self.text(value, scalar.string) {
        map[scalar.string] = text
      }
    }
    return map
  }
}
#endif
