#if CommandLine
import Almanac
import Yams

// Named calendars of the file: days and times that triggers leave out, keep to, or move to.

extension ConfigReader {
  private static let calendarSources = ["days", "weekdays", "yearly", "times", "holidays", "ics", "include"]
  static let calendarKeys = calendarSources + ["within", "except", "zone"]
  static let calendarTriggerKeys = ["excluding", "only", "shift"]

  mutating func readCalendars(_ scope: ConfigScope) {
    guard let node = scope["calendars"] else { return }
    if case .scalar(let scalar) = node, scalar.isNull { return }
    guard case .mapping(let mapping) = node else {
      return self.problems.add(
        node.problem("\"calendars\" must be a mapping of names to what each calendar is, not \(node.kindInWords)"))
    }
    // Names of those below, so that it can be told from one that is nowhere.
    let names = mapping.compactMap { pair -> String? in
      if case .scalar(let name) = pair.key { name.string } else { nil }
    }
    for (key, value) in mapping {
      guard case .scalar(let name) = key, !name.string.isEmpty else {
        self.problems.add(key.problem("the name of a calendar must be a word, not \(key.kindInWords)"))
        continue
      }
      let subject = "the calendar \"\(VisibleText.line(name.string))\""
      let before = self.problems.all.count
      guard let scope = ConfigScope(value, subject, keys: ConfigReader.calendarKeys, problems: self.problems) else {
        self.faultyCalendars.insert(name.string)
        continue
      }
      let calendar = self.calendar(scope, names)
      if calendar == nil, self.problems.all.count == before {
        self.problems.add(
          value.problem("\(subject) holds nothing; expected \(ConfigScope.list(ConfigReader.calendarSources))"))
      }
      if var calendar, self.problems.all.count == before {
        calendar.name = name.string
        self.calendars[name.string] = calendar
      } else {
        self.faultyCalendars.insert(name.string)
      }
    }
  }

  /// The union of all that the mapping names, within some calendars and without others.
  private func calendar(_ scope: ConfigScope, _ names: [String]) -> DayCalendar? {
    if scope.has("zone"), !scope.has("ics") {
      scope.keyNode("zone").map { self.problems.add($0.problem("\"zone\" is for the times of an \"ics\" file")) }
    }
    var parts: [DayCalendar] = []
    parts += self.joined("days", scope, DayCalendar.days)
    parts += self.each("weekdays", scope) { text in
      .weekdays(try ConfigScope.choice(text.lowercased(), ConfigReader.weekdays))
    }
    parts += self.joined("yearly", scope, DayCalendar.yearly)
    parts += self.each("times", scope, ConfigReader.window)
    parts += self.each("holidays", scope) { try self.table($0) }
    parts += self.each("ics", scope) { try self.events($0, scope) }
    parts += self.others("include", scope, names)
    var calendar = parts.isEmpty ? nil : DayCalendar.union(of: parts)
    for other in self.others("within", scope, names) { calendar = calendar?.intersection(other) ?? other }
    for other in self.others("except", scope, names) { calendar = calendar?.subtracting(other) ?? other.complement }
    return calendar
  }

  private static let weekdays: [(String, CronWeekday)] = CronWeekday.allCases.flatMap { weekday in
    let name = String(describing: weekday)
    return [(String(name.prefix(3)), weekday), (name, weekday)]
  }

  /// One calendar of all texts of a list: thousands of days weigh no more than one. Each is read by itself first, so that what is
  /// wrong is told with its place.
  private func joined(
    _ key: String, _ scope: ConfigScope, _ read: ([String]) throws -> DayCalendar
  ) -> [DayCalendar] {
    let texts = self.each(key, scope) { text in
      _ = try read([text])
      return text
    }
    return texts.isEmpty ? [] : (try? read(texts)).map { [$0] } ?? []
  }

  /// What each text of a list, or one text by itself, stands for.
  private func each<Value>(
    _ key: String, _ scope: ConfigScope, _ read: (String) throws -> Value
  ) -> [Value] {
    guard let node = scope[key] else { return [] }
    let nodes: [Node]
    switch node {
    case .sequence(let sequence): nodes = Array(sequence)
    case .scalar: nodes = [node]
    default:
      self.problems.add(node.problem("\"\(key)\" must be a text or a list of texts, not \(node.kindInWords)"))
      return []
    }
    if nodes.isEmpty { self.problems.add(node.problem("\"\(key)\" is empty")) }
    return nodes.compactMap { node in
      scope.value(node, key) { text throws(SyntaxProblem) in try ConfigReader.problem { try read(text) } }
    }
  }

  /// What something could not be made from, as a problem of the text that it was made from.
  private static func problem<Value>(_ make: () throws -> Value) throws(SyntaxProblem) -> Value {
    do {
      return try make()
    } catch let problem as SyntaxProblem {
      throw problem
    } catch {
      throw SyntaxProblem(column: 1, message: ConfigReader.clause(String(describing: error)))
    }
  }

  /// `22:00-06:00`.
  private static func window(_ text: String) throws -> DayCalendar {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw SyntaxProblem(
        column: 1, message: "\"\(VisibleText.line(text))\" is no window of the day; expected one such as 22:00-06:00")
    }
    return try .times(from: String(parts[0]), to: String(parts[1]))
  }

  /// The business days of a table of holidays, or a calendar in the encoded form.
  private func table(_ path: String) throws -> DayCalendar {
    let text = try self.contents(of: path)
    let json: JSONValue
    do throws(SyntaxProblem) {
      json = try JSONReader.value(in: text.utf8)
    } catch {
      let place = ConfigReader.place(ofColumn: error.column, in: text)
      throw SyntaxProblem(column: 1, message: "\(VisibleText.line(path)):\(place): \(error.message)")
    }
    do {
      return try json["kind"] == nil ? .businessDays(json: json) : DayCalendar(json: json)
    } catch {
      throw SyntaxProblem(
        column: 1, message: "\(VisibleText.line(path)): \(ConfigReader.clause(String(describing: error)))")
    }
  }

  /// `line:column` of the place that lies so many characters, as Unicode counts them, after the beginning of a text.
  private static func place(ofColumn column: Int, in text: String) -> String {
    let before = text.unicodeScalars.prefix(column - 1)
    let line = before.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
    let start = before.lastIndex(of: "\n").map { before.distance(from: $0, to: before.endIndex) } ?? column
    return "\(line):\(start)"
  }

  private func events(_ path: String, _ scope: ConfigScope) throws -> DayCalendar {
    // A zone that is wrong is noted where it stands.
    let zone = scope.has("zone") ? self.zone(scope)?.identifier ?? "UTC" : self.file.zone
    let text = try self.contents(of: path)
    do {
      return try .events(iCalendar: text, in: zone)
    } catch let error as ICalendarError {
      throw SyntaxProblem(column: 1, message: "\(VisibleText.line(path)):\(error.line): \(error.problem)")
    }
  }

  private func contents(of path: String) throws(SyntaxProblem) -> String {
    do throws(CommandFailure) {
      return try Files.read(self.absolute(path))
    } catch {
      throw SyntaxProblem(column: 1, message: VisibleText.line(error.message))
    }
  }

  /// Calendars by their names. Only those above are known, so that none can lie within itself.
  private func others(_ key: String, _ scope: ConfigScope, _ names: [String] = []) -> [DayCalendar] {
    self.each(key, scope) { name in
      if let calendar = self.calendars[name] { return calendar }
      // What is wrong with it has been told.
      if self.faultyCalendars.contains(name) { return .weekend }
      if names.contains(name) {
        throw SyntaxProblem(
          column: 1, message: "\"\(VisibleText.line(name))\" stands below; a calendar may use those above it")
      }
      guard !self.calendars.isEmpty else {
        throw SyntaxProblem(column: 1, message: "\"\(VisibleText.line(name))\" is not known: no calendar of that name")
      }
      return try ConfigScope.choice(name, self.calendars.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  // MARK: - Jobs

  /// The trigger without what its calendars exclude, and then with the rest moved to business days. Nil where a calendar is
  /// wrong.
  func onCalendars(_ trigger: Trigger, _ scope: ConfigScope, _ zone: ZoneRules) -> Trigger? {
    guard ConfigReader.calendarTriggerKeys.contains(where: scope.has) else { return trigger }
    let before = self.problems.all.count
    let excluded = self.others("excluding", scope)
    let kept = self.others("only", scope)
    let shift = self.shift(scope)
    guard self.problems.all.count == before else { return nil }
    do {
      var trigger = trigger
      for calendar in excluded { trigger = try trigger.excluding(calendar, in: zone.identifier) }
      for calendar in kept { trigger = try trigger.only(on: calendar, in: zone.identifier) }
      if let shift { trigger = try trigger.shifted(to: shift.to, by: shift.calendar, in: zone.identifier) }
      return trigger
    } catch {
      let place = ConfigReader.calendarTriggerKeys.lazy.compactMap(scope.keyNode).first ?? scope.node
      self.problems.add(place.problem(ConfigReader.clause(String(describing: error))))
      return nil
    }
  }

  private func shift(_ scope: ConfigScope) -> (to: DayShift, calendar: DayCalendar)? {
    guard let node = scope["shift"],
      let shift = ConfigScope(node, "\"shift\"", keys: ["to", "by"], problems: self.problems)
    else { return nil }
    let to = shift.choice("to", [("next", DayShift.nextBusinessDay), ("previous", .previousBusinessDay)])
    let calendars = self.others("by", shift)
    for key in ["to", "by"] where !shift.has(key) {
      self.problems.add(node.problem("\"shift\" needs \"\(key)\"; expected such as {to: next, by: CALENDAR}"))
    }
    if calendars.count > 1 { shift["by"].map { self.problems.add($0.problem("\"by\" is one calendar")) } }
    guard let to, let calendar = calendars.first else { return nil }
    return (to, calendar)
  }
}
#endif
