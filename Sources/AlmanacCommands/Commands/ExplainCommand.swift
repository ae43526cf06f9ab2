#if CommandLine
import Almanac
import ArgumentParser

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells in words what an expression says, and when it fires next.")

  @Argument(help: "The expression, such as \"0 9 * * MON-FRI\".")
  var expression: String

  @OptionGroup var reading: ExpressionOptions

  @Option(name: .customLong("lang"), help: "The language of the explanation: en or zh.")
  var language = ExplanationLanguage.english

  @OptionGroup var output: FormatOptions

  func run() async throws {
    let (trigger, zone, fires) = try self.reading.read(self.expression)
    let console = Console.current
    switch self.output.format {
    case .text: self.printText(trigger, zone, fires, to: console)
    case .json: console.print(JSONWriter.line(self.json(trigger, zone, fires)))
    }
  }

  private func printText(_ trigger: Trigger, _ zone: ZoneRules, _ fires: Fires, to console: Console) {
    console.print(VisibleText.line(trigger.explanation(in: self.language)))
    console.print("  zone: \(trigger.zones.isEmpty ? "none" : trigger.zones.joined(separator: ", "))")
    if let policies = trigger.clockPolicies {
      console.print("  gap: \(policies.gap.rawValue), fold: \(policies.fold.rawValue)")
    }
    fires.print(LocalTime(zone: zone), indent: "  ", to: console)
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
