import Almanac

/// What an auditor writes down of one incarnation of a job: every fire, every claim, every end.
///
/// It believes no counter that it has not counted, and decides by itself what has to follow: from the policies, and from the trigger by asking it
/// for the next fire again and again.
struct JobBook: Sendable {
  struct ClaimEntry: Sendable {
    var token: FencingToken
    var fire: Instant
    var attempt: Int
    var owner: Epoch
    var claimedAt: Instant
    /// By when it has to be told to stop.
    var timeoutAt: Instant?
    /// Why it was told to stop, and when.
    var stop: (reason: CancelReason, at: Instant)?
  }

  /// When a change was committed, and how.
  struct Moment {
    /// The store's time, as whoever decided read it: before the call, which may have been slow, and the clock may have been set since.
    var now: Instant
    /// The latest time that anybody can have read.
    var latest: Instant
    /// How far off the time may be by which somebody decided.
    var uncertainty: Duration
    var due: SimulatedStore.Due?
  }

  /// One fire that became a run.
  struct FireEntry: Sendable {
    var endedAttempts = 0
    var failures = 0
    /// It ran, and will not run again.
    var isOver = false
    /// The latest claim for the attempt that is to come, unless it was given back.
    var claim: Int64?
  }

  let job: JobID
  let incarnation: Int64
  /// Claims that are held, by number.
  var open: [Int64: ClaimEntry] = [:]
  var fires: [Instant: FireEntry] = [:]
  /// Claims that were taken back from a lost scheduler.
  var lost: Set<Int64> = []
  var rows: [HistoryRow] = []
  var highestClaim: Int64 = 0
  var starts: Int64 = 0
  var releases: Int64 = 0
  /// Fires that came, and fires asked for by hand.
  var fireCount = 0
  /// Since when it has been over, and for how long it is remembered.
  var tombstone: (since: Instant, retention: Duration)?
  var isErased = false
  /// When it was changed the last time, on the true clock.
  var changedAt: Instant

  init(_ record: JobRecord, at now: Instant) {
    self.changedAt = now
    self.job = record.id
    self.incarnation = record.definition.incarnation
  }

  /// Writes down a transition; answers what is wrong with it.
  mutating func follow(
    _ before: JobRecord, _ after: JobRecord, _ effects: [Effect], _ rows: [HistoryRow], _ moment: Moment
  ) -> [String] {
    var problems: [String] = []
    if self.isErased { problems.append("it was forgotten, and is there again as the same incarnation") }
    if after.revision <= before.revision { problems.append("the revision went from \(before.revision) to that") }
    var taken: Set<Int64> = []
    for effect in effects {
      switch effect {
      case .report(.released(let token)):
        self.releases += 1
        if let entry = self.open.removeValue(forKey: token.claim) {
          self.fires[entry.fire]?.claim = nil
        } else {
          problems.append("the claim \(token) was given back, and was not held")
        }
      case .report(.ownerLost(_, let token)):
        taken.insert(token.claim)
        self.lost.insert(token.claim)
      case .cancel(let token, _, let reason):
        self.open[token.claim]?.stop = (reason, moment.now)
      default: break
      }
    }
    for row in rows {
      guard case .attempt(let end) = row.entry else { continue }
      problems += self.end(end, at: row.at, taken: taken.contains(end.claim), before, after)
    }
    for claim in taken where self.open[claim] != nil {
      problems.append("the claim \(claim) was taken back, and its end was not written")
    }
    for case .start(let order) in effects { problems += self.claim(order, before, after, moment) }
    for entry in self.open.values {
      if !after.state.runs.contains(where: { $0.claim?.number == entry.token.claim }) {
        problems.append("the claim \(entry.token) is gone without an end")
      }
    }
    if after.runsGoing > self.open.count { problems.append("a run is claimed that nobody began") }
    problems += self.account(before, after, rows)
    problems += self.fireProblems(before, after, rows, moment)
    if after.state.status != before.state.status {
      self.tombstone =
        after.state.status.isTombstone ? (after.state.statusSince, after.definition.policies.retention) : nil
    }
    self.rows += rows
    return problems
  }

  /// A new incarnation took the place of this one.
  mutating func close(_ before: JobRecord, _ rows: [HistoryRow]) -> [String] {
    var problems: [String] = []
    if !before.state.status.isTombstone { problems.append("it was replaced by another job while it was alive") }
    self.open = [:]
    self.rows += rows
    self.isErased = true
    let ended = JobBook.ended(rows)
    if ended != before.state.runs.count {
      problems.append("it was replaced with \(before.state.runs.count) runs, and \(ended) ends were written")
    }
    return problems
  }

  /// It is forgotten.
  mutating func erase(_ record: JobRecord, _ moment: Moment) -> [String] {
    self.isErased = true
    var problems: [String] = []
    if !record.state.runs.isEmpty { problems.append("it was forgotten with \(record.state.runs.count) runs") }
    if !record.state.outbox.isEmpty { problems.append("it was forgotten with history that was not written") }
    guard let tombstone = self.tombstone else {
      // A job that was over when it was added has no moment at which it came to its end.
      if !record.state.status.isTombstone { problems.append("it was forgotten while it was alive") }
      return problems
    }
    let early = tombstone.since + tombstone.retention - moment.now
    if early > moment.uncertainty * 2 { problems.append("it was forgotten \(early) before its time") }
    return problems
  }

  // MARK: Promise 1: at most one valid claim; nothing starts early; overlap limits hold across the cluster

  private mutating func claim(
    _ order: StartOrder, _ before: JobRecord, _ after: JobRecord, _ moment: Moment
  ) -> [String] {
    var problems: [String] = []
    let number = order.token.claim
    let what = "fire \(order.fireTime), attempt \(order.attempt)"
    self.starts += 1
    if order.token.incarnation != self.incarnation { problems.append("\(order.token) is another incarnation's token") }
    if number <= self.highestClaim { problems.append("claim \(number) is not higher than all before") }
    self.highestClaim = max(number, self.highestClaim)
    var fire = self.fires[order.fireTime] ?? FireEntry()
    if fire.isOver { problems.append("\(what) was claimed as \(number), and the fire was over") }
    if let old = fire.claim { problems.append("\(what) was claimed as \(number) while claim \(old) holds it") }
    if order.attempt != fire.endedAttempts + 1 {
      problems.append("\(what) was claimed, where \(fire.endedAttempts) attempts have ended")
    }
    fire.claim = number
    self.fires[order.fireTime] = fire
    // A fire that waits has come already, also where the clock was set back since.
    let ready = before.state.runs.first { $0.fireTime == order.fireTime }?.readyAt ?? order.fireTime
    if order.origin == .trigger, ready > moment.now {
      problems.append("\(what) was claimed \(ready - moment.now) early")
    }
    if moment.now > moment.latest + moment.uncertainty {
      problems.append("\(what) was claimed at \(moment.now), which nobody's clock has shown yet")
    }
    switch after.state.status {
    case .active: break
    case .paused where order.origin == .hand: break
    default: problems.append("\(what) was claimed while the job is \(after.state.status)")
    }
    guard let owner = after.state.runs.first(where: { $0.claim?.number == number })?.claim?.owner else {
      return problems + ["claim \(number) was begun and is not in the record"]
    }
    let policies = after.definition.policies
    self.open[number] = ClaimEntry(
      token: order.token, fire: order.fireTime, attempt: order.attempt, owner: owner, claimedAt: moment.now,
      timeoutAt: policies.timeout.map { moment.now + $0 })
    let limit = SimulatedPolicies.concurrency(policies.overlap)
    if self.open.count > limit { problems.append("\(self.open.count) runs are going, where \(limit) may") }
    return problems
  }

  // MARK: Promise 2: at least once, or at most once; promise 4: nothing stale is written

  private mutating func end(
    _ end: AttemptEnd, at: Instant, taken: Bool, _ before: JobRecord, _ after: JobRecord
  ) -> [String] {
    let what = "attempt \(end.attempt) of fire \(end.fireTime), claim \(end.claim)"
    guard let entry = self.open.removeValue(forKey: end.claim) else {
      return ["the end of \(what), as \(end.outcome), was written, and the claim was not held"]
    }
    var problems: [String] = []
    if entry.fire != end.fireTime || entry.attempt != end.attempt {
      problems.append("\(what) was claimed for attempt \(entry.attempt) of fire \(entry.fire)")
    }
    var fire = self.fires[entry.fire] ?? FireEntry()
    fire.claim = nil
    fire.endedAttempts += 1
    if end.outcome == .failed || end.outcome == .timedOut { fire.failures += 1 }
    let isOver = before.state.status.isTombstone
    let policies = after.definition.policies
    let mayRunAgain = policies.onCrash == .runAgain && !isOver
    var retries = false
    switch end.outcome {
    case .failed, .timedOut:
      retries = !isOver && SimulatedPolicies.retries(policies, failures: fire.failures)
      if end.outcome == .timedOut, entry.stop?.reason != .timeout {
        problems.append("\(what) timed out and was not told to stop")
      }
    case .crashed, .interrupted:
      retries = true
      if !mayRunAgain { problems.append("\(what) runs again, and must not") }
      if taken != (end.outcome == .crashed) { problems.append("\(what) ended as \(end.outcome)") }
    case .unknown:
      if policies.onCrash == .runAgain, !isOver { problems.append("\(what) is given up, and was to run again") }
    case .cancelled:
      if entry.stop?.reason != .requested, entry.stop?.reason != .overlap {
        problems.append("\(what) was cancelled by nobody")
      }
    case .snoozed:
      problems.append("\(what) asked for a later start, and no work here does")
    case .succeeded:
      if taken { problems.append("\(what) was taken back and succeeded") }
    }
    if retries != (end.retryAt != nil) {
      problems.append(
        "\(what) ended as \(end.outcome) after \(fire.failures) failures, with retry \(end.retryAt as Any)")
    }
    if let retryAt = end.retryAt {
      if !after.state.runs.contains(where: { $0.fireTime == end.fireTime && $0.attempt == end.attempt + 1 }) {
        problems.append("the next attempt after \(what) is not in the record")
      }
      let isFailure = end.outcome == .failed || end.outcome == .timedOut
      let delay =
        isFailure
        ? SimulatedPolicies.delay(policies, failures: fire.failures)
        : SimulatedPolicies.pause(end.outcome, crashes: after.state.crashesInRow)
      if let delay, retryAt != at + delay { problems.append("\(what) is tried again \(retryAt - at) later") }
    } else {
      fire.isOver = true
    }
    self.fires[entry.fire] = fire
    return problems
  }
}
