#if Processes
/// The unit of the conversation between a pool and a worker.
///
/// Four bytes with the length of what follows, the highest first; one byte with the kind; four bytes with the length of the header;
/// the header, which is JSON; and what is left is the body, as it is: values and results are not encoded a second time.
struct Frame: Hashable, Sendable {
  var kind: UInt8
  var header: [UInt8]
  var body: [UInt8]

  init(kind: UInt8, header: [UInt8] = [], body: [UInt8] = []) {
    self.kind = kind
    self.header = header
    self.body = body
  }

  /// Bytes of a frame that are there whatever it holds, without the length itself.
  static let overhead = 5

  /// All of it, ready to be sent.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 + self.length)
    bytes.append(number: self.length)
    bytes.append(self.kind)
    bytes.append(number: self.header.count)
    bytes.append(contentsOf: self.header)
    bytes.append(contentsOf: self.body)
    return bytes
  }

  /// What its first four bytes say.
  var length: Int { Self.overhead + self.header.count + self.body.count }
}

/// What came is no frame. There is no way to find the beginning of the next one.
enum FrameProblem: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong(Int, limit: Int)
  case tooShort(Int)
  case headerTooLong(Int, frame: Int)
  case unknownKind(UInt8)
  case unreadableHeader(kind: UInt8, String)

  var description: String {
    switch self {
    case .tooLong(let length, let limit): "a frame of \(length) bytes, where at most \(limit) are allowed"
    case .tooShort(let length): "a frame of \(length) bytes, where at least \(Frame.overhead) are needed"
    case .headerTooLong(let header, let frame): "a header of \(header) bytes in a frame of \(frame)"
    case .unknownKind(let kind): "a frame of the unknown kind \(kind)"
    case .unreadableHeader(let kind, let reason): "a frame of the kind \(kind) whose header cannot be read: \(reason)"
    }
  }
}

/// Cuts a stream of bytes, however it comes in pieces, into frames.
struct FrameDecoder: Sendable {
  /// The most bytes of one frame, without its length.
  let limit: Int
  private var bytes: [UInt8] = []
  /// Where what was not taken yet begins.
  private var start = 0

  init(limit: Int) {
    self.limit = limit
  }

  mutating func append(_ piece: some Collection<UInt8>) {
    // What was taken is dropped when it is most of what there is, so that each byte is moved once on the average.
    if self.start > 0, self.start >= self.bytes.count / 2 {
      self.bytes.removeFirst(self.start)
      self.start = 0
    }
    self.bytes.append(contentsOf: piece)
  }

  /// The next whole frame; nil where more bytes are needed.
  mutating func next() throws(FrameProblem) -> Frame? {
    let rest = self.bytes[self.start...]
    guard rest.count >= 4 else { return nil }
    let length = rest.number(at: rest.startIndex)
    // Before the rest of it has come: nobody collects gigabytes that somebody announced.
    guard length <= self.limit else { throw .tooLong(length, limit: self.limit) }
    guard length >= Frame.overhead else { throw .tooShort(length) }
    guard rest.count >= 4 + length else { return nil }
    let header = rest.number(at: rest.startIndex + 5)
    guard header <= length - Frame.overhead else { throw .headerTooLong(header, frame: length) }
    let headerStart = rest.startIndex + 4 + Frame.overhead
    let end = rest.startIndex + 4 + length
    self.start = end
    return Frame(
      kind: rest[rest.startIndex + 4], header: Array(rest[headerStart..<(headerStart + header)]),
      body: Array(rest[(headerStart + header)..<end]))
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: Int) {
    let number = UInt32(clamping: number)
    for shift in stride(from: 24, through: 0, by: -8) {
      self.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func number(at index: Int) -> Int {
    self[index..<(index + 4)].reduce(0) { $0 << 8 | Int($1) }
  }
}
#endif
