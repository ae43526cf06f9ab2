import Almanac

/// Rows of history for laws to write.
enum Row {
  static func attempt(_ job: JobID, revision: Int64, at instant: Instant) -> HistoryRow {
    HistoryRow(
      job: job, jobName: "job", incarnation: 1, revision: revision, ordinal: 0, at: instant,
      entry: .attempt(
        AttemptEnd(
          fireTime: instant, origin: .trigger, attempt: 1, claim: revision, owner: Epoch(1), outcome: .succeeded,
          startedAt: instant, endedAt: instant)))
  }

  static func everyKind(_ scene: LawScene) -> [HistoryRow] {
    var entries: [HistoryEntry] = OutcomeKind.allCases.map { kind in
      .attempt(
        AttemptEnd(
          fireTime: scene.at(1), origin: .hand, attempt: 3, claim: .max, owner: Epoch(.max), outcome: kind,
          failure: Failure(type: "E", message: "日本 \"'\\ \n 😀"), startedAt: scene.at(2), endedAt: scene.at(3),
          retryAt: scene.at(4)))
    }
    entries += FateReason.allCases.map { reason in
      .fate(Fate(reason: reason, first: .distantPast, last: .distantFuture, count: .atLeast(10_000)))
    }
    entries.append(.fate(Fate(reason: .skipped, first: scene.at(1), last: scene.at(1), count: .exactly(1))))
    return entries.enumerated().map { number, entry in
      HistoryRow(
        job: "jöb", jobName: "nämé", incarnation: .max, revision: .max, ordinal: number, at: scene.at(Double(number)),
        entry: entry)
    }
  }
}
