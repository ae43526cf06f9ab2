#if CommandLine
import Almanac
import ArgumentParser

/// How an expression is read, and how far ahead is looked.
struct ExpressionOptions: ParsableArguments {
  @Option(help: "The language of the expression: \(TriggerQuestion.dialects.joined(separator: ", ")).")
  var dialect = ConfigReader.defaultDialect.rawValue

  @Option(name: .customLong("tz"), help: ArgumentHelp("The zone in which the expression is read.", valueName: "zone"))
  var zone = "UTC"

  @Option(help: ArgumentHelp("The instant after which to look, as RFC 3339; now if not given.", valueName: "time"))
  var from: String?

  @Option(help: "How many fire times to print.")
  var count = 5

  func validate() throws {
    guard (0...TriggerQuestion.largestCount).contains(self.count) else {
      throw ValidationError("--count must be 0 to \(TriggerQuestion.largestCount).")
    }
  }

  /// The trigger that an expression says, the zone that it is read in, and when it fires.
  func read(_ expression: String) throws -> (trigger: Trigger, zone: ZoneRules, fires: Fires) {
    let trigger: Trigger
    let zone: ZoneRules
    do {
      zone = try ZoneDatabase.system.zone(self.zone)
      // Some dialects are written as JSON objects.
      let spec: JSONValue =
        expression.hasPrefix("{") ? try JSONReader.value(in: Array(expression.utf8)) : .string(expression)
      trigger = try TriggerQuestion.trigger(dialect: self.dialect, spec: spec, zone: self.zone)
    } catch {
      throw CommandFailure(.dataError, String(describing: error))
    }
    return (trigger, zone, Fires(of: trigger, after: try self.start(), count: self.count))
  }

  private func start() throws -> Instant {
    guard let from else { return SystemClock().now() }
    guard let instant = Instant(rfc3339: from) else {
      throw CommandFailure(
        .usage, "--from must be an RFC 3339 timestamp such as 2026-01-31T09:30:00Z, not \"\(VisibleText.line(from))\"")
    }
    return instant
  }
}

extension Fires {
  /// One line for each, and a word where there are fewer than were asked for.
  func print(_ time: LocalTime, indent: String = "", to console: Console) {
    for fire in self.all { console.print("\(indent)\(time.text(fire))  \(Fires.weekday(of: fire, in: time.zone))") }
    guard self.isExhausted else { return }
    console.complain(self.all.isEmpty ? "It never fires." : "There are no further fire times.")
  }
}
#endif
