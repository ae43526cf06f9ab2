import Almanac

/// Fires that ended badly for good, as text and as JSON.
enum DeadText {
  static func table(_ jobs: [JobSnapshot], _ time: LocalTime) -> Table {
    var table = Table([
      Table.Column("JOB", narrowest: 12), Table.Column("FIRE"), Table.Column("OUTCOME"),
      Table.Column("ATTEMPTS", alignment: .right), Table.Column("ENDED"), Table.Column("WHY", narrowest: 20),
    ])
    for job in jobs {
      for dead in job.dead {
        table.add([
          Table.Cell(job.id.rawValue, .accent), Table.Cell(time.text(dead.fireTime)),
          Table.Cell(EventText.word(dead.outcome), EventText.tone(dead.outcome)), Table.Cell("\(dead.attempt)"),
          Table.Cell(time.text(dead.diedAt)), Table.Cell(dead.message ?? ""),
        ])
      }
    }
    return table
  }

  static func object(_ dead: DeadRun, of job: JobSnapshot) -> JSONValue {
    [
      "job": .string(job.id.rawValue), "type": .string(job.name), "status": .string(job.status.rawValue),
      "fireTime": .string(dead.fireTime.rfc3339()), "origin": .string(dead.origin.rawValue),
      "attempt": .integer(Int64(dead.attempt)), "outcome": .string(dead.outcome.rawValue),
      "message": dead.message.map { .string($0) } ?? .null, "diedAt": .string(dead.diedAt.rfc3339()),
    ]
  }
}
