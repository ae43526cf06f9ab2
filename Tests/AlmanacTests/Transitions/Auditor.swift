import Almanac

/// A second opinion on every transition: what must hold of each step, and of a whole life, worked out without the machine's own means.
///
/// It counts fires by asking the trigger for the next one again and again, never by `count` or `last`.
struct Auditor {
  /// A claim is valid until it is taken back; of each of these keys there may be one.
  struct Start: Hashable {
    var incarnation: Int64
    var fire: Instant
    var attempt: Int
  }

  private(set) var claimed: [Start: FencingToken] = [:]
  private(set) var rowKeys: Set<String> = []
  /// Fires that came, and fires asked for by hand.
  private(set) var fires = 0
  /// Fires that came to an end: by an attempt that is not repeated, or by a fate.
  private(set) var ended = 0
  private(set) var lastClaim: Int64 = 0

  /// Starts with the runs that a record has already.
  mutating func begin(_ record: JobRecord) {
    self.fires = record.state.runs.count
    self.lastClaim = record.state.claims
  }

  /// What is wrong with a verdict, each as a sentence; empty where nothing is.
  mutating func check(_ before: JobRecord, _ event: RecordEvent, _ now: Instant, _ verdict: Verdict) -> [String] {
    switch verdict {
    case .refuse:
      return []
    case .erase:
      let state = before.state
      let mayGo = state.status.isTombstone && state.runs.isEmpty && state.outbox.isEmpty
      guard case .due = event, mayGo, let forgetAt = state.forgetAt, forgetAt <= now else {
        return ["erased what is not to be forgotten"]
      }
      return []
    case .commit(let after, let effects):
      var problems = Laws.problems(of: after, from: before)
      problems += Laws.problems(ofWaking: after, at: now)
      problems += Laws.problems(ofStep: event, before, after, effects, now)
      problems += self.follow(before, event, after, effects, now)
      return problems.map {
        "\(event) at \(now): \($0)\n  before: \(before.state.brief)\n  after: \(after.state.brief)"
      }
    }
  }

  private mutating func follow(
    _ before: JobRecord, _ event: RecordEvent, _ after: JobRecord, _ effects: [Effect], _ now: Instant
  ) -> [String] {
    var problems: [String] = []
    for case .start(let order) in effects {
      let key = Start(incarnation: order.token.incarnation, fire: order.fireTime, attempt: order.attempt)
      if let old = self.claimed[key], !after.state.revokedClaims.contains(old.claim) {
        problems.append("fire \(order.fireTime), attempt \(order.attempt) was claimed as \(old) and as \(order.token)")
      }
      self.claimed[key] = order.token
      if order.token.claim <= self.lastClaim { problems.append("token \(order.token) is not the highest") }
      self.lastClaim = max(self.lastClaim, order.token.claim)
    }
    let rows = Laws.newRows(before, after)
    for row in rows where !self.rowKeys.insert("\(row.job)/\(row.incarnation)/\(row.revision)/\(row.ordinal)").inserted
    {
      problems.append("two rows have the key \(row.revision).\(row.ordinal)")
    }
    self.fires += Laws.firesAnswered(before, event, after, now)
    for row in rows {
      switch row.entry {
      case .attempt(let end): self.ended += end.retryAt == nil ? 1 : 0
      case .fate(let fate): self.ended += fate.count.lowerBound
      }
    }
    if self.fires != self.ended + after.state.runs.count {
      problems.append("\(self.fires) fires came, \(self.ended) ended, \(after.state.runs.count) are on their way")
      // Told once, not at every step from here on.
      self.fires = self.ended + after.state.runs.count
    }
    return problems
  }
}

extension JobState {
  /// What a person looks at first.
  var brief: String {
    let runs = self.runs.prefix(4).map { run in
      switch run.phase {
      case .waiting(let until): "\(run.fireTime)/\(run.attempt) waits until \(until)"
      case .claimed(let claim): "\(run.fireTime)/\(run.attempt) claimed \(claim.number) by \(claim.owner)"
      }
    }
    let next = self.nextFire.map { "\($0)" } ?? "-"
    let last = self.lastFire.map { "\($0)" } ?? "-"
    return
      "\(self.status.rawValue), next \(next), last \(last), \(self.runs.count) runs \(runs), revoked \(self.revokedClaims)"
  }
}
