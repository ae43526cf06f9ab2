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
    var origin: RunOrigin
    var owner: Epoch
    /// The job was a suspect when it was claimed.
    var isSuspect: Bool
    /// It was asked for with values of its own.
    var hasValues: Bool
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
    /// The owner of the claims that are taken back takes its leave.
    var isLeave = false
  }

  /// One fire that became a run.
  struct FireEntry: Sendable {
    var endedAttempts = 0
    var failures = 0
    /// It ran, and will not run again.
    var isOver = false
    /// The latest claim for the attempt that is to come, unless it was given back.
    var claim: Int64?
    /// The values that it was asked for with, where they are not the job's.
    var values: [UInt8]?
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
  /// How often in a row a scheduler, or a worker, was lost while it ran this job.
  var crashes = 0
  /// How many there were in a row when the change that is looked at told of the last one; 0 where it tells of none.
  var strikes = 0
  /// How many fires in a row ended badly.
  var failures = 0
  /// Fires of the trigger that were taken on to run.
  var taken = 0
  /// Fires that ended badly and are kept, the oldest first.
  var dead: [DeadEntry] = []
  /// How often in a row it was put off as a suspect beside nobody.
  var idlePutOffs = 0
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
    _ before: JobRecord, _ after: JobRecord, _ effects: [Effect], _ rows: [HistoryRow], _ moment: Moment,
    said: (Int64) -> CodeEnd?
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
        if reason == .overlap, after.definition.policies.overlap != .cancelRunning {
          problems.append("\(token) was told to stop for the next fire, and the job does not say so")
        }
      default: break
      }
    }
    let crashed = !taken.isEmpty && !moment.isLeave
    if crashed { self.crashes += 1 }
    self.strikes = crashed ? self.crashes : 0
    var failing: [(count: Int, isLast: Bool)] = []
    for (index, row) in rows.enumerated() {
      guard case .attempt(let end) = row.entry else { continue }
      problems += self.end(end, at: row.at, taken: taken.contains(end.claim), said: said(end.claim), before, after)
      if end.retryAt == nil, end.outcome == .failed || end.outcome == .timedOut {
        failing.append((self.failures, index == rows.count - 1))
      }
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
    problems += self.keep(before, after, effects)
    if rows.contains(where: { if case .attempt = $0.entry { true } else { false } }) {
      problems += self.standingProblems(before, after, failing: failing)
    } else if after.state.status == .quarantined, before.state.status != .quarantined {
      problems.append("it is quarantined, and has not crashed")
    }
    for run in after.state.runs where !before.state.runs.contains(where: { $0.fireTime == run.fireTime }) {
      if run.attempt == 1 { self.fires[run.fireTime, default: FireEntry()].values = run.payload }
    }
    problems += self.account(before, after, rows)
    problems += self.startProblems(before, after, moment)
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
    let announced = before.state.nextFire == order.fireTime ? before.state.nextStart : nil
    let ready = before.state.runs.first { $0.fireTime == order.fireTime }?.readyAt ?? announced ?? order.fireTime
    if order.origin == .trigger, ready > moment.now {
      problems.append("\(what) was claimed \(ready - moment.now) early")
    }
    let policies = after.definition.policies
    // Only the first start can be too late for the grace; only fires of the trigger have a deadline.
    let grace = order.attempt == 1 ? policies.misfireGrace : nil
    if order.origin == .trigger, SimulatedPolicies.isTooLate(order.fireTime, to: moment.now, policies, grace) {
      problems.append("\(what) was claimed \(moment.now - order.fireTime) later, which is too late")
    }
    if order.payload != fire.values { problems.append("\(what) has other values than it was asked for with") }
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
    let timeoutAt = SimulatedPolicies.timeoutAt(order, at: moment.now, policies)
    if order.timeoutAt != timeoutAt {
      problems.append("\(what) is to end at \(order.timeoutAt as Any), where \(timeoutAt as Any) is right")
    }
    self.idlePutOffs = 0
    self.open[number] = ClaimEntry(
      token: order.token, fire: order.fireTime, attempt: order.attempt, origin: order.origin, owner: owner,
      isSuspect: self.crashes >= 2, hasValues: order.payload != nil, claimedAt: moment.now, timeoutAt: timeoutAt)
    let limit = SimulatedPolicies.concurrency(policies.overlap)
    if self.open.count > limit { problems.append("\(self.open.count) runs are going, where \(limit) may") }
    return problems
  }
}
