#if CommandLine
import Almanac
import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct NextCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Prints the next fire times of an expression.",
    discussion: """
      With --jsonl, questions are read from standard input, one JSON object a line, and each is answered with one line:
        {"id": 1, "dialect": "crontab", "spec": "0 4 * * *", "tz": "Asia/Tokyo", "from": "2026-01-01T00:00:00Z", "count": 2}
        {"exhausted":false,"fires":["2026-01-01T04:00:00+09:00", …],"id":1}
        {"column":1,"error":"…","id":1}
      """)

  @Argument(help: "The expression, such as \"0 9 * * MON-FRI\".")
  var expression: String?

  @Option(help: "The language of the expression: \(TriggerQuestion.dialects.joined(separator: ", ")).")
  var dialect = ConfigReader.defaultDialect.rawValue

  @Option(name: .customLong("tz"), help: ArgumentHelp("The zone in which the expression is read.", valueName: "zone"))
  var zone = "UTC"

  @Option(help: ArgumentHelp("The instant after which to look, as RFC 3339; now if not given.", valueName: "time"))
  var from: String?

  @Option(help: "How many fire times to print.")
  var count = 5

  @Flag(help: "Answers questions from standard input, one JSON object a line.")
  var jsonl = false

  @OptionGroup var output: FormatOptions

  func validate() throws {
    if self.jsonl {
      if self.expression != nil { throw ValidationError("With --jsonl, expressions come from standard input.") }
    } else if self.expression == nil {
      throw ValidationError("The expression is missing.")
    }
    guard (0...TriggerQuestion.largestCount).contains(self.count) else {
      throw ValidationError("--count must be 0 to \(TriggerQuestion.largestCount).")
    }
  }

  func run() async throws {
    if self.jsonl { return self.answerQuestions() }
    guard let expression = self.expression else { return }
    let console = Console.current
    let trigger: Trigger
    let zone: ZoneRules
    do {
      zone = try ZoneDatabase.system.zone(self.zone)
      trigger = try TriggerQuestion.trigger(
        dialect: self.dialect, spec: try NextCommand.spec(expression), zone: self.zone)
    } catch {
      throw CommandFailure(.dataError, String(describing: error))
    }
    let fires = Fires(of: trigger, after: try self.start(), count: self.count)
    switch self.output.format {
    case .text:
      let time = LocalTime(zone: zone)
      for fire in fires.all { console.print("\(time.text(fire))  \(Fires.weekday(of: fire, in: zone))") }
      if fires.isExhausted {
        console.complain(fires.all.isEmpty ? "It never fires." : "There are no further fire times.")
      }
    case .json:
      let texts = fires.all.map { JSONValue.string($0.rfc3339(in: zone)) }
      console.print(JSONWriter.line(["fires": .array(texts), "exhausted": .bool(fires.isExhausted)]))
    }
  }

  /// Some dialects are written as JSON objects.
  private static func spec(_ expression: String) throws(SyntaxProblem) -> JSONValue {
    guard expression.hasPrefix("{") else { return .string(expression) }
    return try JSONReader.value(in: Array(expression.utf8))
  }

  private func start() throws -> Instant {
    guard let from else { return SystemClock().now() }
    guard let instant = Instant(rfc3339: from) else {
      throw CommandFailure(
        .usage, "--from must be an RFC 3339 timestamp such as 2026-01-31T09:30:00Z, not \"\(VisibleText.line(from))\"")
    }
    return instant
  }

  /// Reads and writes in pieces, so that neither a slow line nor ten thousand quick ones are waited for one by one.
  private func answerQuestions() {
    var stream = QuestionStream()
    while let chunk = StandardStream.read(1 << 16, from: STDIN_FILENO) {
      guard NextCommand.write(stream.answers(to: chunk)) else { return }
    }
    _ = NextCommand.write(stream.finish())
  }

  private static func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { StandardStream.write($0, to: STDOUT_FILENO) }
  }
}
#endif
