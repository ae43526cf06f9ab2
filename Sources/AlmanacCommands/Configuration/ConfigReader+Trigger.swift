#if CommandLine
import Almanac
import Yams

// When a job runs: a cron expression, an interval, or a point in time.

extension ConfigReader {
  static let triggerKeys = ["cron", "every", "at", "dialect", "zone", "gap", "fold", "from", "until"]

  func trigger(_ scope: ConfigScope, _ subject: String) -> (trigger: Trigger, zone: String)? {
    let kinds = ["cron", "every", "at"].filter(scope.has)
    guard let kind = kinds.first else {
      self.problems.add(scope.node.problem("\(subject) has no time; expected cron, every or at"))
      return nil
    }
    if kinds.count > 1 {
      let place = scope.keyNode(kinds[1]) ?? scope.node
      self.problems.add(place.problem("\(subject) has both \"\(kinds[0])\" and \"\(kinds[1])\"; expected one of them"))
      return nil
    }
    if kind != "cron" { self.refuse(["dialect", "gap", "fold"], in: scope, "is for cron expressions") }
    if kind == "at" { self.refuse(["from", "until"], in: scope, "is for jobs that repeat") }
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
      case "cron": self.cron(scope, zone).map { ConfigReader.bounded($0, start, end) }
      case "every": self.interval(scope, start).map { ConfigReader.bounded($0, nil, end) }
      default: scope.value("at") { text throws(SyntaxProblem) in .at(try ConfigTime.parse(text, in: zone)) }
      }
    return trigger.map { ($0, zone.identifier) }
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
      do {
        return try Trigger.cron(
          text, dialect: dialect ?? ConfigReader.defaultDialect, in: zone.identifier, gap: gap ?? .auto,
          fold: fold ?? .auto)
      } catch let error as TriggerParseError {
        throw SyntaxProblem(column: error.column, message: error.summary)
      } catch {
        throw SyntaxProblem(column: 1, message: ConfigReader.clause(String(describing: error)))
      }
    }
  }

  /// The library's own default.
  static let defaultDialect = CronDialect.ocps

  private func interval(_ scope: ConfigScope, _ start: Instant?) -> Trigger? {
    scope.value("every") { text throws(SyntaxProblem) in
      let interval = try DurationText.parse(text)
      do throws(TriggerError) {
        return try Trigger.every(interval, startingAt: start?.date)
      } catch {
        throw SyntaxProblem(column: 1, message: ConfigReader.clause(error.description))
      }
    }
  }
}
#endif
