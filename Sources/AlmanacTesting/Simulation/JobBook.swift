import Almanac

/// What an auditor writes down of one incarnation of a job: every fire, every claim, every end.
struct JobBook: Sendable {
  struct ClaimEntry: Sendable {
    var token: FencingToken
    var fire: Instant
    var attempt: Int
    var owner: Epoch
    /// It ended, or was taken back.
    var isOver = false
    /// It was given back before it began.
    var isReleased = false
  }

  let job: JobID
  let incarnation: Int64
  private(set) var claims: [Int64: ClaimEntry] = [:]
  /// The latest claim of each attempt of each fire.
  private var attempts: [Instant: [Int: Int64]] = [:]
  /// Claims that were taken back from a lost scheduler.
  private(set) var lost: Set<Int64> = []
  private var rows: [HistoryRow] = []
  private var starts: Int64 = 0
  private var releases: Int64 = 0
  /// Fires that came, and fires asked for by hand.
  private var fires = 0
  var isErased = false

  init(_ record: JobRecord) {
    self.job = record.id
    self.incarnation = record.definition.incarnation
  }

  /// Writes down a transition; answers what is wrong with it.
  mutating func follow(
    _ before: JobRecord, _ after: JobRecord, _ effects: [Effect], _ rows: [HistoryRow], at now: Instant
  ) -> [String] {
    var problems: [String] = []
    if after.revision <= before.revision { problems.append("the revision went from \(before.revision) on to that") }
    for case .report(let report) in effects {
      switch report {
      case .released(let token):
        self.releases += 1
        self.claims[token.claim]?.isReleased = true
        self.claims[token.claim]?.isOver = true
      case .ownerLost(_, let token):
        self.lost.insert(token.claim)
        self.claims[token.claim]?.isOver = true
      default: break
      }
    }
    for row in rows {
      if case .attempt(let end) = row.entry { self.claims[end.claim]?.isOver = true }
    }
    for case .start(let order) in effects { problems += self.claim(order, after, at: now) }
    for entry in self.claims.values where !entry.isOver {
      if !after.state.runs.contains(where: { $0.claim?.number == entry.token.claim }) {
        problems.append("the claim \(entry.token) is gone without an end")
      }
    }
    let answered = self.firesAnswered(before, after)
    let byHand = after.state.runs.count { run in
      run.origin == .hand && !before.state.runs.contains { $0.fireTime == run.fireTime && $0.origin == .hand }
    }
    self.fires += answered + byHand
    let ended = self.ended(rows)
    let more = after.state.runs.count - before.state.runs.count
    if answered + byHand != ended + more {
      problems.append(
        "\(answered) fires came and \(byHand) by hand, \(ended) ended, and there are \(more) more runs than before")
    }
    self.rows += rows
    return problems
  }

  /// A new incarnation took the place of this one.
  mutating func close(_ before: JobRecord, _ rows: [HistoryRow]) -> [String] {
    for claim in self.claims.keys { self.claims[claim]?.isOver = true }
    self.rows += rows
    self.isErased = true
    let ended = self.ended(rows)
    return ended == before.state.runs.count
      ? [] : ["it was replaced with \(before.state.runs.count) runs, and \(ended) ends were written"]
  }

  private mutating func claim(_ order: StartOrder, _ record: JobRecord, at now: Instant) -> [String] {
    var problems: [String] = []
    self.starts += 1
    let number = order.token.claim
    if let old = self.attempts[order.fireTime]?[order.attempt], self.claims[old]?.isReleased != true {
      problems.append("fire \(order.fireTime), attempt \(order.attempt), was claimed as \(old) and as \(number)")
    }
    if let highest = self.claims.keys.max(), highest >= number { problems.append("claim \(number) is not the highest") }
    if order.origin == .trigger, order.fireTime > now {
      problems.append("fire \(order.fireTime) was claimed \(order.fireTime - now) early")
    }
    guard let owner = record.state.runs.first(where: { $0.claim?.number == number })?.claim?.owner else {
      return problems + ["claim \(number) was begun and is not in the record"]
    }
    self.attempts[order.fireTime, default: [:]][order.attempt] = number
    self.claims[number] = ClaimEntry(
      token: order.token, fire: order.fireTime, attempt: order.attempt, owner: owner)
    return problems
  }

  /// The fires of the old trigger that a transition answered, whatever it did with them.
  private func firesAnswered(_ before: JobRecord, _ after: JobRecord) -> Int {
    guard let first = before.state.nextFire, let last = after.state.lastFire, last != before.state.lastFire,
      first <= last
    else { return 0 }
    var count = 1
    var fire = first
    while let next = before.definition.trigger.next(after: fire), next <= last {
      fire = next
      count += 1
    }
    return count
  }

  private func ended(_ rows: [HistoryRow]) -> Int {
    rows.reduce(0) { sum, row in
      switch row.entry {
      case .attempt(let end): sum + (end.retryAt == nil ? 1 : 0)
      case .fate(let fate): sum + fate.count.lowerBound
      }
    }
  }

  // MARK: The end

  /// What is wrong in the end.
  func problems(history: [HistoryRow], record: JobRecord?) -> [String] {
    var problems: [String] = []
    if record == nil, !self.isErased { problems.append("the record is gone") }
    // What is still in the outbox is on its way.
    let told = history + (record?.state.outbox ?? [])
    let missing = Set(self.rows).subtracting(told)
    if !missing.isEmpty {
      problems.append("\(missing.count) rows are not in the history, \(missing.first?.entry as Any)")
    }
    if Set(told).count != history.count + (record?.state.outbox.count(where: { !history.contains($0) }) ?? 0) {
      problems.append("the history has rows twice")
    }
    if history.count > self.rows.count { problems.append("the history has rows that nobody wrote") }
    let runs = record?.state.runs ?? []
    if self.fires != self.ended(history) + runs.count {
      problems.append("\(self.fires) fires came, \(self.ended(history)) ended, \(runs.count) are on their way")
    }
    let attempts = history.compactMap { row -> AttemptEnd? in
      if case .attempt(let end) = row.entry { end } else { nil }
    }
    let going = runs.count { $0.claim != nil }
    if self.starts != self.releases + Int64(attempts.count + going) {
      problems.append(
        "\(self.starts) attempts began, \(self.releases) were given back, \(attempts.count) ended, \(going) are going")
    }
    if let record { problems += self.counterProblems(record.state.counters, attempts, history) }
    return problems
  }

  private func counterProblems(
    _ counters: RunCounters, _ attempts: [AttemptEnd], _ history: [HistoryRow]
  ) -> [String] {
    func count(_ matches: (AttemptEnd) -> Bool) -> Int64 { Int64(attempts.count(where: matches)) }
    let isFailure: (AttemptEnd) -> Bool = { $0.outcome == .failed || $0.outcome == .timedOut }
    let dropped = history.reduce(Int64(0)) { sum, row in
      if case .fate(let fate) = row.entry { sum + Int64(fate.count.lowerBound) } else { sum }
    }
    let counted = RunCounters(
      started: self.starts - self.releases, succeeded: count { $0.outcome == .succeeded },
      failed: count { isFailure($0) && $0.retryAt == nil }, retried: count { isFailure($0) && $0.retryAt != nil },
      crashed: count { $0.outcome == .crashed || $0.outcome == .interrupted },
      cancelled: count { $0.outcome == .cancelled }, unknown: count { $0.outcome == .unknown }, dropped: dropped)
    return counters == counted ? [] : ["the record counts \(counters), the history \(counted)"]
  }
}
