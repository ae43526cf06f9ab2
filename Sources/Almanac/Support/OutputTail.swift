/// The last bytes of a stream of any length, in bounded memory.
package struct OutputTail: Hashable, Sendable {
  package let limit: Int
  /// How many bytes the stream had in all.
  package private(set) var total = 0
  private var bytes: [UInt8] = []

  package init(limit: Int) {
    self.limit = max(limit, 0)
  }

  package mutating func append(_ chunk: some Collection<UInt8>) {
    self.total += chunk.count
    self.bytes.append(contentsOf: chunk.suffix(self.limit))
    // Cut only when twice the limit is there, so that each byte is moved once on the average.
    if self.bytes.count > 2 * self.limit { self.bytes.removeFirst(self.bytes.count - self.limit) }
  }

  /// The bytes that were kept.
  package var kept: ArraySlice<UInt8> { self.bytes.suffix(self.limit) }

  /// How many bytes at the beginning were dropped.
  package var dropped: Int { self.total - self.kept.count }

  /// The kept bytes as text. A character that the cut went through is dropped, other bad UTF-8 is replaced.
  package var text: String {
    var kept = self.kept
    if self.dropped > 0 {
      while let first = kept.first, first & 0xC0 == 0x80 { kept.removeFirst() }
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// The last lines that are not blank, in their order, made visible, at most `bytes` bytes of them.
  package func lastLines(_ count: Int, bytes: Int = 1_500) -> [String] {
    var lines: [String] = []
    var room = bytes
    for line in VisibleText.lines(self.text).reversed() {
      let line = line.trimmed
      if line.isEmpty { continue }
      let shortened = line.utf8.count <= room ? line : VisibleText.truncated(line, to: max(room / 4, 16))
      lines.append(shortened)
      room -= shortened.utf8.count
      if lines.count == count || room <= 0 { break }
    }
    return lines.reversed()
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  package var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
