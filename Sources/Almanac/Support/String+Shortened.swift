extension String {
  /// The text itself where it has at most so many bytes of UTF-8; else its beginning and a mark, together at most as long. Cut between two
  /// characters of Unicode, with the mark within the limit: what was shortened is read back as it was written.
  package func shortened(toBytes limit: Int) -> String {
    guard self.utf8.count > limit else { return self }
    let mark = "…"
    var end = self.utf8.index(self.startIndex, offsetBy: max(limit - mark.utf8.count, 0))
    while end > self.startIndex, end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
    return String(self[..<end]) + mark
  }
}
