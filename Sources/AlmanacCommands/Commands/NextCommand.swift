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

  @OptionGroup var reading: ExpressionOptions

  @Flag(help: "Answers questions from standard input, one JSON object a line.")
  var jsonl = false

  @OptionGroup var output: FormatOptions

  func validate() throws {
    if self.jsonl {
      if self.expression != nil { throw ValidationError("With --jsonl, expressions come from standard input.") }
    } else if self.expression == nil {
      throw ValidationError("The expression is missing.")
    }
  }

  func run() async throws {
    if self.jsonl { return self.answerQuestions() }
    guard let expression = self.expression else { return }
    let console = Console.current
    let (_, zone, fires) = try self.reading.read(expression)
    switch self.output.format {
    case .text: fires.print(LocalTime(zone: zone), to: console)
    case .json:
      let texts = fires.all.map { JSONValue.string($0.rfc3339(in: zone)) }
      console.print(JSONWriter.line(["fires": .array(texts), "exhausted": .bool(fires.isExhausted)]))
    }
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
