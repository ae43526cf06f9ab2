import Almanac

// Promise 3: every fire is accounted for. Promise 5: fire times are the trigger's.

extension JobBook {
  /// Fires that came, against fires that ended and runs that there are.
  mutating func account(_ before: JobRecord, _ after: JobRecord, _ rows: [HistoryRow]) -> [String] {
    let answered = JobBook.answered(before, after).count
    let byHand = after.state.runs.count { run in
      run.origin == .hand && !before.state.runs.contains { $0.fireTime == run.fireTime && $0.origin == .hand }
    }
    self.fireCount += answered + byHand
    let ended = JobBook.ended(rows)
    let more = after.state.runs.count - before.state.runs.count
    guard answered + byHand != ended + more else { return [] }
    return ["\(answered) fires came and \(byHand) by hand, \(ended) ended, and there are \(more) more runs than before"]
  }

  /// Whether the right fires ran, the others were dropped for a reason that holds, and the next one is the trigger's.
  mutating func fireProblems(
    _ before: JobRecord, _ after: JobRecord, _ rows: [HistoryRow], _ moment: Moment
  ) -> [String] {
    let fires = JobBook.answered(before, after)
    var problems: [String] = []
    let newRuns = after.state.runs.filter { run in
      run.origin == .trigger && !before.state.runs.contains { $0.fireTime == run.fireTime }
    }
    for run in newRuns where !fires.contains(run.fireTime) {
      problems.append("there is a run for fire \(run.fireTime), which did not come")
    }
    for run in newRuns where self.fires[run.fireTime].map({ $0.endedAttempts > 0 }) ?? false {
      problems.append("fire \(run.fireTime) came twice")
    }
    let policies = after.definition.policies
    let room = policies.runLimit.map { $0 - self.taken } ?? .max
    problems += self.takeOn(newRuns, before, after, moment)
    let grace = SimulatedPolicies.grace(policies)
    if let due = moment.due, due.starts > 0, before.state.runs.isEmpty, grace == nil, policies.deadline == nil,
      !fires.isEmpty, before.state.status == .active, after.state.status != .quarantined
    {
      let expected = Array(SimulatedPolicies.toRun(fires, policies).prefix(max(room, 0)))
      if newRuns.map(\.fireTime) != expected {
        problems.append("of the fires \(fires.suffix(8)) those of \(newRuns.map(\.fireTime)) run")
      }
    }
    for row in rows {
      guard case .fate(let fate) = row.entry else { continue }
      if !self.holds(fate, before, after, fires.count, moment) {
        problems.append("\(fate.count) fires from \(fate.first) to \(fate.last) were dropped as \(fate.reason)")
      }
    }
    return problems + self.nextFireProblems(before, after)
  }

  private func holds(
    _ fate: Fate, _ before: JobRecord, _ after: JobRecord, _ answered: Int, _ moment: Moment
  ) -> Bool {
    let policies = after.definition.policies
    let grace = SimulatedPolicies.grace(policies)
    let now = moment.now + moment.uncertainty
    return switch fate.reason {
    case .coalesced: answered > 1
    case .misfired:
      [fate.first, fate.last].allSatisfy { fire in
        (grace.map { fire + $0 < now } ?? false) || (policies.deadline.map { fire + $0 <= now } ?? false)
      }
    case .overlapped:
      before.state.runs.count { $0.claim != nil } >= SimulatedPolicies.concurrency(after.definition.policies.overlap)
        || before.state.runs.count > JobState.maximumRuns - 5
        || before.state.runs.contains { $0.claim?.cancelling == .overlap }
    case .paused: before.state.status == .paused || before.state.status == .quarantined
    case .skipped: true
    case .expired: policies.deadline.map { fate.last + $0 <= now } ?? false
    case .limited: policies.runLimit.map { $0 <= self.taken } ?? false
    case .removed:
      after.state.status.isTombstone || before.state.status.isTombstone
        || before.definition.revision != after.definition.revision
    }
  }

  /// Older zone data moves nothing, and nothing else does but a new trigger.
  private func nextFireProblems(_ before: JobRecord, _ after: JobRecord) -> [String] {
    let isRetold = before.definition.revision != after.definition.revision
    guard !isRetold, after.state.status != .removed else { return [] }
    let (old, new) = (before.state, after.state)
    if new.lastFire != old.lastFire {
      let isAtLimit = after.definition.policies.runLimit.map { $0 <= self.taken } ?? false
      let next = isAtLimit ? nil : new.lastFire.flatMap { after.definition.trigger.next(after: $0) }
      if next != new.nextFire, new.status != .quarantined {
        return ["the next fire is \(new.nextFire as Any), where the trigger says \(next as Any)"]
      }
      return []
    }
    guard new.nextFire != old.nextFire else { return [] }
    if let mine = Surroundings.current.zoneData, let known = old.zoneData, mine > known { return [] }
    return ["the next fire moved from \(old.nextFire as Any) to \(new.nextFire as Any), by no newer zone data"]
  }

  /// The fires that a transition answered, whatever it did with them, by the trigger that they were announced by.
  static func answered(_ before: JobRecord, _ after: JobRecord) -> [Instant] {
    guard let first = before.state.nextFire, let last = after.state.lastFire, last != before.state.lastFire,
      first <= last
    else { return [] }
    var fires = [first]
    var fire = first
    while let next = before.definition.trigger.next(after: fire), next <= last {
      fire = next
      fires.append(next)
    }
    return fires
  }

  static func ended(_ rows: [HistoryRow]) -> Int {
    rows.reduce(0) { sum, row in
      switch row.entry {
      case .attempt(let end): sum + (end.retryAt == nil ? 1 : 0)
      case .fate(let fate): sum + fate.count.lowerBound
      }
    }
  }

  /// The law of progress: a record that was taken because its time had come does not want to be taken again at once, or has less that waits.
  static func progressProblems(_ before: JobRecord, _ after: JobRecord, _ moment: Moment) -> [String] {
    guard let due = moment.due else { return [] }
    let wake = due.starts > 0 ? after.wakeAt : after.tendAt
    guard let wake, wake <= due.now else { return [] }
    func backlog(_ record: JobRecord) -> (Int, Int) {
      let isDue =
        record.state.status == .active
        && (record.state.nextStart ?? record.state.nextFire).map { $0 <= due.now } ?? false
      return (isDue ? 1 : 0, record.state.runs.count { $0.claim == nil })
    }
    if backlog(after) < backlog(before) { return [] }
    return ["its time came, was answered, and comes again at \(wake), which is not later than \(due.now)"]
  }

  // MARK: The end

  /// What is wrong in the end.
  func problems(history: [HistoryRow], record: JobRecord?) -> [String] {
    var problems: [String] = []
    if record == nil, !self.isErased { problems.append("the record is gone") }
    // What is still in the outbox is on its way.
    let outbox = record?.state.outbox ?? []
    let told = Set(history).union(outbox)
    let missing = Set(self.rows).subtracting(told)
    if !missing.isEmpty {
      problems.append("\(missing.count) rows are not in the history, \(missing.first?.entry as Any)")
    }
    if Set(history).count != history.count { problems.append("the history has rows twice") }
    if history.count > self.rows.count { problems.append("the history has rows that nobody wrote") }
    let runs = record?.state.runs ?? []
    let all = Array(told)
    if self.fireCount != JobBook.ended(all) + runs.count {
      problems.append("\(self.fireCount) fires came, \(JobBook.ended(all)) ended, \(runs.count) are on their way")
    }
    let attempts = all.compactMap { row -> AttemptEnd? in
      if case .attempt(let end) = row.entry { end } else { nil }
    }
    let going = runs.count { $0.claim != nil }
    if self.starts != self.releases + Int64(attempts.count + going) {
      problems.append(
        "\(self.starts) attempts began, \(self.releases) were given back, \(attempts.count) ended, \(going) are going")
    }
    if let record { problems += self.counterProblems(record.state.counters, attempts, all, going) }
    return problems
  }

  private func counterProblems(
    _ counters: RunCounters, _ attempts: [AttemptEnd], _ history: [HistoryRow], _ going: Int
  ) -> [String] {
    func count(_ matches: (AttemptEnd) -> Bool) -> Int64 { Int64(attempts.count(where: matches)) }
    let isFailure: (AttemptEnd) -> Bool = { $0.outcome == .failed || $0.outcome == .timedOut }
    let dropped = history.reduce(Int64(0)) { sum, row in
      if case .fate(let fate) = row.entry { sum + Int64(fate.count.lowerBound) } else { sum }
    }
    let counted = RunCounters(
      started: self.starts - self.releases, succeeded: count { $0.outcome == .succeeded },
      failed: count { isFailure($0) && $0.retryAt == nil }, retried: count { isFailure($0) && $0.retryAt != nil },
      snoozed: count { $0.outcome == .snoozed },
      crashed: count { $0.outcome == .crashed || $0.outcome == .interrupted },
      cancelled: count { $0.outcome == .cancelled }, unknown: count { $0.outcome == .unknown },
      dropped: dropped)
    return counters == counted ? [] : ["the record counts \(counters), the history \(counted)"]
  }
}
