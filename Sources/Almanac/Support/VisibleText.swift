/// Text from jobs, files and stores, made fit for a terminal: no escape sequence in it is ever obeyed.
package enum VisibleText {
  /// One line: line breaks and tabs become spaces, what is invisible or steers a terminal becomes `\u{FFFD}`.
  package static func line(_ text: String) -> String {
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
  package static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { self.line(String($0)) }
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// How many columns of a terminal the text takes.
  package static func width(_ text: String) -> Int { TerminalWidth.of(text) }

  /// The columns of one character.
  package static func width(of character: Character) -> Int { TerminalWidth.of(character) }

  /// The text in at most `columns` columns, with `…` in place of what does not fit.
  package static func truncated(_ text: String, to columns: Int) -> String {
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
