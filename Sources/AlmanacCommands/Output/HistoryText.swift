import Almanac

/// Rows of history, as text and as JSON.
enum HistoryText {
  static func table(_ rows: [HistoryRow], _ time: LocalTime) -> Table {
    var table = Table([
      Table.Column("ENDED"), Table.Column("JOB", narrowest: 12), Table.Column("OUTCOME"),
      Table.Column("ATTEMPT", alignment: .right), Table.Column("TOOK", alignment: .right), Table.Column("NODE"),
      Table.Column("DETAILS", narrowest: 20),
    ])
    for row in rows {
      switch row.entry {
      case .attempt(let end):
        table.add([
          Table.Cell(time.text(row.at)), Table.Cell(row.job.rawValue),
          Table.Cell(EventText.word(end.outcome), EventText.tone(end.outcome)), Table.Cell("\(end.attempt)"),
          Table.Cell(DurationText.rounded(end.duration)), Table.Cell(end.node ?? ""),
          Table.Cell(self.details(end, at: row.at, time, withResult: true).joined(separator: ", ")),
        ])
      case .fate(let fate):
        table.add([
          Table.Cell(time.text(row.at)), Table.Cell(row.job.rawValue), Table.Cell("not run", .warning), "", "", "",
          Table.Cell(self.details(fate, time)),
        ])
      }
    }
    return table
  }

  /// What is to be said of an attempt beside its outcome.
  private static func details(
    _ end: AttemptEnd, at instant: Instant, _ time: LocalTime, withResult: Bool
  ) -> [String] {
    var details: [String] = []
    if end.origin == .hand { details.append("by hand") }
    if let failure = end.failure { details.append(EventText.short(failure)) }
    if let retry = end.retryAt { details.append("next attempt \(time.short(retry, besides: instant))") }
    if withResult, let result = end.result { details.append("result \(self.text(result))") }
    return details
  }

  private static func details(_ fate: Fate, _ time: LocalTime) -> String {
    let isExact = if case .exactly = fate.count { true } else { false }
    let number = fate.count.lowerBound
    return number == 1
      ? "the fire of \(time.text(fate.first)): \(fate.reason.rawValue)"
      : "\(isExact ? "" : "at least ")\(number) fires to \(time.text(fate.last)): \(fate.reason.rawValue)"
  }

  private static func text(_ result: [UInt8]) -> String {
    String(validating: result, as: UTF8.self) ?? "(\(result.count) bytes)"
  }

  /// A row with all that the run left: what it returned, and the last lines that it logged.
  static func lines(_ row: HistoryRow, _ time: LocalTime, _ style: Style) -> [String] {
    let head = "\(time.text(row.at))  \(style.paint(VisibleText.line(row.job.rawValue), .accent))  "
    switch row.entry {
    case .fate(let fate):
      return [head + style.paint("not run", .warning) + "  " + self.details(fate, time)]
    case .attempt(let end):
      var facts = ["attempt \(end.attempt)", DurationText.rounded(end.duration)]
      if let node = end.node { facts.append("on \(node)") }
      facts += self.details(end, at: row.at, time, withResult: false)
      var lines = [
        head + style.paint(EventText.word(end.outcome), EventText.tone(end.outcome)) + "  "
          + VisibleText.line(facts.joined(separator: ", "))
      ]
      if let result = end.result { lines.append("  result  " + VisibleText.line(self.text(result))) }
      for line in end.logs {
        lines.append("  \(time.short(line.at, besides: row.at))  \(line.level)  \(VisibleText.line(line.message))")
      }
      return lines
    }
  }

  static func object(_ row: HistoryRow) -> JSONValue {
    var members: [String: JSONValue] = [
      "job": .string(row.job.rawValue), "type": .string(row.jobName), "at": .string(row.at.rfc3339()),
      "revision": .integer(row.revision), "incarnation": .integer(row.incarnation),
    ]
    switch row.entry {
    case .attempt(let end):
      members["entry"] = "attempt"
      members.merge(EventJSON.members(of: end)) { _, new in new }
    case .fate(let fate):
      members["entry"] = "fate"
      members.merge(EventJSON.members(of: fate)) { _, new in new }
    }
    return .object(members)
  }
}
