import Almanac

// What the policies of a job promise beyond its single runs: when it is set aside, how often it runs, what is kept of its failures.

extension JobBook {
  /// A fire that ended badly and is kept.
  struct DeadEntry: Hashable, Sendable {
    var fire: Instant
    var attempt: Int
  }

  /// What happened to the job as a whole, but for the ends of its runs.
  mutating func keep(_ before: JobRecord, _ after: JobRecord, _ effects: [Effect]) -> [String] {
    var problems: [String] = []
    for case .report(let report) in effects {
      switch report {
      case .resumed:
        self.crashes = 0
        self.failures = 0
      case .replaced where before.state.status == .quarantined && after.state.status != .quarantined:
        // What was said anew is what was repaired.
        self.crashes = 0
      case .deadRetried(let count): problems += self.retry(count, before, after)
      case .deadPurged(let count):
        let left = Set(after.state.dead.map(\.fireTime))
        let kept = self.dead.filter { left.contains($0.fire) }
        if self.dead.count - kept.count != count || count == 0 {
          problems.append("\(count) dead fires were let go, and \(self.dead.count - kept.count) are gone")
        }
        self.dead = kept
      default: break
      }
    }
    if after.state.status == .removed { self.dead = [] }
    let told = after.state.dead.map { DeadEntry(fire: $0.fireTime, attempt: $0.attempt) }
    if told != self.dead { problems.append("it keeps the dead fires \(told), where \(self.dead) ended badly") }
    if after.state.crashesInRow != self.crashes {
      problems.append("it counts \(after.state.crashesInRow) crashes in a row, where there were \(self.crashes)")
    }
    return problems
  }

  /// Dead fires are tried again: each of them ends once more.
  private mutating func retry(_ count: Int, _ before: JobRecord, _ after: JobRecord) -> [String] {
    var problems: [String] = []
    let came = after.state.runs.filter { run in
      !before.state.runs.contains { $0.fireTime == run.fireTime }
    }
    if came.count != count { problems.append("\(count) dead fires are tried again, and \(came.count) runs are there") }
    for run in came {
      guard let entry = self.dead.first(where: { $0.fire == run.fireTime }) else {
        problems.append("fire \(run.fireTime) is tried again, and is not among the dead")
        continue
      }
      if run.attempt != entry.attempt + 1 || run.failures != 0 || run.origin != .hand {
        problems.append("dead fire \(run.fireTime) goes on with attempt \(run.attempt) after \(entry.attempt)")
      }
      self.dead.removeAll { $0.fire == run.fireTime }
      self.fires[run.fireTime]?.isOver = false
      self.fires[run.fireTime]?.failures = 0
    }
    return problems
  }

  /// Paused at so many failures, quarantined at so many crashes, and neither without.
  ///
  /// - Parameter failures: how many fires in a row had ended badly at each of the ends that this change writes, the last ones included.
  func standingProblems(
    _ before: JobRecord, _ after: JobRecord, failing: [(count: Int, isLast: Bool)]
  ) -> [String] {
    let policies = after.definition.policies
    var status = before.state.status
    let isLeft = after.state.nextFire != nil || !after.state.runs.isEmpty
    if let limit = policies.pauseAfterFailures, status == .active,
      failing.contains(where: { $0.count >= limit && (isLeft || !$0.isLast) })
    {
      status = .paused
    }
    if let limit = policies.crashLimit, self.strikes >= max(limit, 1), status == .active || status == .paused {
      status = .quarantined
    }
    if status == .active, !isLeft { status = .finished }
    guard status != after.state.status else { return [] }
    return [
      "it is \(after.state.status), where \(status) is right after \(self.failures) failures and \(self.crashes) crashes"
    ]
  }

  /// What is owed to the policies by fires that were taken on now.
  mutating func takeOn(_ runs: [Run], _ before: JobRecord, _ after: JobRecord, _ moment: Moment) -> [String] {
    let policies = after.definition.policies
    self.taken += runs.count
    var problems: [String] = []
    if !runs.isEmpty, let limit = policies.runLimit, self.taken > limit {
      problems.append("\(self.taken) fires were taken on, where \(limit) may")
    }
    if !runs.isEmpty, policies.overlap == .cancelRunning, before.state.runs.contains(where: { $0.claim != nil }) {
      if self.open.values.contains(where: { $0.stop == nil }) {
        problems.append("a fire replaces what is going, which was not told to stop")
      }
      let waiting = after.state.runs.count { $0.claim == nil && $0.origin == .trigger && $0.attempt == 1 }
      if waiting > 1 { problems.append("\(waiting) fires wait to replace what is going") }
    }
    guard let due = moment.due else { return problems }
    for run in runs {
      let start = run.fireTime == before.state.nextFire ? before.state.nextStart ?? run.fireTime : run.fireTime
      if start > due.now { problems.append("fire \(run.fireTime) was taken on \(start - due.now) before its start") }
      if SimulatedPolicies.isTooLate(run.fireTime, to: due.now, policies, SimulatedPolicies.grace(policies)) {
        problems.append("fire \(run.fireTime) was taken on \(due.now - run.fireTime) later, which is too late")
      }
    }
    return problems
  }

  /// A start is put off by no more than the jitter, not beyond the next fire, and always by the same.
  func startProblems(_ before: JobRecord, _ after: JobRecord, _ moment: Moment) -> [String] {
    var problems: [String] = []
    let isSame = before.definition.revision == after.definition.revision
    // Zone data of another version may have another next fire than whoever announced this one.
    if !isSame || before.state.nextFire != after.state.nextFire, let fire = after.state.nextFire,
      let start = after.state.nextStart
    {
      let next = after.definition.trigger.next(after: fire) ?? .distantFuture
      if start <= fire || start - fire > after.definition.policies.jitter || start >= next {
        problems.append("fire \(fire) is to start at \(start)")
      }
    }
    if isSame, let fire = after.state.nextFire, fire == before.state.nextFire,
      before.state.zoneData == after.state.zoneData, before.state.nextStart != after.state.nextStart
    {
      problems.append("the start of fire \(fire) moved to \(after.state.nextStart as Any)")
    }
    // A fire whose start has come is owed, whatever is said of the job then.
    if !isSame, let fire = before.state.nextFire, (before.state.nextStart ?? fire) <= moment.now - .milliseconds(100),
      after.state.nextFire != fire, after.state.lastFire.map({ $0 < fire }) ?? true
    {
      problems.append("fire \(fire) had come, and is gone without a word")
    }
    return problems
  }
}
