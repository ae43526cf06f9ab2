import Almanac

/// Reads JSON text (RFC 8259) of one value, by bytes and in one pass.
///
/// Of its own rather than Foundation's: lines of questions are read by the ten thousand, and what is wrong with one is told with its
/// column. Nesting is limited, so that no text can exhaust the stack.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  private static let deepest = 128

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The value that is the whole text.
  static func value(in bytes: some Collection<UInt8>) throws(SyntaxProblem) -> JSONValue {
    let result: Result<JSONValue, SyntaxProblem>? = bytes.withContiguousStorageIfAvailable { JSONReader.whole($0) }
    return try (result ?? Array(bytes).withUnsafeBufferPointer { JSONReader.whole($0) }).get()
  }

  private static func whole(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, SyntaxProblem> {
    var reader = JSONReader(bytes)
    do throws(SyntaxProblem) {
      let value = try reader.value()
      reader.skipBlanks()
      if reader.position < bytes.count { throw reader.problem("something follows the value") }
      return .success(value)
    } catch {
      return .failure(error)
    }
  }

  private func problem(_ message: String) -> SyntaxProblem {
    // Columns count characters as people see them; a byte of the UTF-8 form that begins none is not counted.
    let column = self.bytes.prefix(self.position).reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return SyntaxProblem(column: column, message: message)
  }

  private var peek: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

  private mutating func skipBlanks() {
    while let byte = self.peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { self.position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard self.peek == byte else { return false }
    self.position += 1
    return true
  }

  private mutating func value() throws(SyntaxProblem) -> JSONValue {
    self.skipBlanks()
    guard let first = self.peek else { throw self.problem("the text ends where a value is expected") }
    switch first {
    case UInt8(ascii: "{"): return try self.nested { reader throws(SyntaxProblem) in try reader.object() }
    case UInt8(ascii: "["): return try self.nested { reader throws(SyntaxProblem) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try self.string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number()
    case UInt8(ascii: "t"): return try self.word("true", .bool(true))
    case UInt8(ascii: "f"): return try self.word("false", .bool(false))
    case UInt8(ascii: "n"): return try self.word("null", .null)
    default: throw self.problem("no JSON value begins like this")
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(SyntaxProblem) -> JSONValue
  ) throws(SyntaxProblem) -> JSONValue {
    guard self.depth < JSONReader.deepest else { throw self.problem("values are nested too deeply") }
    self.depth += 1
    let value = try body(&self)
    self.depth -= 1
    return value
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(SyntaxProblem) -> JSONValue {
    for index in 0..<word.utf8CodeUnitCount where !self.take(word.utf8Start[index]) {
      throw self.problem("expected \(word)")
    }
    return value
  }

  private mutating func object() throws(SyntaxProblem) -> JSONValue {
    self.position += 1
    var members: [String: JSONValue] = [:]
    self.skipBlanks()
    if self.take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      self.skipBlanks()
      guard self.peek == UInt8(ascii: "\"") else { throw self.problem("expected the name of a member") }
      let name = try self.string()
      self.skipBlanks()
      guard self.take(UInt8(ascii: ":")) else { throw self.problem("expected a colon") }
      members[name] = try self.value()
      self.skipBlanks()
      if self.take(UInt8(ascii: "}")) { return .object(members) }
      guard self.take(UInt8(ascii: ",")) else { throw self.problem("expected a comma or the end of the object") }
    }
  }

  private mutating func array() throws(SyntaxProblem) -> JSONValue {
    self.position += 1
    var elements: [JSONValue] = []
    self.skipBlanks()
    if self.take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try self.value())
      self.skipBlanks()
      if self.take(UInt8(ascii: "]")) { return .array(elements) }
      guard self.take(UInt8(ascii: ",")) else { throw self.problem("expected a comma or the end of the array") }
    }
  }

  private mutating func number() throws(SyntaxProblem) -> JSONValue {
    let start = self.position
    var isWhole = true
    _ = self.take(UInt8(ascii: "-"))
    let first = self.peek
    guard self.digits() > 0 else { throw self.problem("expected a digit") }
    if first == UInt8(ascii: "0"), self.position - start > (self.bytes[start] == UInt8(ascii: "-") ? 2 : 1) {
      throw self.problem("a number does not begin with 0")
    }
    if self.take(UInt8(ascii: ".")) {
      isWhole = false
      guard self.digits() > 0 else { throw self.problem("expected a digit") }
    }
    if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
      isWhole = false
      if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
      guard self.digits() > 0 else { throw self.problem("expected a digit") }
    }
    let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw self.problem("the number is too large") }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = self.position
    while let byte = self.peek, byte >= 0x30, byte <= 0x39 { self.position += 1 }
    return self.position - start
  }

  private mutating func string() throws(SyntaxProblem) -> String {
    self.position += 1
    let start = self.position
    // Most strings hold no escape and are taken as they lie.
    while let byte = self.peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      self.position += 1
    }
    if self.peek == UInt8(ascii: "\"") {
      defer { self.position += 1 }
      return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }
    var text = Array(self.bytes[start..<self.position])
    while let byte = self.peek {
      switch byte {
      case UInt8(ascii: "\""):
        self.position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        self.position += 1
        try self.escape(into: &text)
      case 0..<0x20: throw self.problem("a control character in a string must be escaped")
      default:
        text.append(byte)
        self.position += 1
      }
    }
    throw self.problem("the string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(SyntaxProblem) {
    guard let byte = self.peek else { throw self.problem("the string does not end") }
    self.position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = try self.hexadecimal()
      if (0xD800..<0xDC00).contains(scalar), self.position + 1 < self.bytes.count,
        self.bytes[self.position] == UInt8(ascii: "\\"), self.bytes[self.position + 1] == UInt8(ascii: "u")
      {
        self.position += 2
        let low = try self.hexadecimal()
        scalar =
          (0xDC00..<0xE000).contains(low) ? 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00) : 0xFFFD
      }
      // Half of a surrogate pair is no character.
      text.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    default:
      self.position -= 1
      throw self.problem("there is no such escape")
    }
  }

  private mutating func hexadecimal() throws(SyntaxProblem) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = self.peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw self.problem("expected four hexadecimal digits")
      }
      value = value << 4 + UInt32(digit)
      self.position += 1
    }
    return value
  }
}
