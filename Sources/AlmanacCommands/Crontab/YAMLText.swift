/// Texts as YAML scalars.
enum YAMLText {
  /// The text as it is where YAML takes it for a text, else in double quotes.
  static func scalar(_ text: String) -> String {
    self.isPlain(text) ? text : self.quoted(text)
  }

  /// The text in double quotes, on one line.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default:
        // YAML 1.2, section 5.1: what is not printable has to be escaped, and so has the byte order mark.
        let isPrintable =
          (0x20...0x7E).contains(scalar.value) || (0xA0...0xD7FF).contains(scalar.value)
          || (0xE000...0xFFFD).contains(scalar.value) && scalar.value != 0xFEFF || scalar.value >= 0x10000
        if isPrintable, scalar.value != 0x2028, scalar.value != 0x2029 {
          quoted.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          quoted += "\\u" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
        }
      }
    }
    return quoted + "\""
  }

  private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "/" || first == "_" else { return false }
    return !self.words.contains(text.lowercased())
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/_.-".contains($0)) }
  }
}
