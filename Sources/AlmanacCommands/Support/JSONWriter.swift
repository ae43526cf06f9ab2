import Almanac

/// Writes JSON values as text: members sorted, so that equal values are equal texts, or in an order of the caller's.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// The text of a value on one line.
  static func line(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    writer.write(value)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The text of a value over several lines, indented.
  static func indented(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    writer.write(value, indentation: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  mutating func append(_ byte: UInt8) { self.bytes.append(byte) }

  mutating func removeAll() { self.bytes.removeAll(keepingCapacity: true) }

  /// - Parameter indentation: how deep the value lies; nil to write it on one line.
  mutating func write(_ value: JSONValue, indentation: Int? = nil) {
    switch value {
    case .null: self.bytes.append(contentsOf: "null".utf8)
    case .bool(let value): self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): self.bytes.append(contentsOf: String(value).utf8)
    case .number(let value): self.bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .string(let value): self.write(value)
    case .array(let elements):
      self.list("[", elements, "]", indentation) { $0.write($1, indentation: $2) }
    case .object(let members):
      self.list("{", members.sorted { $0.key < $1.key }, "}", indentation) { writer, member, indentation in
        writer.write(member.key)
        writer.bytes.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
        writer.write(member.value, indentation: indentation)
      }
    }
  }

  private mutating func list<Element>(
    _ opening: String, _ elements: [Element], _ closing: String, _ indentation: Int?,
    _ body: (inout JSONWriter, Element, Int?) -> Void
  ) {
    self.bytes.append(contentsOf: opening.utf8)
    let inner = indentation.map { $0 + 1 }
    for (index, element) in elements.enumerated() {
      if index > 0 { self.bytes.append(UInt8(ascii: ",")) }
      self.breakLine(inner)
      body(&self, element, inner)
    }
    if !elements.isEmpty { self.breakLine(indentation) }
    self.bytes.append(contentsOf: closing.utf8)
  }

  private mutating func breakLine(_ indentation: Int?) {
    guard let indentation else { return }
    self.bytes.append(0x0A)
    self.bytes.append(contentsOf: [UInt8](repeating: 0x20, count: indentation * 2))
  }

  mutating func write(_ text: String) {
    self.bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): self.bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): self.bytes.append(contentsOf: "\\\\".utf8)
      case 0x0A: self.bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: self.bytes.append(contentsOf: "\\r".utf8)
      case 0x09: self.bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        self.bytes.append(contentsOf: ("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
      default: self.bytes.append(byte)
      }
    }
    self.bytes.append(UInt8(ascii: "\""))
  }
}
