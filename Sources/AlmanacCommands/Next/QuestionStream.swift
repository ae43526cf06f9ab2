import Almanac

/// Answers questions about triggers, one JSON object a line, until the input ends. A bad line gets its error, and the next
/// one its answer.
struct QuestionStream {
  /// A line that was not ended yet.
  private var rest: [UInt8] = []
  private var writer = JSONWriter()

  /// The longest line that is read. A longer one is answered with an error and passed over.
  static let longestLine = 1 << 20

  private var isPassingOver = false

  /// Takes a piece of the input and returns the answers to the lines that end in it.
  mutating func answers(to chunk: [UInt8]) -> [UInt8] {
    self.writer.removeAll()
    var start = 0
    while let end = chunk[start...].firstIndex(of: 0x0A) {
      if self.isPassingOver {
        self.isPassingOver = false
      } else if self.rest.isEmpty {
        self.answer(chunk[start..<end])
      } else {
        self.rest.append(contentsOf: chunk[start..<end])
        self.answer(self.rest[...])
      }
      self.rest.removeAll(keepingCapacity: true)
      start = end + 1
    }
    if !self.isPassingOver { self.rest.append(contentsOf: chunk[start...]) }
    if self.rest.count > QuestionStream.longestLine {
      self.write(["id": .null, "error": .string("the line is longer than \(QuestionStream.longestLine) bytes")])
      self.rest.removeAll()
      self.isPassingOver = true
    }
    return self.writer.bytes
  }

  /// The answer to a last line without a line break.
  mutating func finish() -> [UInt8] {
    self.writer.removeAll()
    if !self.isPassingOver { self.answer(self.rest[...]) }
    self.rest.removeAll()
    return self.writer.bytes
  }

  private mutating func answer(_ line: ArraySlice<UInt8>) {
    guard line.contains(where: { $0 > 0x20 }) else { return }
    self.write(QuestionStream.answer(to: line))
  }

  private mutating func write(_ answer: JSONValue) {
    self.writer.write(answer)
    self.writer.append(0x0A)
  }

  /// The answer to one line, whatever it holds.
  static func answer(to line: ArraySlice<UInt8>) -> JSONValue {
    let json: JSONValue
    do {
      json = try JSONReader.value(in: line)
    } catch {
      return [
        "id": QuestionStream.identifier(in: line), "error": .string("this is no JSON: \(error.message)"),
        "column": .integer(Int64(error.column)),
      ]
    }
    do {
      return try TriggerQuestion(json: json).answer()
    } catch {
      return TriggerQuestion.failure(error, id: json["id"] ?? .null)
    }
  }

  /// The id in a line that is no JSON, if it can be made out; else null.
  private static func identifier(in line: ArraySlice<UInt8>) -> JSONValue {
    let key = Array("\"id\"".utf8)
    var position = line.startIndex
    while position + key.count <= line.endIndex {
      guard line[position..<position + key.count].elementsEqual(key) else {
        position += 1
        continue
      }
      var start = position + key.count
      while start < line.endIndex, line[start] <= 0x20 { start += 1 }
      guard start < line.endIndex, line[start] == UInt8(ascii: ":") else { return .null }
      start += 1
      while start < line.endIndex, line[start] <= 0x20 { start += 1 }
      guard start < line.endIndex else { return .null }
      var end = start + 1
      if line[start] == UInt8(ascii: "\"") {
        while end < line.endIndex, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
        end += 1
      } else {
        while end < line.endIndex, ![0x20, UInt8(ascii: ","), UInt8(ascii: "}")].contains(line[end]) { end += 1 }
      }
      guard end <= line.endIndex, let value = try? JSONReader.value(in: line[start..<end]) else { return .null }
      return value
    }
    return .null
  }
}
