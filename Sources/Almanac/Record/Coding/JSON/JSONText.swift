/// A JSON text, taken apart in one pass: where each value begins and ends, in one flat list.
///
/// It knows what the stored form is made of, and that strictly. Whatever else JSON allows or forbids (numbers that are no integers, code
/// points that need not be escaped and are, a name that comes twice) is refused, and `JSONDecoder` asked instead; it also says what is wrong with a text.
final class JSONText {
  struct Refused: Error {}

  enum Kind: UInt8 { case object, array, text, escapedText, integer, yes, no, null }

  struct Node {
    var kind: Kind
    /// Where its bytes are; of a text those between the quotes.
    var start: Int
    var end: Int
    /// The node after it and all that is in it. In an object a member is two nodes: its name, then its value.
    var next: Int
    /// Of a name: its first bytes. Of an integer: its bits.
    var number: UInt64
  }

  let bytes: [UInt8]
  let nodes: [Node]

  init(_ bytes: [UInt8]) throws {
    // Once for all of it: what lies between texts is ASCII, or refused.
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Refused() }
    self.bytes = bytes
    self.nodes = try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(bytes: buffer)
      return try scanner.scanAll()
    }
  }

  func integer(_ index: Int) throws -> Int64 {
    guard self.nodes[index].kind == .integer else { throw Refused() }
    return Int64(bitPattern: self.nodes[index].number)
  }

  func text(_ index: Int) throws -> String {
    let slice = self.bytes[self.nodes[index].start..<self.nodes[index].end]
    switch self.nodes[index].kind {
    case .text: return String(decoding: slice, as: UTF8.self)
    case .escapedText: return String(decoding: try JSONText.withoutEscapes(slice), as: UTF8.self)
    default: throw Refused()
    }
  }

  /// Of code points that are escaped by number it knows those that have to be, which are below a space.
  private static func withoutEscapes(_ slice: ArraySlice<UInt8>) throws -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(slice.count)
    var rest = slice
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        continue
      }
      switch rest.popFirst() {
      case let plain? where plain == UInt8(ascii: "\"") || plain == UInt8(ascii: "\\") || plain == UInt8(ascii: "/"):
        text.append(plain)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "u"):
        guard rest.starts(with: "00".utf8), let code = UInt8(hexDigits: rest.dropFirst(2).prefix(2)), code < 0x20 else {
          throw Refused()
        }
        text.append(code)
        rest = rest.dropFirst(4)
      default: throw Refused()
      }
    }
    return text
  }

  /// The first nodes of the elements of an array.
  func elements(_ index: Int) throws -> [Int] {
    guard self.nodes[index].kind == .array else { throw Refused() }
    var elements: [Int] = []
    var element = index + 1
    while element < self.nodes[index].next {
      elements.append(element)
      element = self.nodes[element].next
    }
    return elements
  }

  func value(_ index: Int) throws -> JSONValue {
    let node = self.nodes[index]
    switch node.kind {
    case .null: return .null
    case .yes, .no: return .bool(node.kind == .yes)
    case .integer: return .integer(Int64(bitPattern: node.number))
    case .text, .escapedText: return .string(try self.text(index))
    case .array: return .array(try self.elements(index).map { try self.value($0) })
    case .object:
      var members: [String: JSONValue] = [:]
      var name = index + 1
      while name < node.next {
        members[try self.text(name)] = try self.value(name + 1)
        name = self.nodes[name + 1].next
      }
      return .object(members)
    }
  }
}

/// An object whose members are taken out one by one, so that it shows when there are others.
struct JSONMembers {
  private let text: JSONText
  private let index: Int
  private var left: Int

  init(_ text: JSONText, _ index: Int) throws {
    guard text.nodes[index].kind == .object else { throw JSONText.Refused() }
    self.text = text
    self.index = index
    self.left = 0
    var name = index + 1
    while name < text.nodes[index].next {
      self.left += 1
      name = text.nodes[name + 1].next
    }
  }

  /// The value of a member; nil where it is missing.
  mutating func take(_ name: StaticString) -> Int? {
    name.withUTF8Buffer { name in
      let order = JSONScanner.order(of: name)
      var index = self.index + 1
      while index < self.text.nodes[self.index].next {
        let node = self.text.nodes[index]
        // A name of at most eight bytes is told by them and by its length.
        if node.number == order, node.end - node.start == name.count,
          name.count <= 8 || self.text.bytes[node.start..<node.end].elementsEqual(name)
        {
          self.left -= 1
          return index + 1
        }
        index = self.text.nodes[index + 1].next
      }
      return nil
    }
  }

  /// Nil where it is missing or null.
  mutating func present(_ name: StaticString) -> Int? {
    self.take(name).flatMap { self.text.nodes[$0].kind == .null ? nil : $0 }
  }

  private mutating func required(_ name: StaticString) throws -> Int {
    guard let index = self.take(name) else { throw JSONText.Refused() }
    return index
  }

  mutating func integer(_ name: StaticString) throws -> Int64 { try self.text.integer(try self.required(name)) }
  mutating func text(_ name: StaticString) throws -> String { try self.text.text(try self.required(name)) }
  mutating func instant(_ name: StaticString) throws -> Instant {
    Instant(microsecondsSinceEpoch: try self.integer(name))
  }

  mutating func word<Word: RawRepresentable<String>>(_ name: StaticString) throws -> Word {
    guard let word = Word(rawValue: try self.text(name)) else { throw JSONText.Refused() }
    return word
  }

  mutating func optionalInteger(_ name: StaticString) throws -> Int64? {
    try self.present(name).map { try self.text.integer($0) }
  }

  mutating func optionalInstant(_ name: StaticString) throws -> Instant? {
    try self.optionalInteger(name).map { Instant(microsecondsSinceEpoch: $0) }
  }

  mutating func optionalText(_ name: StaticString) throws -> String? {
    try self.present(name).map { try self.text.text($0) }
  }

  mutating func optionalWord<Word: RawRepresentable<String>>(_ name: StaticString) throws -> Word? {
    try self.optionalText(name).map { text in
      guard let word = Word(rawValue: text) else { throw JSONText.Refused() }
      return word
    }
  }

  /// What is stored as text where it is UTF-8; where it is not, `JSONDecoder` has to be asked.
  mutating func optionalBytes(_ name: StaticString) throws -> [UInt8]? {
    try self.optionalText(name).map { Array($0.utf8) }
  }

  mutating func elements(_ name: StaticString) throws -> [Int] {
    try self.present(name).map { try self.text.elements($0) } ?? []
  }

  mutating func object(_ name: StaticString) throws -> JSONMembers? {
    try self.present(name).map { try JSONMembers(self.text, $0) }
  }

  mutating func value(_ name: StaticString) throws -> JSONValue { try self.text.value(try self.required(name)) }

  func value(at index: Int) throws -> JSONValue { try self.text.value(index) }

  /// The bytes of some members as they stand there, one after the other, as a key to what was made of them.
  mutating func raw(_ names: [StaticString]) -> String {
    var raw: [UInt8] = []
    raw.reserveCapacity(512)
    for name in names {
      if let index = self.take(name) {
        let node = self.text.nodes[index]
        raw.append(node.kind.rawValue)
        raw.append(contentsOf: self.text.bytes[node.start..<node.end])
      }
      // No text of JSON holds this byte.
      raw.append(0x1F)
    }
    return String(decoding: raw, as: UTF8.self)
  }

  /// Nothing is left that nobody asked for.
  func end() throws { if self.left != 0 { throw JSONText.Refused() } }
}

extension UInt8 {
  /// The value of two hexadecimal digits.
  fileprivate init?(hexDigits: some Collection<UInt8>) {
    guard hexDigits.count == 2 else { return nil }
    var value: UInt8 = 0
    for digit in hexDigits {
      guard let number = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt8(number)
    }
    self = value
  }
}
