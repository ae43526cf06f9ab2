/// Writes JSON straight down, as the stored form has it: no white space, no escapes but those that JSON demands, and members in the order of their
/// names, which is the order in which the caller names them.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  init() { self.bytes.reserveCapacity(512) }

  // MARK: Structure

  mutating func beginObject() { self.begin(UInt8(ascii: "{")) }
  mutating func endObject() { self.end(UInt8(ascii: "}")) }
  mutating func beginArray() { self.begin(UInt8(ascii: "[")) }
  mutating func endArray() { self.end(UInt8(ascii: "]")) }

  private mutating func begin(_ bracket: UInt8) {
    self.bytes.append(bracket)
    self.isFirst = true
  }

  private mutating func end(_ bracket: UInt8) {
    self.bytes.append(bracket)
    self.isFirst = false
  }

  /// To be called before each element of an array.
  mutating func separate() {
    if !self.isFirst { self.bytes.append(UInt8(ascii: ",")) }
    self.isFirst = false
  }

  /// The name of a member of the format, which needs no escapes; its value follows.
  mutating func name(_ name: StaticString) {
    self.separate()
    self.bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    self.bytes.append(UInt8(ascii: "\""))
    self.bytes.append(UInt8(ascii: ":"))
  }

  // MARK: Members

  mutating func member(_ name: StaticString, _ value: Int64) {
    self.name(name)
    self.integer(value)
  }

  mutating func member(_ name: StaticString, _ value: Instant) { self.member(name, value.microsecondsSinceEpoch) }

  mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    self.text(value)
  }

  mutating func member(_ name: StaticString, _ values: [String]) {
    self.name(name)
    self.beginArray()
    for value in values {
      self.separate()
      self.text(value)
    }
    self.endArray()
  }

  // Left out where there is nothing to say.

  mutating func optional(_ name: StaticString, _ value: Instant?) { if let value { self.member(name, value) } }
  mutating func optional(_ name: StaticString, _ value: String?) { if let value { self.member(name, value) } }
  mutating func optional(_ name: StaticString, _ values: [String]) { if !values.isEmpty { self.member(name, values) } }
  mutating func unlessZero(_ name: StaticString, _ value: Int64) { if value != 0 { self.member(name, value) } }

  /// As text where they are UTF-8, else as base64 under the other name.
  mutating func optional(_ name: StaticString, base64: StaticString, _ bytes: [UInt8]?) {
    guard let bytes else { return }
    if let text = String(validating: bytes, as: UTF8.self) {
      self.member(name, text)
    } else {
      self.member(base64, Base64.encode(bytes))
    }
  }

  // MARK: Values

  mutating func integer(_ value: Int64) {
    if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
    let start = self.bytes.count
    var rest = value.magnitude
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      self.bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest > 0
    self.bytes[start...].reverse()
  }

  mutating func text(_ value: String) {
    self.bytes.append(UInt8(ascii: "\""))
    var value = value
    let isPlain = value.withUTF8 { text in
      // Nearly every text is; so it is looked through first, and copied whole.
      for byte in text where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
      self.bytes.append(contentsOf: text)
      return true
    }
    if !isPlain { for byte in value.utf8 { self.escaped(byte) } }
    self.bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): self.bytes.append(contentsOf: #"\""#.utf8)
    case UInt8(ascii: "\\"): self.bytes.append(contentsOf: #"\\"#.utf8)
    case 0x08: self.bytes.append(contentsOf: #"\b"#.utf8)
    case 0x09: self.bytes.append(contentsOf: #"\t"#.utf8)
    case 0x0A: self.bytes.append(contentsOf: #"\n"#.utf8)
    case 0x0C: self.bytes.append(contentsOf: #"\f"#.utf8)
    case 0x0D: self.bytes.append(contentsOf: #"\r"#.utf8)
    case 0..<0x20:
      self.bytes.append(contentsOf: #"\u00"#.utf8)
      for digit in [byte >> 4, byte & 15] {
        self.bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    default: self.bytes.append(byte)
    }
  }

  /// Answers false, with the text left unfinished, where the value holds a number with a fraction, of which there are several spellings.
  mutating func value(_ json: JSONValue) -> Bool {
    switch json {
    case .null: self.bytes.append(contentsOf: "null".utf8)
    case .bool(let value): self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): self.integer(value)
    case .number: return false
    case .string(let value): self.text(value)
    case .array(let elements):
      self.beginArray()
      for element in elements {
        self.separate()
        guard self.value(element) else { return false }
      }
      self.endArray()
    case .object(let members):
      self.beginObject()
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        self.separate()
        self.text(name)
        self.bytes.append(UInt8(ascii: ":"))
        guard self.value(value) else { return false }
      }
      self.endObject()
    }
    return true
  }

  /// Takes in what was written before.
  mutating func written(_ bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }
}
