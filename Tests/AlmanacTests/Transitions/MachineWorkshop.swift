import Almanac

/// Records and times from which the tests of the transitions build what they need.
enum Workshop {
  static let zero = Instant(microsecondsSinceEpoch: 1_767_225_600_000_000)

  static func at(_ seconds: Double) -> Instant { self.zero + .seconds(seconds) }

  static func every(_ seconds: Int64, from start: Double = 10) -> Trigger {
    Trigger(json: [
      "kind": "interval", "microseconds": .integer(seconds * 1_000_000),
      "anchor": .integer(self.at(start).microsecondsSinceEpoch),
    ])
  }

  static let unreadable = Trigger.unreadable(raw: ["kind": "tides"], reason: "unknown kind")

  static func definition(
    _ trigger: Trigger, _ policies: JobPolicies = .default, incarnation: Int64 = 7, payload: [UInt8] = []
  ) -> JobDefinition {
    JobDefinition(
      id: "job", incarnation: incarnation, createdAt: self.zero, payload: payload, trigger: trigger,
      profile: JobProfile(lane: Lane(jobName: "work"), policies: policies))
  }

  /// A job as it is added at second 0.
  static func job(_ trigger: Trigger, _ policies: JobPolicies = .default) -> JobRecord {
    JobMachine.newRecord(self.definition(trigger, policies), now: self.zero)
  }

  static func claimed(
    fire: Double, number: Int64, owner: Int64 = 1, timeoutAt: Instant? = nil, cancelling: CancelReason? = nil,
    origin: RunOrigin = .trigger
  ) -> Run {
    Run(
      fireTime: self.at(fire), origin: origin,
      phase: .claimed(
        Claim(
          number: number, owner: Epoch(owner), batch: 1, at: self.at(fire), timeoutAt: timeoutAt, cancelling: cancelling
        )
      ))
  }

  static func waiting(fire: Double, ready: Double? = nil, attempt: Int = 1, failures: Int = 0) -> Run {
    Run(
      fireTime: self.at(fire), attempt: attempt, failures: failures, phase: .waiting(until: self.at(ready ?? fire)))
  }

  static func due(_ starts: Int, owner: Int64 = 1) -> RecordEvent {
    .due(starts: starts, owner: Epoch(owner), batch: 1)
  }

  static func token(_ claim: Int64, of record: JobRecord) -> FencingToken {
    FencingToken(incarnation: record.definition.incarnation, claim: claim)
  }

  static func finished(_ claim: Int64, of record: JobRecord, _ outcome: RunOutcome) -> RecordEvent {
    .finished(self.token(claim, of: record), outcome, startedAt: self.zero, endedAt: self.zero)
  }

  static let wrong = Failure(type: "Wrong", message: "it went wrong")
  /// Its process was killed, because it was told to stop and did not.
  static let killed: RunOutcome = {
    var outcome = RunOutcome(.crashed(Workshop.wrong))
    outcome.wasToldToStop = true
    return outcome
  }()
  static let failure = RunOutcome.failed(Workshop.wrong)
}

/// Follows one job through its events, and holds every step to the laws.
struct Follower {
  var record: JobRecord
  var now: Instant
  var auditor = Auditor()
  private(set) var problems: [String] = []
  /// What the last step did.
  private(set) var refusal: Refusal?
  private(set) var effects: [Effect] = []
  private(set) var isErased = false

  init(_ record: JobRecord, at seconds: Double = 0) {
    self.record = record
    self.now = Workshop.at(seconds)
    self.auditor.begin(record)
  }

  /// Applies an event, at the given second if one is given.
  mutating func apply(_ event: RecordEvent, at seconds: Double? = nil) {
    if let seconds { self.now = Workshop.at(seconds) }
    let verdict = JobMachine.apply(event, to: self.record, now: self.now)
    self.problems += self.auditor.check(self.record, event, self.now, verdict)
    self.take(verdict)
  }

  mutating func take(_ verdict: Verdict) {
    self.refusal = nil
    self.effects = []
    switch verdict {
    case .commit(let next, let effects):
      self.record = next
      self.effects = effects
    case .refuse(let refusal):
      self.refusal = refusal
    case .erase:
      self.isErased = true
    }
  }

  var state: JobState { self.record.state }

  var fates: [Fate] {
    self.state.outbox.compactMap { if case .fate(let fate) = $0.entry { fate } else { nil } }
  }

  var ends: [AttemptEnd] {
    self.state.outbox.compactMap { if case .attempt(let end) = $0.entry { end } else { nil } }
  }

  var starts: [StartOrder] {
    self.effects.compactMap { if case .start(let order) = $0 { order } else { nil } }
  }

  var cancels: [FencingToken] {
    self.effects.compactMap { if case .cancel(let token, _, _) = $0 { token } else { nil } }
  }

  var reports: [Report] {
    self.effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
  }
}
