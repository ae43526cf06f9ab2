/// How many columns of a terminal a text takes, so that a mark below it stands under the right character.
package enum TerminalWidth {
  package static func of(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + TerminalWidth.of($1) }
  }

  /// The columns of one character: 0 for one that only combines, 2 for wide East Asian characters and emoji, else 1.
  package static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return first.value < 0x20 || (0x7F..<0xA0).contains(first.value) ? 0 : 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if first.properties.isEmojiPresentation { return 2 }
    // A sign that is drawn as emoji on demand only, such as ❤ with U+FE0F behind it.
    if first.properties.isEmoji, character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    return self.wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The blocks of which every character is Wide or Fullwidth in Unicode's EastAsianWidth.txt.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}
