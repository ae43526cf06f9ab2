import Almanac

/// One line of the table of crossings in `docs/policies.md`, as something that can be tried.
///
/// The trigger fires every 10 s from second 10 on, and it is second 30.
struct Crossing {
  static let now = Workshop.at(30)
  var record: JobRecord

  /// Reads what is said of a job: its status, then what else there is to know, between commas.
  init?(_ description: String) {
    let words = description.split(separator: ",").map { $0.trimmed }
    guard let status = words.first.flatMap(JobStatus.init(rawValue:)) else { return nil }
    var policies = JobPolicies(retry: RetryPolicy(attempts: 3, backoff: .fixed(.seconds(4))))
    var trigger = Workshop.every(10)
    var state = JobState(
      revision: 5, status: status, statusSince: Workshop.zero, nextFire: Workshop.at(40), lastFire: Workshop.at(20))
    if status.isTombstone {
      state.nextFire = nil
      state.forgetAt = Workshop.at(100)
    }
    for word in words.dropFirst() {
      guard
        Self.read(word, policies: &policies) || Self.read(word, schedule: &state, &trigger)
          || Self.read(word, runs: &state)
      else { return nil }
    }
    state.runs.sort { $0.fireTime < $1.fireTime }
    self.record = JobRecord(definition: Workshop.definition(trigger, policies), state: state)
  }

  private static func read(_ word: String, policies: inout JobPolicies) -> Bool {
    switch word {
    case "overlap queue": policies.overlap = .queue(limit: 1)
    case "overlap cancel": policies.overlap = .cancelRunning
    case "overlap allow 2": policies.overlap = .allow(limit: 2)
    case "catch-up earliest": policies.catchUp = .earliest
    case "catch-up all": policies.catchUp = .all(limit: 10)
    case "catch-up none": policies.catchUp = .none
    case "grace 5 s": policies.misfireGrace = .seconds(5)
    case "catch-up window 15 s": policies.catchUpWindow = .seconds(15)
    case "deadline 12 s": policies.deadline = .seconds(12)
    case "jitter 8 s": policies.jitter = .seconds(8)
    case "no retry": policies.retry = .never
    case "retry on Other only": policies.retry.retryOn = ["Other"]
    case "no retry on Wrong": policies.retry.giveUpOn = ["Wrong"]
    case "no retry on timeout": policies.retry.giveUpOn = [RetryPolicy.timeout]
    case "paused after 2 failures": policies.pauseAfterFailures = 2
    case "limit of 3 runs": policies.runLimit = 3
    case "crash limit 3": policies.crashLimit = 3
    case "no dead letters": policies.deadLetters = 0
    case "crash abandon": policies.onCrash = .abandon
    case "timeout 60 s": policies.timeout = .seconds(60)
    default: return false
    }
    return true
  }

  private static func read(_ word: String, schedule state: inout JobState, _ trigger: inout Trigger) -> Bool {
    switch word {
    case "fire due": state.nextFire = Workshop.at(30)
    case "3 fires missed":
      state.nextFire = Workshop.at(10)
      state.lastFire = nil
    case "trigger ended":
      trigger = .at(Workshop.at(20))
      state.nextFire = nil
    case "trigger unreadable": trigger = Workshop.unreadable
    case "failed before": state.failuresInRow = 1
    case "2 crashes before": state.crashesInRow = 2
    case "2 runs before": state.firesTaken = 2
    case "fire dead":
      state.dead = [DeadRun(fireTime: Workshop.at(9), attempt: 3, outcome: .failed, diedAt: Workshop.at(9.5))]
    case "start put off":
      state.nextFire = Workshop.at(30)
      state.nextStart = Workshop.at(35)
    case "time to forget it": state.forgetAt = Workshop.at(29)
    default: return false
    }
    return true
  }

  private static func read(_ word: String, runs state: inout JobState) -> Bool {
    func claim(_ run: Run) {
      state.claims = 1
      state.counters.started = 1
      state.runs.append(run)
    }
    switch word {
    case "run going": claim(Workshop.claimed(fire: 20, number: 1))
    case "run by hand going": claim(Workshop.claimed(fire: 21, number: 1, origin: .hand))
    case "run beyond its timeout": claim(Workshop.claimed(fire: 20, number: 1, timeoutAt: Workshop.at(29)))
    case "run told to stop": claim(Workshop.claimed(fire: 20, number: 1, cancelling: .requested))
    case "run replaced": claim(Workshop.claimed(fire: 20, number: 1, cancelling: .overlap))
    case "run timed out": claim(Workshop.claimed(fire: 20, number: 1, cancelling: .timeout))
    case "run taken back":
      state.claims = 1
      state.revokedClaims = [1]
    case "run counted": state.claims = 1
    case "retry pending": state.runs.append(Workshop.waiting(fire: 15, ready: 33, attempt: 2, failures: 1))
    case "retry due": state.runs.append(Workshop.waiting(fire: 15, ready: 29, attempt: 2, failures: 1))
    case "retry beyond its deadline": state.runs.append(Workshop.waiting(fire: 15, ready: 29, attempt: 2, failures: 1))
    case "fire queued": state.runs.append(Workshop.waiting(fire: 22))
    case "run by hand waiting":
      state.runs.append(Run(fireTime: Workshop.at(25), origin: .hand, phase: .waiting(until: Workshop.at(25))))
    case "64 runs waiting":
      state.runs = (0..<64).map { Workshop.waiting(fire: Double($0) / 8, ready: 33, attempt: 2, failures: 1) }
    default: return false
    }
    return true
  }

  /// What follows from an event, in words; nil where there is no such event.
  func outcome(of event: String) -> String? {
    if let policy = ["added again, keep": ConflictPolicy.keep, "added again, fail": .fail][event] {
      return self.describe(self.adding(self.record.definition.trigger, policy))
    }
    switch event {
    case "replaced, trigger kept": return self.describe(self.adding(self.record.definition.trigger, .replace))
    case "replaced, another trigger": return self.describe(self.adding(Workshop.every(7, from: 7), .replace))
    default: return self.verdict(of: event).map(self.describe)
    }
  }

  /// What is decided on an event; nil where there is no such event.
  func verdict(of event: String) -> Verdict? {
    self.event(event).map { JobMachine.apply($0, to: self.record, now: Self.now) }
  }

  private func adding(_ trigger: Trigger, _ policy: ConflictPolicy) -> Verdict {
    let definition = Workshop.definition(trigger, self.record.definition.policies, incarnation: 8, payload: [1])
    return JobMachine.resolve(
      existing: self.record, proposed: JobMachine.newRecord(definition, now: Self.now), policy, now: Self.now)
  }

  private func event(_ event: String) -> RecordEvent? {
    let token = Workshop.token(1, of: self.record)
    let definition = self.record.definition
    return switch event {
    case "its time comes, with a slot": Workshop.due(1)
    case "its time comes, with no slot": Workshop.due(0)
    case "the run succeeds": .finished(token, .succeeded, startedAt: Workshop.at(20), endedAt: Self.now)
    case "its time comes, with a slot, beside a suspect":
      .due(starts: 1, owner: Epoch(1), batch: 1, admitsSuspects: false)
    case "the run gives up":
      .finished(token, .failed(Workshop.wrong, .giveUp), startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run does not know":
      .finished(token, RunOutcome(.unknown(Workshop.wrong)), startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run asks for a retry in 7 s":
      .finished(token, .failed(Workshop.wrong, .after(.seconds(7))), startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run snoozes for 7 s":
      .finished(token, RunOutcome(.snoozed(.seconds(7))), startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run tells its progress": .progressed(token, RunProgress(completed: 1, total: 2, at: Self.now))
    case "its scheduler takes its leave": .ownerLost(Epoch(1), tookLeave: true)
    case "its dead fires are retried": .retryDead(nil)
    case "its dead fires are purged": .purgeDead(nil)
    case "the run fails": .finished(token, Workshop.failure, startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run stops": .finished(token, .cancelled, startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run's worker dies":
      .finished(token, RunOutcome(.crashed(Workshop.wrong)), startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run's worker is killed by a shutdown":
      .finished(token, Workshop.killed, startedAt: Workshop.at(20), endedAt: Self.now)
    case "the run is given back": .released(token)
    case "the payload cannot be read": .decodeFailed(token, reason: "not JSON")
    case "its scheduler is lost": .ownerLost(Epoch(1))
    case "the run is cancelled": .cancelRequested(token)
    case "its runs are cancelled": .cancelRequested(nil)
    case "paused": .paused(note: nil)
    case "resumed": .resumed(.fromNow)
    case "resumed to catch up": .resumed(.catchUp)
    case "run by hand": .triggeredByHand()
    case "next fire skipped": .skipNext
    case "removed": .removed
    case "redefined, trigger kept": .modified(definition.with(revision: 9))
    case "redefined, another trigger": .modified(Workshop.definition(Workshop.every(7, from: 7), definition.policies))
    case "newer zone data": .zoneDataChanged(version: "9999z")
    case "its rows are in the history": .outboxAppended(upTo: .max)
    default: nil
    }
  }

  /// Every event of ``event(_:)`` and how it is called.
  static let events = [
    "its time comes, with a slot", "its time comes, with no slot", "its time comes, with a slot, beside a suspect",
    "the run succeeds", "the run fails", "the run gives up", "the run does not know",
    "the run asks for a retry in 7 s",
    "the run snoozes for 7 s",
    "the run stops", "the run's worker dies", "the run's worker is killed by a shutdown", "the run tells its progress",
    "the run is given back", "the payload cannot be read",
    "its scheduler is lost", "its scheduler takes its leave", "the run is cancelled", "its runs are cancelled",
    "paused",
    "resumed", "resumed to catch up", "run by hand", "next fire skipped", "its dead fires are retried",
    "its dead fires are purged", "removed",
    "redefined, trigger kept", "redefined, another trigger", "newer zone data", "its rows are in the history",
    "added again, keep", "added again, fail", "replaced, trigger kept", "replaced, another trigger",
  ]

  // MARK: In words

  func describe(_ verdict: Verdict) -> String {
    switch verdict {
    case .refuse(let refusal): return "refused: \(Self.word(refusal))"
    case .erase: return "forgotten"
    case .commit(let after, let effects):
      var parts: [String] = []
      if after.definition.incarnation != self.record.definition.incarnation { parts.append("a new job") }
      if after.state.status != self.record.state.status { parts.append("becomes \(after.state.status)") }
      parts += Self.describe(Laws.newRows(self.record, after))
      parts += Self.describe(effects)
      parts += Self.describe(after.state.runs)
      if after.state.dead.count != self.record.state.dead.count {
        parts.append("\(after.state.dead.count == 0 ? "none" : "\(after.state.dead.count)") dead")
      }
      if after.state.nextFire != self.record.state.nextFire {
        parts.append("next fire \(Self.second(after.state.nextFire))")
      }
      return parts.isEmpty ? "as it was" : parts.joined(separator: "; ")
    }
  }

  private static func describe(_ rows: [HistoryRow]) -> [String] {
    rows.map { row in
      switch row.entry {
      case .fate(let fate): "\(fate.count.lowerBound) \(fate.reason)"
      case .attempt(let end):
        end.retryAt.map { "attempt \(end.outcome), again at \(self.second($0))" } ?? "ends \(end.outcome)"
      }
    }
  }

  private static func describe(_ effects: [Effect]) -> [String] {
    effects.compactMap { effect in
      switch effect {
      case .start(let order): "starts \(self.second(order.fireTime))"
      case .cancel(_, _, .requested): "tells it to stop"
      case .cancel(_, _, .timeout): "tells it to stop: timeout"
      case .cancel(_, _, .overlap): "tells it to stop: overlap"
      case .report: nil
      }
    }
  }

  private static func describe(_ runs: [Run]) -> [String] {
    let going = runs.count { $0.claim != nil }
    let waiting = runs.count - going
    var parts: [String] = []
    if going > 0 { parts.append("\(going) going") }
    if waiting > 0 { parts.append("\(waiting) waiting") }
    return parts
  }

  private static func second(_ instant: Instant?) -> String {
    instant.map { "\(($0 - Workshop.zero).components.seconds) s" } ?? "none"
  }

  private static func word(_ refusal: Refusal) -> String {
    switch refusal {
    case .idTaken: "id taken"
    case .kept: "kept as it is"
    case .unchanged: "says the same"
    case .isTombstone: "tombstone"
    case .already: "already so"
    case .quarantined: "quarantined"
    case .stale: "stale"
    case .alreadyApplied: "counted already"
    case .noSuchRun: "no such run"
    case .noDeadRun: "no dead run"
    case .tooManyRuns: "too many runs"
    case .noNextFire: "no next fire"
    case .changedMeanwhile: "changed meanwhile"
    case .nothingDue: "nothing due"
    }
  }
}

extension Substring {
  var trimmed: String {
    String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
