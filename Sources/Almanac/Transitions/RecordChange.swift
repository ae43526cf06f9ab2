/// A transition while it is being worked out: the record as it will be, and what is to be done once it is.
struct RecordChange {
  let now: Instant
  var definition: JobDefinition
  var state: JobState
  private(set) var effects: [Effect] = []
  /// The revision that the change will have.
  private let revision: Int64
  private var rows = 0

  init(_ record: JobRecord, now: Instant) {
    self.now = now
    self.definition = record.definition
    self.state = record.state
    self.revision = record.state.revision.countedUp
  }

  /// The change that puts a new incarnation in the place of an old one. Rows of the old one that have not reached the history travel on.
  init(_ record: JobRecord, basedOn old: RecordChange) {
    self = old
    self.definition = record.definition
    self.state = record.state
    self.state.outbox = old.state.outbox
    self.state.outboxDueAt = old.state.outboxDueAt
  }

  var policies: JobPolicies { self.definition.policies }
  var record: JobRecord { JobRecord(definition: self.definition, state: self.state) }

  var schedule: FireSchedule { FireSchedule(self.definition) }

  /// How many more fires of the trigger the job may take on to run.
  var firesLeft: Int64 {
    guard let limit = self.policies.runLimit.map({ Int64(max($0, 0)) }) else { return .max }
    return self.state.firesTaken >= limit ? 0 : limit - max(self.state.firesTaken, 0)
  }

  mutating func perform(_ effect: Effect) {
    self.effects.append(effect)
  }

  mutating func report(_ report: Report) {
    self.effects.append(.report(report))
  }

  /// Writes a line of history and reports it.
  mutating func write(_ entry: HistoryEntry) {
    self.state.outbox.append(
      HistoryRow(
        job: self.definition.id, jobName: self.definition.lane.jobName, incarnation: self.definition.incarnation,
        revision: self.revision, ordinal: self.rows, at: self.now,
        keepUntil: self.policies.historyAge.map { self.now + max($0, .zero) }, entry: entry))
    self.rows += 1
    switch entry {
    case .attempt(let end):
      self.report(.ended(end))
    case .fate(let fate):
      let (sum, overflow) = self.state.counters.dropped.addingReportingOverflow(Int64(fate.count.lowerBound))
      self.state.counters.dropped = overflow ? .max : sum
      self.report(.dropped(fate))
    }
  }

  /// Writes what became of the fires from `first` to `last`, both included. Nothing is dropped without passing here.
  mutating func drop(_ reason: FateReason, from first: Instant, through last: Instant) {
    self.write(.fate(Fate(reason: reason, first: first, last: last, count: self.count(from: first, through: last))))
  }

  private func count(from first: Instant, through last: Instant) -> FireCount {
    let trigger = self.definition.trigger
    if trigger.unreadableReason != nil { return .atLeast(1) }
    // The first was announced as a fire, so it counts, even where it does not lie on the trigger: older zone data may have set it.
    switch trigger.count(after: first, through: last, limit: RecordChange.countLimit - 1) {
    case .exactly(let more): return .exactly(more.countedUp)
    case .atLeast(let more): return .atLeast(more.countedUp)
    }
  }

  /// Adds a run in its place: runs are ordered by fire time.
  mutating func insert(_ run: Run) {
    let index = self.state.runs.firstIndex { (run.fireTime, run.attempt) < ($0.fireTime, $0.attempt) }
    self.state.runs.insert(run, at: index ?? self.state.runs.endIndex)
  }

  /// Drops waiting runs, as one line.
  mutating func dropRuns(_ reason: FateReason, where matches: (Run) -> Bool) {
    let dropped = self.state.runs.filter { $0.claim == nil && matches($0) }
    guard let first = dropped.map(\.fireTime).min(), let last = dropped.map(\.fireTime).max() else { return }
    self.state.runs.removeAll { $0.claim == nil && matches($0) }
    self.write(.fate(Fate(reason: reason, first: first, last: last, count: .exactly(dropped.count))))
  }

  mutating func setStatus(_ status: JobStatus, note: String? = nil) {
    self.state.status = status
    self.state.note = note
    self.state.statusSince = self.now
  }

  /// Sets the next fire, when it may start, and remembers by which zone data it was computed. A job that has run as often as it may has none.
  mutating func setNextFire(_ fire: Instant?) {
    self.state.nextFire = self.firesLeft > 0 ? fire : nil
    self.state.nextStart = self.state.nextFire.flatMap { self.schedule.putOffStart(of: $0) }
    self.state.zoneData = self.definition.trigger.zoneDataVersion
  }

  /// Sets the job aside because its trigger cannot be read.
  mutating func quarantine(unreadableTrigger reason: String) {
    let note = "the trigger cannot be read: \(reason)"
    self.setStatus(.quarantined, note: note)
    self.report(.quarantined(reason: note))
  }

  /// Remembers that a claim was taken back. The lowest go first, so that of a claim that is not below those remembered it is known.
  mutating func revoke(_ claim: Int64) {
    self.state.revokedClaims.append(claim)
    self.state.revokedClaims.sort()
    if self.state.revokedClaims.count > JobState.maximumRevoked { self.state.revokedClaims.removeFirst() }
  }

  /// The verdict on what was worked out: the job is finished where nothing can follow, and the revision is counted on.
  mutating func commit() -> Verdict {
    if self.state.status == .active, self.state.nextFire == nil, self.state.runs.isEmpty {
      self.setStatus(.finished)
      self.state.forgetAt = self.policies.forgetAt(from: self.now)
      self.report(.finished)
    }
    if self.state.outbox.isEmpty {
      self.state.outboxDueAt = nil
    } else if self.rows > 0 || self.state.outboxDueAt == nil {
      self.state.outboxDueAt = self.now + JobRecord.outboxPatience
    }
    self.state.revision = self.revision
    return .commit(self.record, self.effects)
  }

  /// How many missed fires are counted one by one before "at least" is said.
  static let countLimit = 10_000
}

extension FixedWidthInteger {
  /// One more, or the same at the end of the type: a count that some other client wrote must not stop this one.
  var countedUp: Self { self == .max ? self : self + 1 }

  mutating func countUp() { self = self.countedUp }
}
