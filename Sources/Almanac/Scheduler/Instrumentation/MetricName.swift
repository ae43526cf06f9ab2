/// The metrics of a scheduler: every name, kind and dimension in one place. `docs/observability.md` says what each of them means.
///
/// Dimensions are names of job types, aliases, and words of ours, never ids: their number is bounded by the program.
package enum MetricName: String, CaseIterable, Sendable {
  case runsStarted = "almanac.runs.started"
  case runsEnded = "almanac.runs.ended"
  case runDuration = "almanac.run.duration"
  case runLateness = "almanac.run.lateness"
  case firesDropped = "almanac.fires.dropped"
  case firesMoved = "almanac.fires.moved"
  case resultsRefused = "almanac.results.refused"
  case storeCall = "almanac.store.call"
  case storeErrors = "almanac.store.errors"
  case outcomesWaiting = "almanac.outcomes.waiting"
  case clockOffset = "almanac.clock.offset"
  case executorBusy = "almanac.executor.busy"
  case executorSize = "almanac.executor.size"
  case executorRefusals = "almanac.executor.refusals"

  package enum Kind: String, Sendable {
    case counter, timer, gauge
  }

  package var kind: Kind {
    switch self {
    case .runsStarted, .runsEnded, .firesDropped, .firesMoved, .resultsRefused, .storeErrors, .executorRefusals:
      .counter
    case .runDuration, .runLateness, .storeCall: .timer
    case .outcomesWaiting, .clockOffset, .executorBusy, .executorSize: .gauge
    }
  }

  package var dimensions: [String] {
    switch self {
    case .runsStarted, .runLateness, .firesMoved, .resultsRefused: ["job"]
    case .runsEnded, .runDuration: ["job", "outcome"]
    case .firesDropped: ["job", "reason"]
    case .storeCall, .storeErrors: ["store", "call"]
    case .outcomesWaiting, .clockOffset: ["store"]
    case .executorBusy, .executorSize, .executorRefusals: ["executor"]
    }
  }
}
