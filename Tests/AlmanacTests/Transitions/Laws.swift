import Almanac

/// What must hold of a record after every step, whatever the step was.
enum Laws {
  static func newRows(_ before: JobRecord, _ after: JobRecord) -> [HistoryRow] {
    let old = Set(before.state.outbox.map { [$0.incarnation, $0.revision, Int64($0.ordinal)] })
    return after.state.outbox.filter { !old.contains([$0.incarnation, $0.revision, Int64($0.ordinal)]) }
  }

  /// What is wrong with the record by itself, and beside the one that it came from.
  static func problems(of after: JobRecord, from before: JobRecord) -> [String] {
    let state = after.state
    var problems: [String] = []
    func expect(_ holds: Bool, _ problem: @autoclosure () -> String) { if !holds { problems.append(problem()) } }

    expect(
      state.revision == before.state.revision + 1, "the revision went from \(before.revision) to \(after.revision)")
    expect(state.runs.count <= max(JobState.maximumRuns, before.state.runs.count), "\(state.runs.count) runs")
    let fires = state.runs.map(\.fireTime)
    expect(fires == fires.sorted(), "the runs are not in the order of their fires")
    expect(Set(fires).count == fires.count, "two runs have one fire time")
    let numbers = state.runs.compactMap { $0.claim?.number }
    expect(Set(numbers).count == numbers.count, "two runs have one claim")
    expect(numbers.allSatisfy { $0 <= state.claims && !state.revokedClaims.contains($0) }, "a claim is not in force")
    expect(state.claims >= before.state.claims, "claims were counted back")
    expect(state.revokedClaims.count <= JobState.maximumRevoked, "too many revoked claims")
    expect(state.revokedClaims == state.revokedClaims.sorted(), "revoked claims are out of order")
    expect(state.dead.count <= max(JobPolicies.maximumDeadLetters, before.state.dead.count), "\(state.dead.count) dead")
    expect(
      state.dead.allSatisfy { dead in !fires.contains(dead.fireTime) }, "a fire is dead and on its way at once")
    expect(
      state.nextStart.map { start in state.nextFire.map { $0 < start } ?? false } ?? true,
      "the next start is not after the next fire")
    expect((state.outboxDueAt == nil) == state.outbox.isEmpty, "the outbox and its time do not agree")

    switch state.status {
    case .active:
      expect(state.nextFire != nil || !state.runs.isEmpty, "active with nothing to come")
      expect(state.forgetAt == nil, "active and to be forgotten")
    case .paused, .quarantined:
      expect(state.forgetAt == nil, "\(state.status) and to be forgotten")
    case .finished, .removed:
      expect(state.nextFire == nil, "a tombstone with a next fire")
      expect(state.forgetAt != nil, "a tombstone that is never forgotten")
      expect(state.runs.allSatisfy { $0.claim != nil }, "a tombstone with a run that waits")
      if state.status == .finished { expect(state.runs.isEmpty, "finished with a run") }
    }
    expect(
      state.status == before.state.status || StatusDiagram.moves.contains([before.state.status, state.status]),
      "went from \(before.state.status) to \(state.status)")
    return problems
  }

  /// What is wrong with the derived instants: they must say exactly when there is something to do, and doing it must end.
  static func problems(ofWaking record: JobRecord, at now: Instant) -> [String] {
    var problems: [String] = []
    let tending = JobMachine.apply(.due(starts: 0, owner: Epoch(1), batch: 1), to: record, now: now)
    let starting = JobMachine.apply(.due(starts: 1, owner: Epoch(1), batch: 1), to: record, now: now)
    let isTendDue = record.tendAt.map { $0 <= now } ?? false
    let isStartDue = record.startAt.map { $0 <= now } ?? false
    if isTendDue, case .refuse = tending { problems.append("has to be looked after, and nothing is done") }
    if isTendDue || isStartDue, case .refuse = starting { problems.append("is due, and nothing is done") }
    if !isTendDue, !isStartDue {
      if case .refuse(.nothingDue) = starting {} else { problems.append("is not due, and something is done") }
    }
    if case .commit(let tended, _) = tending, let again = tended.tendAt, again <= now {
      problems.append("has to be looked after again at once")
    }
    // Whoever takes due records again and again must come to an end: each turn starts a run that waited.
    var current = record
    var turns = 0
    while let wakeAt = current.wakeAt, wakeAt <= now {
      guard
        case .commit(let next, _) = JobMachine.apply(.due(starts: 1, owner: Epoch(1), batch: 1), to: current, now: now)
      else { break }
      let waited = self.backlog(current, now)
      if let wakeAt = next.wakeAt, wakeAt <= now, self.backlog(next, now) >= waited {
        problems.append("does not get on: \(waited) to do, then \(self.backlog(next, now))")
        break
      }
      current = next
      turns += 1
    }
    if turns > JobState.maximumRuns + 2 { problems.append("was taken \(turns) times") }
    return problems
  }

  /// What there is to do now: more than any number of runs while fires are to be answered or something is overdue.
  private static func backlog(_ record: JobRecord, _ now: Instant) -> Int {
    let runs = record.state.runs.count { $0.readyAt.map { $0 <= now } ?? false }
    let isUnanswered = record.state.status == .active && record.nextStart.map { $0 <= now } ?? false
    let isOverdue = record.tendAt.map { $0 <= now } ?? false
    return runs + (isUnanswered ? 1_000 : 0) + (isOverdue ? 10_000 : 0)
  }

  /// What is wrong with what one event did.
  static func problems(
    ofStep event: RecordEvent, _ before: JobRecord, _ after: JobRecord, _ effects: [Effect], _ now: Instant
  ) -> [String] {
    var problems: [String] = []
    func expect(_ holds: Bool, _ problem: @autoclosure () -> String) { if !holds { problems.append(problem()) } }
    let rows = self.newRows(before, after)
    expect(rows.map(\.ordinal) == Array(0..<rows.count), "the new rows are numbered \(rows.map(\.ordinal))")
    expect(rows.allSatisfy { $0.revision == after.revision }, "a new row has another revision")

    var told = 0
    var starts: [StartOrder] = []
    for effect in effects {
      switch effect {
      case .report(.ended), .report(.dropped): told += 1
      case .start(let order): starts.append(order)
      case .cancel, .report: break
      }
    }
    expect(told == rows.count, "\(rows.count) rows were written and \(told) told")

    let claims = after.state.claims - before.state.claims
    expect(Int64(starts.count) == claims, "\(claims) claims and \(starts.count) starts")
    if case .due(let most, let owner, _, _) = event {
      expect(starts.count <= max(most, 0), "\(starts.count) starts of \(most)")
      for order in starts {
        let claim = after.state.runs.first { $0.claim?.number == order.token.claim }?.claim
        expect(claim?.owner == owner && claim?.timeoutAt == order.timeoutAt, "start \(order) has no claim")
      }
      let going = after.state.runs.count { $0.claim != nil }
      if !starts.isEmpty {
        expect(going <= after.definition.policies.overlap.concurrency, "\(going) runs are going")
      }
    } else {
      expect(starts.isEmpty, "started by something else than its time")
    }
    for run in before.state.runs {
      guard let claim = run.claim, !after.state.runs.contains(where: { $0.claim?.number == claim.number }) else {
        continue
      }
      let isTold = rows.contains { if case .attempt(let end) = $0.entry { end.claim == claim.number } else { false } }
      expect(isTold || after.state.revokedClaims.contains(claim.number), "claim \(claim.number) vanished")
    }
    return problems
  }

  // MARK: Counting fires

  /// How many fires a step answered: of the trigger, and by hand.
  static func firesAnswered(_ before: JobRecord, _ event: RecordEvent, _ after: JobRecord, _ now: Instant) -> Int {
    if case .triggeredByHand = event { return 1 }
    if case .retryDead = event { return before.state.dead.count - after.state.dead.count }
    guard let first = before.state.nextFire else { return 0 }
    let trigger = before.definition.trigger
    let through: Instant
    switch event {
    case .due, .skipNext, .resumed:
      if after.state.nextFire == first { return 0 }
      // A job that has run as often as it may is over with its last fire: what would have come after it is none.
      let isOver = after.definition.policies.runLimit.map { after.state.firesTaken >= Int64($0) } ?? false
      let end = isOver ? after.state.lastFire ?? first : max(now, first)
      through = after.state.nextFire.map { $0 - .microseconds(1) } ?? end
    case .removed:
      guard first <= now else { return 0 }
      through = now
    case .modified:
      guard first <= now, after.state.lastFire != before.state.lastFire else { return 0 }
      through = now
    default:
      return 0
    }
    var count = 1
    var fire = first
    while let next = trigger.next(after: fire), next <= through {
      count += 1
      fire = next
    }
    return count
  }
}

/// The moves between statuses that one incarnation of a job can make.
enum StatusDiagram {
  static let moves: Set<[JobStatus]> = [
    [.active, .paused], [.active, .finished], [.active, .removed], [.active, .quarantined],
    [.paused, .active], [.paused, .finished], [.paused, .removed], [.paused, .quarantined],
    [.quarantined, .active], [.quarantined, .finished], [.quarantined, .removed],
    [.finished, .active], [.finished, .removed],
  ]
}
