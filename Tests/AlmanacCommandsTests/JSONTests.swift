#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("JSON lines are read strictly, and a bad line stops nothing")
struct JSONTests {
  private func value(_ text: String) throws(SyntaxProblem) -> JSONValue { try JSONReader.value(in: Array(text.utf8)) }

  @Test("every kind of value is read")
  func values() throws {
    #expect(
      try self.value(#" {"a": [1, -2, 1.5, 1e3, true, false, null], "b\n": "x\u00e9\ud83c\udf89\/\\", "c": {}} "#) == [
        "a": [1, -2, 1.5, 1000.0, true, false, nil], "b\n": "xé🎉/\\", "c": [:],
      ])
    #expect(try self.value("9223372036854775807") == .integer(.max))
    #expect(try self.value("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try self.value(#""\ud800""#) == "\u{FFFD}")
    #expect(try self.value(#"{"a":1,"a":2}"#) == ["a": 2])
  }

  @Test(
    "what is no JSON is told with its column",
    arguments: [
      ("", 1), ("{", 2), ("[1,]", 4), ("{\"a\" 1}", 6), ("01", 3), ("-", 2), ("1.", 3), ("1e", 3), ("nul", 4),
      ("\"a", 3), ("\"\\x\"", 3), ("1 2", 3), ("\"é\" x", 5), ("\"a\u{1}\"", 3), ("1e999", 6),
    ])
  func malformed(_ text: String, _ column: Int) {
    do {
      _ = try self.value(text)
      Issue.record("\(text) was read")
    } catch {
      #expect(error.column == column, "\(text): \(error.message)")
    }
  }

  @Test("nesting without end is refused, not followed")
  func nesting() {
    #expect(throws: SyntaxProblem.self) { try self.value(String(repeating: "[", count: 1_000_000)) }
  }

  @Test("what is written is read again")
  func writing() throws {
    let value: JSONValue = ["b": ["\u{1}\u{7F}\"\\\n\t", 1, 2.5], "a": [:], "c": []]
    #expect(try self.value(JSONWriter.line(value)) == value)
    #expect(try self.value(JSONWriter.indented(value)) == value)
    #expect(JSONWriter.line(value) == #"{"a":{},"b":["\u0001\u007f\"\\\n\t",1,2.5],"c":[]}"#)
  }

  private static let input = """
    {"id": 1, "dialect": "ocps", "spec": "0 4 * * *", "tz": "UTC", "from": "2026-01-01T00:00:00Z", "count": 1}

    {"id": "two", oops
    nonsense
    {"id": 3, "dialect": "ocps", "spec": "0 25 * * *"}
    [1]
    {"id": null, "dialect": "ocps"}
    {"id": 5, "dialect": "ocps", "spec": "0 4 * * *", "from": "2026-01-01T00:00:00Z"}
    """

  private static let answers = """
    {"exhausted":false,"fires":["2026-01-01T04:00:00Z"],"id":1}
    {"column":15,"error":"this is no JSON: expected the name of a member","id":"two"}
    {"column":2,"error":"this is no JSON: expected null","id":null}
    {"column":3,"error":"hour 25 is out of range; expected 0 to 23. Did you mean \\"23\\"?","id":3,"suggestion":"23"}
    {"error":"A question must be a JSON object.","id":null}
    {"error":"The member \\"spec\\" is missing.","id":null}
    {"exhausted":false,"fires":["2026-01-01T04:00:00Z"],"id":5}

    """

  @Test("each line gets its answer, however the input is cut", arguments: [1, 2, 7, 64, 100_000])
  func questions(_ size: Int) {
    var stream = QuestionStream()
    var output: [UInt8] = []
    let bytes = Array(Self.input.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      output += stream.answers(to: Array(bytes[start..<min(start + size, bytes.count)]))
    }
    output += stream.finish()
    #expect(String(decoding: output, as: UTF8.self) == Self.answers)
  }

  @Test("a line that is too long is passed over, and the next one answered")
  func longLine() {
    var stream = QuestionStream()
    var output: [UInt8] = []
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
    for _ in 0..<40 { output += stream.answers(to: chunk) }
    output += stream.answers(to: Array("\n{\"id\":1}\n".utf8))
    output += stream.finish()
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.contains("longer than") ?? false)
    #expect(lines.last?.contains("\"id\":1") ?? false)
  }

  @Test("bytes that are no UTF-8 do no harm")
  func badUTF8() {
    var stream = QuestionStream()
    let output = stream.answers(to: [0x22, 0xFF, 0xFE, 0x22, 0x0A, 0xC3, 0x0A])
    #expect(output.count { $0 == 0x0A } == 2)
  }
}
#endif
