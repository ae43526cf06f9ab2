#if CommandLine
import Almanac
import Yams

// When a job runs: an expression, an interval, a recurrence rule, or a point in time.

extension ConfigReader {
  private static let triggerKinds = ["cron", "every", "at", "calendar", "rrule", "atStart"]
  static let triggerKeys =
    triggerKinds + ["dialect", "zone", "gap", "fold", "from", "until", "start", "exclude", "include"]
    + calendarTriggerKeys

  func trigger(_ scope: ConfigScope, _ subject: String) -> (trigger: Trigger, zone: String)? {
    let kinds = ConfigReader.triggerKinds.filter(scope.has)
    guard let kind = kinds.first else {
      self.problems.add(
        scope.node.problem("\(subject) has no time; expected \(ConfigScope.list(ConfigReader.triggerKinds))"))
      return nil
    }
    if kinds.count > 1 {
      let place = scope.keyNode(kinds[1]) ?? scope.node
      self.problems.add(place.problem("\(subject) has both \"\(kinds[0])\" and \"\(kinds[1])\"; expected one of them"))
      return nil
    }
    if kind != "cron" { self.refuse(["dialect", "gap", "fold"], in: scope, "is for cron expressions") }
    let limits = ["from", "until"] + ConfigReader.calendarTriggerKeys
    if kind == "atStart" { self.refuse(limits, in: scope, "is for jobs that have a time") }
    if kind == "at" { self.refuse(limits, in: scope, "is for jobs that repeat") }
    if kind != "rrule" { self.refuse(["start", "exclude", "include"], in: scope, "is for recurrence rules") }
    let zone: ZoneRules
    if scope.has("zone") {
      guard let named = self.zone(scope) else { return nil }
      zone = named
    } else {
      guard let common = try? self.zones.zone(self.file.zone) else { return nil }
      zone = common
    }
    let start = scope.value("from") { text throws(SyntaxProblem) in try ConfigTime.parse(text, in: zone) }
    let end = scope.value("until") { text throws(SyntaxProblem) in try ConfigTime.parse(text, in: zone) }
    let trigger: Trigger? =
      switch kind {
      case "cron": self.cron(scope, zone)
      case "calendar": self.calendar(scope, zone)
      case "rrule": self.recurrence(scope, zone)
      case "atStart": self.atStart(scope)
      case "every": self.interval(scope, start)
      default: scope.value("at") { text throws(SyntaxProblem) in .at(try ConfigTime.parse(text, in: zone)) }
      }
    guard let trigger, let dated = self.onCalendars(trigger, scope, zone) else { return nil }
    // An interval begins at its start; any other kind is bounded by it.
    return (ConfigReader.bounded(dated, kind == "every" ? nil : start, end), zone.identifier)
  }

  private func refuse(_ keys: [String], in scope: ConfigScope, _ reason: String) {
    for key in keys {
      if let place = scope.keyNode(key) { self.problems.add(place.problem("\"\(key)\" \(reason)")) }
    }
  }

  private static func bounded(_ trigger: Trigger, _ start: Instant?, _ end: Instant?) -> Trigger {
    let started = start.map { trigger.starting(at: $0) } ?? trigger
    return end.map { started.ending(at: $0) } ?? started
  }

  private func cron(_ scope: ConfigScope, _ zone: ZoneRules) -> Trigger? {
    let dialect = scope.choice("dialect", CronDialect.allCases.map { ($0.rawValue, $0) })
    let gap = scope.choice("gap", GapPolicy.allCases.map { ($0.rawValue, $0) })
    let fold = scope.choice("fold", FoldPolicy.allCases.map { ($0.rawValue, $0) })
    if scope.has("dialect"), dialect == nil { return nil }
    return scope.value("cron") { text throws(SyntaxProblem) in
      try ConfigReader.trigger {
        try .cron(
          text, dialect: dialect ?? ConfigReader.defaultDialect, in: zone.identifier, gap: gap ?? .auto,
          fold: fold ?? .auto)
      }
    }
  }

  /// What a trigger could not be made from, as a problem of the text that it was made from.
  private static func trigger(_ make: () throws -> Trigger) throws(SyntaxProblem) -> Trigger {
    do {
      return try make()
    } catch let error as TriggerParseError {
      throw SyntaxProblem(column: error.column, message: error.summary)
    } catch {
      throw SyntaxProblem(column: 1, message: ConfigReader.clause(String(describing: error)))
    }
  }

  /// A calendar event of systemd.
  private func calendar(_ scope: ConfigScope, _ zone: ZoneRules) -> Trigger? {
    scope.value("calendar") { text throws(SyntaxProblem) in
      try ConfigReader.trigger { try .onCalendar(text, in: zone.identifier) }
    }
  }

  /// A rule of RFC 5545 with its start, and dates that are left out and put in.
  private func recurrence(_ scope: ConfigScope, _ zone: ZoneRules) -> Trigger? {
    if !scope.has("start") {
      let place = scope.keyNode("rrule") ?? scope.node
      self.problems.add(place.problem("\"rrule\" needs a \"start\", which gives what the rule leaves open"))
    }
    let start = scope.value("start", ConfigTime.localText)
    let excluded = self.dates("exclude", scope)
    let included = self.dates("include", scope)
    guard let start, let excluded, let included else { return nil }
    return scope.value("rrule") { text throws(SyntaxProblem) in
      var spec: [String: JSONValue] = ["dtstart": .string(start), "rrule": .string(text)]
      if !excluded.isEmpty { spec["exdate"] = .array(excluded) }
      if !included.isEmpty { spec["rdate"] = .array(included) }
      return try ConfigReader.trigger {
        try TriggerQuestion.trigger(dialect: "rrule", spec: .object(spec), zone: zone.identifier)
      }
    }
  }

  /// A list of local times; empty where there is none, nil where one of them is no time.
  private func dates(_ key: String, _ scope: ConfigScope) -> [JSONValue]? {
    guard let node = scope[key] else { return [] }
    guard case .sequence(let nodes) = node else {
      self.problems.add(node.problem("\"\(key)\" must be a list of times, not \(node.kindInWords)"))
      return nil
    }
    let texts = nodes.map { scope.value($0, key, ConfigTime.localText) }
    return texts.contains(nil) ? nil : texts.compactMap { $0.map { .string($0) } }
  }

  /// At each start of a daemon.
  private func atStart(_ scope: ConfigScope) -> Trigger? {
    guard let flag = scope.flag("atStart") else { return nil }
    guard flag else {
      let place = scope["atStart"] ?? scope.node
      self.problems.add(
        place.problem("\"atStart\" is true or left out; to stop a job for a while say \"paused: true\""))
      return nil
    }
    return JobDeclaration.atStart
  }

  /// The library's own default.
  static let defaultDialect = CronDialect.ocps

  private func interval(_ scope: ConfigScope, _ start: Instant?) -> Trigger? {
    scope.value("every") { text throws(SyntaxProblem) in
      let interval = try DurationText.parse(text)
      return try ConfigReader.trigger { try .every(interval, startingAt: start?.date) }
    }
  }
}
#endif
