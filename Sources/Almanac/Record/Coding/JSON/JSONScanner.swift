/// Takes a JSON text apart; see ``JSONText``.
struct JSONScanner {
  private typealias Refused = JSONText.Refused

  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var nodes: [JSONText.Node] = []

  /// Deeper than anything that is stored.
  private static let maximumDepth = 32

  /// - Parameter bytes: valid UTF-8, for as long as this scans.
  init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  mutating func scanAll() throws -> [JSONText.Node] {
    self.nodes.reserveCapacity(self.bytes.count / 8 + 8)
    try self.scan(depth: 0)
    self.skipSpace()
    guard self.place == self.bytes.count else { throw Refused() }
    return self.nodes
  }

  /// The first eight bytes of a name as a number.
  static func order(of name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var order: UInt64 = 0
    for byte in name.prefix(8) { order = order << 8 | UInt64(byte) }
    return order
  }

  private mutating func skipSpace() {
    while self.place < self.bytes.count, self.bytes[self.place] <= 0x20 {
      switch self.bytes[self.place] {
      case 0x20, 0x0A, 0x0D, 0x09: self.place += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    self.skipSpace()
    guard self.place < self.bytes.count, self.bytes[self.place] == byte else { return false }
    self.place += 1
    return true
  }

  private mutating func scan(depth: Int) throws {
    self.skipSpace()
    guard self.place < self.bytes.count, depth < JSONScanner.maximumDepth else { throw Refused() }
    switch self.bytes[self.place] {
    case UInt8(ascii: "{"): try self.scanList(.object, end: UInt8(ascii: "}"), depth: depth)
    case UInt8(ascii: "["): try self.scanList(.array, end: UInt8(ascii: "]"), depth: depth)
    case UInt8(ascii: "\""): try self.scanText()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.scanInteger()
    case UInt8(ascii: "t"): try self.scanWord("true", .yes)
    case UInt8(ascii: "f"): try self.scanWord("false", .no)
    case UInt8(ascii: "n"): try self.scanWord("null", .null)
    default: throw Refused()
    }
  }

  private mutating func scanList(_ kind: JSONText.Kind, end: UInt8, depth: Int) throws {
    let index = self.nodes.count
    self.append(kind, self.place, self.place, 0)
    self.place += 1
    if !self.take(end) {
      repeat {
        if kind == .object { try self.scanName(of: index) }
        try self.scan(depth: depth + 1)
      } while self.take(UInt8(ascii: ","))
      guard self.take(end) else { throw Refused() }
    }
    self.nodes[index].end = self.place
    self.nodes[index].next = self.nodes.count
  }

  private mutating func scanName(of object: Int) throws {
    self.skipSpace()
    guard self.place < self.bytes.count, self.bytes[self.place] == UInt8(ascii: "\"") else { throw Refused() }
    let index = self.nodes.count
    try self.scanText()
    guard self.nodes[index].kind == .text, self.take(UInt8(ascii: ":")) else { throw Refused() }
    let name = UnsafeBufferPointer(rebasing: self.bytes[self.nodes[index].start..<self.nodes[index].end])
    let order = JSONScanner.order(of: name)
    self.nodes[index].number = order
    // Which of two members of one name counts is not ours to say.
    var other = object + 1
    while other < index {
      if self.nodes[other].number == order,
        self.bytes[self.nodes[other].start..<self.nodes[other].end].elementsEqual(name)
      {
        throw Refused()
      }
      other = self.nodes[other + 1].next
    }
  }

  private mutating func scanText() throws {
    self.place += 1
    let start = self.place
    var kind = JSONText.Kind.text
    while self.place < self.bytes.count, self.bytes[self.place] != UInt8(ascii: "\"") {
      if self.bytes[self.place] < 0x20 { throw Refused() }
      if self.bytes[self.place] == UInt8(ascii: "\\") {
        kind = .escapedText
        self.place += 1
      }
      self.place += 1
    }
    guard self.place < self.bytes.count else { throw Refused() }
    self.append(kind, start, self.place, 0)
    self.place += 1
  }

  private mutating func scanInteger() throws {
    let start = self.place
    let isNegative = self.bytes[self.place] == UInt8(ascii: "-")
    if isNegative { self.place += 1 }
    let first = self.place
    var magnitude: UInt64 = 0
    while self.place < self.bytes.count, case let digit = self.bytes[self.place] &- UInt8(ascii: "0"), digit < 10 {
      let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      if overflow || carry { throw Refused() }
      magnitude = sum
      self.place += 1
    }
    let after = self.place < self.bytes.count ? self.bytes[self.place] : 0
    let hasFraction = after == UInt8(ascii: ".") || after == UInt8(ascii: "e") || after == UInt8(ascii: "E")
    let hasLeadingZero = self.place > first + 1 && self.bytes[first] == UInt8(ascii: "0")
    let most = UInt64(Int64.max) + (isNegative ? 1 : 0)
    // Minus zero is a number of its own among those that are no integers.
    guard self.place > first, !hasFraction, !hasLeadingZero, magnitude <= most, magnitude > 0 || !isNegative else {
      throw Refused()
    }
    self.append(.integer, start, self.place, isNegative ? 0 &- magnitude : magnitude)
  }

  private mutating func scanWord(_ word: StaticString, _ kind: JSONText.Kind) throws {
    let start = self.place
    let isThere = word.withUTF8Buffer { self.bytes[start...].starts(with: $0) }
    guard isThere else { throw Refused() }
    self.place += word.utf8CodeUnitCount
    self.append(kind, start, self.place, 0)
  }

  private mutating func append(_ kind: JSONText.Kind, _ start: Int, _ end: Int, _ number: UInt64) {
    self.nodes.append(
      JSONText.Node(kind: kind, start: start, end: end, next: self.nodes.count + 1, number: number))
  }
}
