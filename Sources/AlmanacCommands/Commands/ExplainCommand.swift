#if CommandLine
import Almanac
import ArgumentParser

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells in words what an expression says, and when it fires next.")

  @Argument(help: "The expression, such as \"0 9 * * MON-FRI\".")
  var expression: String

  @Option(help: "The language of the expression: \(TriggerQuestion.dialects.joined(separator: ", ")).")
  var dialect = ConfigReader.defaultDialect.rawValue

  @Option(name: .customLong("tz"), help: ArgumentHelp("The zone in which the expression is read.", valueName: "zone"))
  var zone = "UTC"

  @Option(name: .customLong("lang"), help: "The language of the explanation: en or zh.")
  var language = ExplanationLanguage.english

  @Option(help: ArgumentHelp("The instant after which to look, as RFC 3339; now if not given.", valueName: "time"))
  var from: String?

  @Option(help: "How many fire times to print.")
  var count = 5

  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard (0...TriggerQuestion.largestCount).contains(self.count) else {
      throw ValidationError("--count must be 0 to \(TriggerQuestion.largestCount).")
    }
  }

  func run() async throws {
    let trigger: Trigger
    let zone: ZoneRules
    do {
      zone = try ZoneDatabase.system.zone(self.zone)
      let spec: JSONValue =
        self.expression.hasPrefix("{")
        ? try JSONReader.value(in: Array(self.expression.utf8)) : .string(self.expression)
      trigger = try TriggerQuestion.trigger(dialect: self.dialect, spec: spec, zone: self.zone)
    } catch {
      throw CommandFailure(.dataError, String(describing: error))
    }
    let fires = Fires(of: trigger, after: try self.start(), count: self.count)
    let console = Console.current
    switch self.output.format {
    case .text: self.printText(trigger, zone, fires, to: console)
    case .json: console.print(JSONWriter.line(self.json(trigger, zone, fires)))
    }
  }

  private func start() throws -> Instant {
    guard let from else { return SystemClock().now() }
    guard let instant = Instant(rfc3339: from) else {
      throw CommandFailure(
        .usage, "--from must be an RFC 3339 timestamp such as 2026-01-31T09:30:00Z, not \"\(VisibleText.line(from))\"")
    }
    return instant
  }

  private func printText(_ trigger: Trigger, _ zone: ZoneRules, _ fires: Fires, to console: Console) {
    console.print(VisibleText.line(trigger.explanation(in: self.language)))
    console.print("  zone: \(trigger.zones.isEmpty ? "none" : trigger.zones.joined(separator: ", "))")
    if let policies = trigger.clockPolicies {
      console.print("  gap: \(policies.gap.rawValue), fold: \(policies.fold.rawValue)")
    }
    let time = LocalTime(zone: zone)
    for fire in fires.all { console.print("  \(time.text(fire))  \(Fires.weekday(of: fire, in: zone))") }
    if fires.isExhausted {
      console.complain(fires.all.isEmpty ? "It never fires." : "There are no further fire times.")
    }
  }

  private func json(_ trigger: Trigger, _ zone: ZoneRules, _ fires: Fires) -> JSONValue {
    var members: [String: JSONValue] = [
      "explanation": .string(trigger.explanation(in: self.language)), "language": .string(self.language.rawValue),
      "kind": trigger.kind.map(JSONValue.string) ?? .null, "zones": .array(trigger.zones.map(JSONValue.string)),
      "fires": .array(fires.all.map { .string($0.rfc3339(in: zone)) }), "exhausted": .bool(fires.isExhausted),
    ]
    if let policies = trigger.clockPolicies {
      members["gap"] = .string(policies.gap.rawValue)
      members["fold"] = .string(policies.fold.rawValue)
    }
    return .object(members)
  }
}

extension ExplanationLanguage: ExpressibleByArgument {}
#endif
