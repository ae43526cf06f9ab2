/// Text from jobs, files and stores, made fit for a terminal: no escape sequence in it is ever obeyed.
enum VisibleText {
  /// One line: line breaks and tabs become spaces, what is invisible or steers a terminal becomes `\u{FFFD}`.
  static func line(_ text: String) -> String {
    var line = ""
    line.reserveCapacity(text.utf8.count)
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      defer { last = scalar }
      switch scalar.value {
      case 0x20..<0x7F: line.unicodeScalars.append(scalar)
      // One line break is one space, also where it is written as two characters.
      case 0x0A where last.value == 0x0D: continue
      case 0x09, 0x0A, 0x0D: line.unicodeScalars.append(" ")
      default:
        // Zero-width joiners hold emoji together and do nothing else.
        line.unicodeScalars.append(self.isHarmless(scalar) || scalar.value == 0x200D ? scalar : "\u{FFFD}")
      }
    }
    return line
  }

  /// The lines of a text, each made visible.
  static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { self.line(String($0)) }
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// How many columns of a terminal the text takes.
  static func width(_ text: String) -> Int {
    text.reduce(0) { $0 + self.width(of: $1) }
  }

  /// The columns of one character: 0 for one that only combines, 2 for wide East Asian characters and emoji, else 1.
  static func width(of character: Character) -> Int {
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

  /// The text in at most `columns` columns, with `…` in place of what does not fit.
  static func truncated(_ text: String, to columns: Int) -> String {
    if self.width(text) <= columns { return text }
    guard columns > 0 else { return "" }
    var kept = ""
    var used = 0
    for character in text {
      let width = self.width(of: character)
      if used + width > columns - 1 { break }
      kept.append(character)
      used += width
    }
    return kept + "…"
  }
}
