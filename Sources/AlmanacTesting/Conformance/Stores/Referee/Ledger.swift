import Almanac
import Synchronization

/// What the schedulers of a workload were told, gathered in one place: the referee's notes.
final class Ledger: Sendable {
  struct Start: Hashable, Sendable {
    var job: JobID
    var order: StartOrder
  }

  /// One start of one fire of one job: of two valid claims for it, one is too many.
  private struct Attempt: Hashable {
    var incarnation: Int64
    var fireTime: Instant
    var attempt: Int
  }

  private struct State {
    var tick: Int64 = 0
    var incarnation: Int64 = 1_000_000
    var starts: [FencingToken: Start] = [:]
    var released: Set<FencingToken> = []
    var quarrels: [String] = []
  }

  private let state = Mutex(State())

  /// The next moment: half a second after the last, and never on a whole second, where triggers fire.
  func tick() -> Instant {
    self.state.withLock { state in
      state.tick += 1
      return LawScene.start + .microseconds(state.tick * 500_000 + 7)
    }
  }

  func incarnation() -> Int64 {
    self.state.withLock { state in
      state.incarnation += 1
      return state.incarnation
    }
  }

  func started(_ job: JobID, _ order: StartOrder) {
    self.state.withLock { state in
      let start = Start(job: job, order: order)
      if let other = state.starts.updateValue(start, forKey: order.token) {
        state.quarrels.append("\(order.token) of \(job) was handed out twice: \(other) and \(start)")
      }
    }
  }

  func released(_ token: FencingToken) {
    self.state.withLock { state in
      if !state.released.insert(token).inserted { state.quarrels.append("\(token) was given back twice") }
    }
  }

  /// Holds what the store says at the end against what was told on the way.
  func judge(records: [JobRecord], rows: [HistoryRow]) throws {
    let state = self.state.withLock { $0 }
    if let quarrel = state.quarrels.first { throw LawViolation(quarrel) }
    var ends: [FencingToken: AttemptEnd] = [:]
    var attempts: Set<Attempt> = []
    for row in rows {
      guard case .attempt(let end) = row.entry else { continue }
      let token = FencingToken(incarnation: row.incarnation, claim: end.claim)
      try verify(ends.updateValue(end, forKey: token) == nil, "the run \(token) of \(row.job) ended twice")
      try verify(state.starts[token] != nil, "the run \(token) of \(row.job) ended and never began")
      try verify(!state.released.contains(token), "the run \(token) of \(row.job) was given back, and ended")
      let attempt = Attempt(incarnation: row.incarnation, fireTime: end.fireTime, attempt: end.attempt)
      try verify(attempts.insert(attempt).inserted, "two runs of \(row.job) were valid for \(attempt)")
    }
    let living = Set(records.map(\.definition.incarnation))
    for (token, start) in state.starts where living.contains(token.incarnation) && !state.released.contains(token) {
      try verify(ends[token] != nil, "the run \(token) of \(start.job) began and never ended")
    }
    for record in records { try Ledger.audit(record, rows) }
  }

  /// A record's counters are the sums over its history.
  private static func audit(_ record: JobRecord, _ rows: [HistoryRow]) throws {
    var sums = RunCounters()
    for row in rows where row.incarnation == record.definition.incarnation {
      switch row.entry {
      case .fate(let fate):
        sums.dropped += Int64(fate.count.lowerBound)
      case .attempt(let end):
        sums.started += 1
        switch end.outcome {
        case .succeeded: sums.succeeded += 1
        case .failed, .timedOut: if end.retryAt == nil { sums.failed += 1 } else { sums.retried += 1 }
        case .snoozed: sums.snoozed += 1
        case .cancelled: sums.cancelled += 1
        case .unknown: sums.unknown += 1
        case .crashed, .interrupted: sums.crashed += 1
        }
      }
    }
    try verifyEqual(record.state.counters, sums, "the counters of \(record.id), against its history")
    try verify(record.state.runs.isEmpty, "\(record.id) has runs left: \(record.state.runs)")
    try verify(record.state.outbox.isEmpty, "\(record.id) has an outbox left")
  }
}
