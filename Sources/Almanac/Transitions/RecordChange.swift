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
    self.revision = record.state.revision + 1
  }

  var policies: JobPolicies { self.definition.policies }
  var record: JobRecord { JobRecord(definition: self.definition, state: self.state) }

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
        revision: self.revision, ordinal: self.rows, at: self.now, entry: entry))
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
    let count = self.definition.trigger.count(
      after: first - .microseconds(1), through: last, limit: RecordChange.countLimit)
    // A next fire that was set by hand, or by older zone data, need not lie on the trigger: it counts all the same.
    self.write(
      .fate(Fate(reason: reason, first: first, last: last, count: count.lowerBound == 0 ? .exactly(1) : count)))
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

  /// Sets the next fire and remembers by which zone data it was computed.
  mutating func setNextFire(_ fire: Instant?) {
    self.state.nextFire = fire
    self.state.zoneData = self.definition.trigger.zoneDataVersion
  }

  /// Remembers that a claim was taken back.
  mutating func revoke(_ claim: Int64) {
    self.state.revokedClaims.append(claim)
    if self.state.revokedClaims.count > JobState.maximumRevoked { self.state.revokedClaims.removeFirst() }
  }

  /// The verdict on what was worked out: the job is finished where nothing can follow, and the revision is counted on.
  mutating func commit() -> Verdict {
    if self.state.status == .active, self.state.nextFire == nil, self.state.runs.isEmpty {
      self.setStatus(.finished)
      self.state.forgetAt = self.now + self.policies.retention
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
