import Almanac

/// Rows of history, as text and as JSON.
enum HistoryText {
  static func table(_ rows: [HistoryRow], _ time: LocalTime) -> Table {
    var table = Table([
      Table.Column("ENDED"), Table.Column("JOB", narrowest: 12), Table.Column("OUTCOME"),
      Table.Column("ATTEMPT", alignment: .right), Table.Column("TOOK", alignment: .right),
      Table.Column("DETAILS", narrowest: 20),
    ])
    for row in rows {
      switch row.entry {
      case .attempt(let end):
        var details: [String] = []
        if end.origin == .hand { details.append("by hand") }
        if let failure = end.failure { details.append(EventText.short(failure)) }
        if let retry = end.retryAt { details.append("next attempt \(time.short(retry, besides: row.at))") }
        table.add([
          Table.Cell(time.text(row.at)), Table.Cell(row.job.rawValue),
          Table.Cell(EventText.word(end.outcome), EventText.tone(end.outcome)), Table.Cell("\(end.attempt)"),
          Table.Cell(DurationText.rounded(end.duration)), Table.Cell(details.joined(separator: ", ")),
        ])
      case .fate(let fate):
        let isExact = if case .exactly = fate.count { true } else { false }
        let number = fate.count.lowerBound
        let details =
          number == 1
          ? "the fire of \(time.text(fate.first)): \(fate.reason.rawValue)"
          : "\(isExact ? "" : "at least ")\(number) fires to \(time.text(fate.last)): \(fate.reason.rawValue)"
        table.add([
          Table.Cell(time.text(row.at)), Table.Cell(row.job.rawValue), Table.Cell("not run", .warning), "", "",
          Table.Cell(details),
        ])
      }
    }
    return table
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
