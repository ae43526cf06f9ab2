import Almanac

/// Jobs as JSON objects: stable names for programs.
enum JobJSON {
  /// - Parameters:
  ///   - isWaiting: whether nobody has its executor; nil where that was not looked for.
  ///   - count: how many fire times to add; none in a listing.
  static func object(_ job: JobSnapshot, isWaiting: Bool? = nil, fires count: Int? = nil) -> JSONValue {
    let definition = job.record.definition
    let state = job.record.state
    var members: [String: JSONValue] = [
      "id": .string(job.id.rawValue), "title": self.text(job.title), "type": .string(job.name),
      "status": .string(job.status.rawValue), "statusSince": .string(state.statusSince.rfc3339()),
      "note": self.text(state.note), "trigger": .string(job.trigger.description),
      "nextFire": EventJSON.time(state.nextFire), "nextStart": EventJSON.time(job.record.nextStart),
      "lastFire": EventJSON.time(state.lastFire),
      "lastOutcome": self.text(job.lastOutcome?.rawValue), "queue": .string(job.queue),
      "executor": .string(job.executor), "priority": .string(String(describing: job.priority)),
      "tags": .array(job.tags.map { .string($0) }), "creator": self.text(job.creator),
      "createdAt": .string(definition.createdAt.rfc3339()), "revision": .integer(state.revision),
      "definitionRevision": .integer(definition.revision), "incarnation": .integer(definition.incarnation),
      "failuresInRow": .integer(Int64(state.failuresInRow)), "crashesInRow": .integer(Int64(state.crashesInRow)),
      "firesTaken": .integer(state.firesTaken), "deadFires": .integer(Int64(state.dead.count)),
      "runs": .array(state.runs.map(self.object)), "counters": self.object(state.counters),
    ]
    if let isWaiting { members["waitingForExecutor"] = .bool(isWaiting) }
    if let count {
      members["policies"] = self.object(PolicyText.pairs(definition.policies))
      members["dead"] = .array(state.dead.map(self.object))
      members["payload"] = self.payload(of: definition)
      members["fires"] = .array(self.fires(of: job, count: count).map { .string($0.rfc3339()) })
      members["forgetAt"] = EventJSON.time(state.forgetAt)
    }
    return .object(members)
  }

  /// Policies by their keys in the configuration file.
  static func object(_ pairs: [(key: String, value: String)]) -> JSONValue {
    .object(Dictionary(pairs.map { ($0.key, .string($0.value)) }) { first, _ in first })
  }

  /// The next fire as it is stored, and those that follow it.
  static func fires(of job: JobSnapshot, count: Int) -> [Instant] {
    guard let first = job.record.state.nextFire, count > 0 else { return [] }
    return [first] + Fires(of: job.trigger, after: first, count: count - 1).all
  }

  /// The payload with what may not be shown left out.
  static func payload(of definition: JobDefinition) -> JSONValue {
    guard definition.profile.payloadCodec == Payload.json, let payload = try? JSONReader.value(in: definition.payload)
    else { return .string("\(definition.payload.count) bytes (\(definition.profile.payloadCodec))") }
    guard case .object(var members) = payload else { return payload }
    for field in definition.profile.redactedFields where members[field] != nil && members[field] != .null {
      members[field] = self.redacted(members[field] ?? .null)
    }
    return .object(members)
  }

  /// Names may be seen, values may not.
  private static func redacted(_ value: JSONValue) -> JSONValue {
    if case .object(let members) = value { return .object(members.mapValues { _ in .string("(hidden)") }) }
    return .string("(hidden)")
  }

  private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  private static func object(_ counters: RunCounters) -> JSONValue {
    [
      "started": .integer(counters.started), "succeeded": .integer(counters.succeeded),
      "failed": .integer(counters.failed), "retried": .integer(counters.retried), "snoozed": .integer(counters.snoozed),
      "crashed": .integer(counters.crashed),
      "cancelled": .integer(counters.cancelled), "unknown": .integer(counters.unknown),
      "dropped": .integer(counters.dropped),
    ]
  }

  private static func object(_ run: Run) -> JSONValue {
    var members: [String: JSONValue] = [
      "fireTime": .string(run.fireTime.rfc3339()), "origin": .string(run.origin.rawValue),
      "attempt": .integer(Int64(run.attempt)), "failures": .integer(Int64(run.failures)),
    ]
    switch run.phase {
    case .waiting(let until):
      members["state"] = "waiting"
      members["waitingUntil"] = .string(until.rfc3339())
    case .claimed(let claim):
      members["state"] = claim.cancelling == nil ? "claimed" : "cancelling"
      members["claimedAt"] = .string(claim.at.rfc3339())
      members["session"] = .integer(claim.owner.rawValue)
      members["timeoutAt"] = EventJSON.time(claim.timeoutAt)
      members["cancelling"] = self.text(claim.cancelling?.rawValue)
      members["progress"] = claim.progress.map(self.object) ?? .null
    }
    return .object(members)
  }

  private static func object(_ progress: RunProgress) -> JSONValue {
    [
      "completed": .integer(progress.completed), "total": progress.total.map { .integer($0) } ?? .null,
      "note": self.text(progress.note), "at": .string(progress.at.rfc3339()),
    ]
  }

  private static func object(_ dead: DeadRun) -> JSONValue {
    [
      "fireTime": .string(dead.fireTime.rfc3339()), "origin": .string(dead.origin.rawValue),
      "attempt": .integer(Int64(dead.attempt)), "outcome": .string(dead.outcome.rawValue),
      "message": self.text(dead.message), "diedAt": .string(dead.diedAt.rfc3339()),
    ]
  }
}
