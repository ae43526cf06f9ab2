/// The reading of TZif files, the compiled form of the IANA time zone data (RFC 9636).
///
/// Reading is total: any bytes give either zone rules or a ``TZifError`` that says what is wrong at which byte. No
/// count in the file is trusted before it was held against the file's length, so memory stays proportional to the input.
enum TZif {
  /// The rules that the bytes of a TZif file of version 1 to 4 describe.
  static func rules(
    from bytes: [UInt8], identifier: String, release: ZoneRelease? = nil
  ) throws(TZifError) -> ZoneRules {
    var reader = TZifReader(bytes: bytes)
    let first = try reader.header()
    guard first.version >= 2 else {
      let block = try reader.dataBlock(first, wordSize: 4)
      return ZoneRules(
        identifier: identifier, initialOffset: block.initialOffset, transitions: block.transitions, rule: nil,
        release: release)
    }
    // From version 2 on, the first block is there for old readers only; all the truth is in the second.
    try reader.skipDataBlock(first)
    let second = try reader.header()
    let block = try reader.dataBlock(second, wordSize: 8)
    let rule = try reader.footer()
    return ZoneRules(
      identifier: identifier, initialOffset: block.initialOffset, transitions: block.transitions, rule: rule,
      release: release)
  }
}

/// Why bytes are no TZif file.
public struct TZifError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bytes before the place.
  public var offset: Int
  /// What is wrong there.
  public var problem: String

  public var description: String { "Not a valid TZif file: \(problem) at byte \(offset)." }
}

private struct TZifReader {
  struct Header {
    var version: Int
    var utcIndicators: Int
    var standardIndicators: Int
    var leapSeconds: Int
    var transitions: Int
    var types: Int
    var abbreviationBytes: Int
  }

  let bytes: [UInt8]
  var position = 0

  func failure(_ problem: String, at offset: Int? = nil) -> TZifError {
    TZifError(offset: offset ?? position, problem: problem)
  }

  mutating func take(_ count: Int, for what: String) throws(TZifError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw failure("the file ends within \(what), \(count - (bytes.count - position)) bytes short", at: bytes.count)
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// A big-endian two's-complement integer of at most eight bytes.
  func integer(_ slice: ArraySlice<UInt8>) -> Int64 {
    var value: Int64 = slice.first.map { $0 >= 0x80 ? -1 : 0 } ?? 0
    for byte in slice { value = value << 8 | Int64(byte) }
    return value
  }

  mutating func header() throws(TZifError) -> Header {
    let start = position
    guard try Array(take(4, for: "the header")) == Array("TZif".utf8) else {
      throw failure("'TZif' is missing", at: start)
    }
    let versionByte = try take(1, for: "the header").first ?? 0
    // A later version than 4 keeps to the layout of version 2, as every one since then has.
    let version = versionByte == 0 ? 1 : Int(versionByte) - 0x30
    guard version >= 1, version <= 9 else { throw failure("unknown version", at: start + 4) }
    _ = try take(15, for: "the header")
    var counts: [Int] = []
    for _ in 0..<6 { counts.append(Int(integer(try take(4, for: "the header")))) }
    // The counts are unsigned; one that reads as negative is larger than any file.
    guard counts.allSatisfy({ $0 >= 0 }) else { throw failure("a count beyond the size of the file", at: start + 20) }
    let header = Header(
      version: version, utcIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2],
      transitions: counts[3], types: counts[4], abbreviationBytes: counts[5])
    guard header.types > 0 else { throw failure("no local time type", at: start + 36) }
    return header
  }

  private func length(_ header: Header, wordSize: Int) -> Int {
    // Six counts below 2^31 times at most 12: the sum is far below 2^63.
    header.transitions * (wordSize + 1) + header.types * 6 + header.abbreviationBytes
      + header.leapSeconds * (wordSize + 4) + header.standardIndicators + header.utcIndicators
  }

  mutating func skipDataBlock(_ header: Header) throws(TZifError) {
    _ = try take(length(header, wordSize: 4), for: "the first data block")
  }

  mutating func dataBlock(
    _ header: Header, wordSize: Int
  ) throws(TZifError) -> (initialOffset: Int32, transitions: [ZoneTransition]) {
    let start = position
    guard header.leapSeconds == 0 else {
      throw failure("the file counts leap seconds (a 'right' zone), but instants here are POSIX time", at: start)
    }
    let block = try take(length(header, wordSize: wordSize), for: "the data block")
    let times = block.prefix(header.transitions * wordSize)
    let indices = block.dropFirst(times.count).prefix(header.transitions)
    let typeBytes = block.dropFirst(times.count + indices.count).prefix(header.types * 6)

    var offsets: [Int32] = []
    offsets.reserveCapacity(header.types)
    for type in 0..<header.types {
      let at = typeBytes.startIndex + type * 6
      let offset = integer(typeBytes[at..<at + 4])
      // RFC 9636 wants more than -25 and less than 26 hours; beyond that no civil arithmetic here is meant to hold.
      guard offset > -25 * 3_600, offset < 26 * 3_600 else { throw failure("an offset of \(offset) seconds", at: at) }
      offsets.append(Int32(offset))
    }
    var transitions: [ZoneTransition] = []
    transitions.reserveCapacity(header.transitions)
    for number in 0..<header.transitions {
      let at = times.startIndex + number * wordSize
      let time = integer(times[at..<at + wordSize])
      guard time.magnitude <= 1 << 60 else {
        throw failure("a transition beyond all time", at: at)
      }
      let typeAt = indices.startIndex + number
      let type = Int(bytes[typeAt])
      guard type < offsets.count else { throw failure("local time type \(type) of \(offsets.count)", at: typeAt) }
      if let last = transitions.last, time <= last.at {
        throw failure("a transition that is not later than the one before it", at: at)
      }
      transitions.append(
        ZoneTransition(at: time, before: transitions.last?.offset ?? offsets[0], offset: offsets[type]))
    }
    return (offsets[0], transitions)
  }

  /// The rule between the two line feeds at the end; nil where there is none.
  mutating func footer() throws(TZifError) -> PosixZoneRule? {
    guard try take(1, for: "the footer").first == 0x0A else {
      throw failure("a line feed must begin the footer", at: position - 1)
    }
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw failure("no line feed ends the footer", at: bytes.count)
    }
    let text = bytes[position..<end]
    guard !text.isEmpty else { return nil }
    do throws(PosixZoneRule.ParseFailure) {
      return try PosixZoneRule(parsing: text)
    } catch {
      throw failure("the footer needs \(error.expected)", at: position + error.offset)
    }
  }
}
