import Almanac

/// A crontab as cron(8) reads it, line by line.
struct Crontab: Hashable, Sendable {
  /// One line that says something.
  struct Line: Hashable, Sendable {
    /// Counts from 1.
    var number: Int
    var text: String
    var content: Content
  }

  enum Content: Hashable, Sendable {
    /// Without its `#`.
    case comment(String)
    case blank
    case variable(name: String, value: String)
    case entry(Entry)
    case malformed(String)
  }

  struct Entry: Hashable, Sendable {
    /// Five fields with single spaces between them, or a nickname such as `@daily`.
    var schedule: String
    /// Where the schedule begins in the line, counting characters from 1.
    var column: Int
    /// The sixth column of a system crontab.
    var user: String?
    /// With the escapes of `%` resolved.
    var command: String
    /// What cron feeds to the command: the text behind the first `%`, further ones as line breaks.
    var input: String?
    /// The line began with `-`, which tells some crons not to log.
    var isUnlogged = false
  }

  var lines: [Line] = []

  /// - Parameter isSystem: whether entries have a user in their sixth column, as in `/etc/crontab` and `/etc/cron.d`.
  init(_ text: String, isSystem: Bool) {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let text = String(line)
      self.lines.append(Line(number: index + 1, text: text, content: Crontab.content(of: text, isSystem: isSystem)))
    }
    if self.lines.last?.content == .blank { self.lines.removeLast() }
  }

  private static func content(of line: String, isSystem: Bool) -> Content {
    let text = line.drop { $0 == " " || $0 == "\t" }
    guard let first = text.first else { return .blank }
    if first == "#" { return .comment(text.dropFirst().trimmed) }
    if let (name, value) = self.variable(text) { return .variable(name: name, value: value) }
    return self.entry(text, column: line.count - text.count + 1, isSystem: isSystem)
  }

  /// `NAME = value`, where either may be in quotes. A quoted value keeps its blanks, one without quotes loses those around it.
  private static func variable(_ text: Substring) -> (name: String, value: String)? {
    var rest = text
    let name: String
    if let quote = rest.first, quote == "\"" || quote == "'" {
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { return nil }
      name = String(rest[..<end])
      rest = rest[rest.index(after: end)...]
    } else {
      name = String(rest.prefix { $0 != "=" && $0 != " " && $0 != "\t" })
      rest = rest.dropFirst(name.count)
    }
    rest = rest.drop { $0 == " " || $0 == "\t" }
    guard rest.first == "=", !name.isEmpty else { return nil }
    let value = rest.dropFirst().trimmed
    if let quote = value.first, quote == "\"" || quote == "'", value.count >= 2, value.last == quote {
      return (name, String(value.dropFirst().dropLast()))
    }
    return (name, value)
  }

  private static func entry(_ text: Substring, column: Int, isSystem: Bool) -> Content {
    var rest = text
    var entry = Entry(schedule: "", column: column, command: "")
    if rest.first == "-" {
      entry.isUnlogged = true
      entry.column += 1
      rest = rest.dropFirst()
    }
    func word() -> String {
      rest = rest.drop { $0 == " " || $0 == "\t" }
      let word = rest.prefix { $0 != " " && $0 != "\t" }
      rest = rest.dropFirst(word.count)
      return String(word)
    }
    if rest.first == "@" {
      entry.schedule = word()
    } else {
      let fields = (0..<5).map { _ in word() }
      guard fields.allSatisfy({ !$0.isEmpty }) else {
        return .malformed("expected five fields and a command, or NAME=value")
      }
      entry.schedule = fields.joined(separator: " ")
    }
    if isSystem {
      let user = word()
      guard !user.isEmpty else { return .malformed("the user is missing") }
      entry.user = user
    }
    (entry.command, entry.input) = self.command(rest.trimmed)
    guard !entry.command.isEmpty else {
      return .malformed(
        isSystem ? "the command is missing; is this a user's crontab, without users?" : "the command is missing")
    }
    return .entry(entry)
  }

  /// crontab(5): a `%` ends the command and begins its input, further ones are line breaks in it; `\%` is a `%`.
  private static func command(_ text: String) -> (command: String, input: String?) {
    var parts = [""]
    var isEscaped = false
    for character in text {
      switch character {
      case "%" where isEscaped: parts[parts.count - 1].replaceLast(with: "%")
      case "%": parts.append("")
      default: parts[parts.count - 1].append(character)
      }
      isEscaped = character == "\\"
    }
    guard parts.count > 1 else { return (parts[0], nil) }
    return (parts[0].trimmed, parts.dropFirst().joined(separator: "\n") + "\n")
  }
}

extension String {
  fileprivate mutating func replaceLast(with character: Character) {
    if !self.isEmpty { self.removeLast() }
    self.append(character)
  }
}
