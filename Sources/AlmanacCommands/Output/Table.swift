import Almanac

/// A table of text that fits a terminal.
struct Table: Sendable {
  struct Column: Hashable, Sendable {
    enum Alignment: Hashable, Sendable { case left, right }

    var title: String
    var alignment: Alignment = .left
    /// The narrowest that the column may become; nil where it is never narrowed.
    var narrowest: Int?

    init(_ title: String, alignment: Alignment = .left, narrowest: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.narrowest = narrowest
    }
  }

  struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    var text: String
    var tone: Tone

    init(_ text: String, _ tone: Tone = .plain) {
      self.text = VisibleText.line(text)
      self.tone = tone
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  var columns: [Column]
  var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  mutating func add(_ cells: [Cell]) {
    self.rows.append(cells)
  }

  private static let gap = 2

  /// The lines of the table, the titles first.
  ///
  /// - Parameters:
  ///   - width: how many columns the terminal has; nil where there is no limit.
  ///   - style: how tones are shown.
  func lines(width: Int?, style: Style) -> [String] {
    let widths = self.widths(fitting: width)
    var lines = [self.line(self.columns.map { Cell($0.title, .heading) }, widths: widths, style: style)]
    for row in self.rows { lines.append(self.line(row, widths: widths, style: style)) }
    return lines
  }

  /// Natural widths, then one column at a time taken from the widest that may give.
  private func widths(fitting limit: Int?) -> [Int] {
    var widths = self.columns.indices.map { index in
      self.rows.reduce(VisibleText.width(self.columns[index].title)) {
        max($0, index < $1.count ? VisibleText.width($1[index].text) : 0)
      }
    }
    guard let limit else { return widths }
    var excess = widths.reduce(0, +) + Table.gap * max(widths.count - 1, 0) - limit
    while excess > 0 {
      let candidates = widths.indices.filter { index in
        self.columns[index].narrowest.map { widths[index] > $0 } ?? false
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [Cell], widths: [Int], style: Style) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() where index < widths.count {
      let text = VisibleText.truncated(cell.text, to: widths[index])
      let padding = String(repeating: " ", count: max(widths[index] - VisibleText.width(text), 0))
      let painted = style.paint(text, cell.tone)
      let isLast = index == widths.count - 1
      switch self.columns[index].alignment {
      case .left: line += isLast ? painted : painted + padding
      case .right: line += padding + painted
      }
      if !isLast { line += String(repeating: " ", count: Table.gap) }
    }
    // Empty cells at the end leave nothing behind.
    while line.last == " " { line.removeLast() }
    return line
  }
}
