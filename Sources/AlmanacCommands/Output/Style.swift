/// What a piece of text means, from which its colour follows.
enum Tone: Hashable, Sendable {
  case plain, heading, faint, good, bad, warning, accent
}

/// Whether and how tones are shown.
struct Style: Hashable, Sendable {
  var usesColor: Bool

  static let plain = Style(usesColor: false)
  static let color = Style(usesColor: true)

  func paint(_ text: String, _ tone: Tone) -> String {
    guard self.usesColor, !text.isEmpty, let code = tone.code else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

extension Tone {
  /// The parameters of "select graphic rendition" in ECMA-48.
  fileprivate var code: String? {
    switch self {
    case .plain: nil
    case .heading: "1"
    case .faint: "2"
    case .good: "32"
    case .bad: "31"
    case .warning: "33"
    case .accent: "36"
    }
  }
}
