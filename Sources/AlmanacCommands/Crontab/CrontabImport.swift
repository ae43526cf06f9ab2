import Almanac

/// A configuration file made from a crontab, and what could not be carried over.
struct CrontabImport: Sendable {
  struct Remark: Hashable, Sendable {
    enum Weight: Hashable, Sendable {
      /// The entry was left out.
      case lost
      /// The entry was carried over, and something is different.
      case different
    }

    /// The line of the crontab; nil where the remark concerns all of it.
    var line: Int?
    var weight: Weight
    var message: String
  }

  private(set) var yaml = ""
  private(set) var remarks: [Remark] = []
  /// How many entries were carried over.
  private(set) var count = 0

  private var jobs = ""
  private var names: Set<String> = []
  private var environment: [(name: String, value: String)] = []
  private var shell = "/bin/sh"
  private var home: String?
  private var zone: String?
  private var comments: [String] = []
  private let zones: ZoneDatabase

  /// - Parameters:
  ///   - source: where the crontab came from, for the heading.
  ///   - zone: the zone in which the machine's cron reads its crontabs.
  init(_ crontab: Crontab, source: String, zone: String, zones: ZoneDatabase = .system) {
    self.zones = zones
    for line in crontab.lines { self.take(line) }
    if self.home == nil, self.count > 0 {
      self.remark(
        nil, .different,
        "cron starts commands in the user's home directory; these start in the directory of the configuration file, say \"directory:\" to change that"
      )
    }
    self.yaml = """
      # From the crontab \(VisibleText.line(source)), by "almanac import crontab".
      zone: \(YAMLText.scalar(zone))

      # As cron does it: a run never waits for the one before it, and what was missed while the scheduler was down is not made up for.
      # Without these lines runs of one job do not overlap, and a missed fire is made up for by one run.
      defaults:
        overlap: allow
        catchUp: none

      jobs:

      """
    if self.jobs.isEmpty { self.yaml += "  {}\n" } else { self.yaml += self.jobs }
    // Comments at the end belong to no entry and are kept all the same.
    for comment in self.comments { self.yaml += comment.isEmpty ? "\n" : "  # \(comment)\n" }
  }

  private mutating func remark(_ line: Int?, _ weight: Remark.Weight, _ message: String) {
    self.remarks.append(Remark(line: line, weight: weight, message: message))
  }

  private mutating func take(_ line: Crontab.Line) {
    switch line.content {
    case .blank:
      if self.comments.last != nil, self.comments.last != "" { self.comments.append("") }
    case .comment(let text):
      self.comments.append(VisibleText.line(text).isEmpty ? "#" : VisibleText.line(text))
    case .variable(let name, let value):
      self.set(name, value, line.number)
    case .entry(let entry):
      self.add(entry, line)
    case .malformed(let reason):
      self.keepAsComment(line)
      self.remark(line.number, .lost, "\(reason); left out")
    }
  }

  private mutating func keepAsComment(_ line: Crontab.Line) {
    self.comments.append("not carried over: " + VisibleText.line(line.text).trimmed)
  }

  private mutating func set(_ name: String, _ value: String, _ line: Int) {
    switch name {
    case "MAILTO", "MAILFROM":
      if value.isEmpty { return }
      self.remark(
        line, .different, "\(name): no mail is sent; the output of failed runs is printed by \"almanac serve\"")
    case "CRON_TZ":
      do throws(ZoneError) {
        self.zone = try self.zones.zone(value).identifier
      } catch {
        self.remark(line, .different, "CRON_TZ: \(error.description)")
      }
    case "RANDOM_DELAY", "START_HOURS_RANGE":
      self.remark(line, .different, "\(name) is not carried over")
    case "SHELL": self.shell = value
    case "LOGNAME", "USER":
      self.remark(line, .different, "\(name) is not carried over: commands run as the user of \"almanac serve\"")
    default:
      if name == "HOME" { self.home = value }
      // The last of several lines counts, as it does for cron.
      self.environment.removeAll { $0.name == name }
      self.environment.append((name, value))
    }
  }

  private mutating func add(_ entry: Crontab.Entry, _ line: Crontab.Line) {
    do {
      if entry.isAtStart {
        self.remark(
          line.number, .different,
          "@reboot runs once at each start of \"almanac serve\", not only of the machine; where several daemons share a store, at the start of each, on any of them"
        )
      } else {
        _ = try Trigger.cron(entry.schedule, dialect: .crontab, in: self.zone ?? "UTC")
      }
    } catch let error as TriggerParseError {
      self.keepAsComment(line)
      return self.remark(line.number, .lost, "\(entry.schedule): \(error.summary) Left out")
    } catch {
      self.keepAsComment(line)
      return self.remark(line.number, .lost, "\(entry.schedule): \(error). Left out")
    }
    if let user = entry.user {
      self.remark(
        line.number, .different,
        "cron runs this as \(VisibleText.line(user)); almanac runs it as the user of \"almanac serve\"")
    }
    if entry.isUnlogged { self.remark(line.number, .different, "the \"-\" before the entry is not carried over") }
    self.write(entry, line)
  }

  private mutating func write(_ entry: Crontab.Entry, _ line: Crontab.Line) {
    if self.count > 0 { self.jobs += "\n" }
    for comment in self.comments { self.jobs += comment.isEmpty ? "\n" : "  # \(comment)\n" }
    self.comments = []
    self.count += 1
    self.jobs += "  \(YAMLText.scalar(self.name(for: entry.command, line.number))):  # line \(line.number)\n"
    if self.shell == "/bin/sh" {
      self.jobs += "    shell: \(YAMLText.quoted(entry.command))\n"
    } else {
      self.jobs += "    command: [\(YAMLText.scalar(self.shell)), -c, \(YAMLText.quoted(entry.command))]\n"
    }
    if entry.isAtStart {
      self.jobs += "    atStart: true\n"
    } else {
      self.jobs += "    cron: \(YAMLText.quoted(entry.schedule))\n    dialect: crontab\n"
    }
    if let zone = self.zone { self.jobs += "    zone: \(YAMLText.scalar(zone))\n" }
    if let home = self.home, home.hasPrefix("/") { self.jobs += "    directory: \(YAMLText.scalar(home))\n" }
    if let input = entry.input { self.jobs += "    stdin: \(YAMLText.quoted(input))\n" }
    if let user = entry.user { self.jobs += "    tags: [\(YAMLText.scalar("user-" + user))]\n" }
    if !self.environment.isEmpty {
      self.jobs += "    environment:\n"
      for (name, value) in self.environment {
        self.jobs += "      \(YAMLText.scalar(name)): \(YAMLText.quoted(value))\n"
      }
    }
  }

  /// A job id from the words of a command; the same command gives the same id at each import.
  private mutating func name(for command: String, _ line: Int) -> String {
    var slug = ""
    for character in command.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        slug.append(character)
      } else if !slug.isEmpty, slug.last != "-" {
        slug.append("-")
      }
      if slug.count >= 40 { break }
    }
    while slug.last == "-" { slug.removeLast() }
    // A word that YAML takes for a number or a truth is still a text where a key is expected; a letter in front is plainer to read.
    if slug.isEmpty { slug = "line-\(line)" } else if slug.first?.isNumber ?? false { slug = "job-" + slug }
    var name = slug
    var number = 1
    while !self.names.insert(name).inserted {
      number += 1
      name = "\(slug)-\(number)"
    }
    return name
  }
}

extension Crontab.Entry {
  /// cron's word for a time that no clock shows.
  fileprivate var isAtStart: Bool { self.schedule.lowercased() == "@reboot" }
}
