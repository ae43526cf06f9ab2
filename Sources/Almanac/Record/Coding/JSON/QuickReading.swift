// The stored form of what is usual, read in one pass; see QuickWriting.swift. Where anything is out of the way, `JSONDecoder` is asked.

extension JobState {
  init(_ text: JSONText, _ index: Int) throws {
    var members = try JSONMembers(text, index)
    self.init(
      revision: try members.integer("revision"), status: try members.word("status"),
      note: try members.optionalText("note"), statusSince: try members.instant("since"),
      nextFire: try members.optionalInstant("next"), nextStart: try members.optionalInstant("start"),
      lastFire: try members.optionalInstant("last"), lastHandFire: try members.optionalInstant("hand"),
      runs: try members.elements("runs").map { try Run(text, $0) },
      claims: try members.optionalInteger("claims") ?? 0,
      revokedClaims: try members.elements("revoked").map { try text.integer($0) },
      counters: try members.object("counters").map { try RunCounters($0) } ?? RunCounters(),
      lastOutcome: try members.optionalWord("outcome"),
      failuresInRow: Int(try members.optionalInteger("failing") ?? 0),
      crashesInRow: Int(try members.optionalInteger("crashing") ?? 0),
      firesTaken: try members.optionalInteger("fires") ?? 0, outboxDueAt: try members.optionalInstant("outboxAt"),
      forgetAt: try members.optionalInstant("forgetAt"), zoneData: try members.optionalText("zoneData"))
    try members.end()
  }
}

extension RunCounters {
  init(_ members: JSONMembers) throws {
    var members = members
    self.init(
      started: try members.optionalInteger("started") ?? 0, succeeded: try members.optionalInteger("succeeded") ?? 0,
      failed: try members.optionalInteger("failed") ?? 0, retried: try members.optionalInteger("retried") ?? 0,
      snoozed: try members.optionalInteger("snoozed") ?? 0, crashed: try members.optionalInteger("crashed") ?? 0,
      cancelled: try members.optionalInteger("cancelled") ?? 0, unknown: try members.optionalInteger("unknown") ?? 0,
      dropped: try members.optionalInteger("dropped") ?? 0)
    try members.end()
  }
}

extension Run {
  init(_ text: JSONText, _ index: Int) throws {
    var members = try JSONMembers(text, index)
    let phase: RunPhase
    if let number = try members.optionalInteger("claim") {
      phase = .claimed(
        Claim(
          number: number, owner: Epoch(try members.integer("owner")), batch: try members.integer("batch"),
          at: try members.instant("at"), timeoutAt: try members.optionalInstant("timeoutAt"),
          cancelling: try members.optionalWord("cancelling")))
    } else {
      phase = .waiting(until: try members.instant("ready"))
    }
    self.init(
      fireTime: try members.instant("fire"), origin: try members.optionalWord("origin") ?? .trigger,
      attempt: Int(try members.optionalInteger("attempt") ?? 1),
      failures: Int(try members.optionalInteger("failures") ?? 0), phase: phase,
      payload: try members.optionalBytes("payload"))
    try members.end()
  }
}

extension HistoryRow {
  /// An attempt that ended well.
  init(_ text: JSONText, _ index: Int) throws {
    var members = try JSONMembers(text, index)
    let end = AttemptEnd(
      fireTime: try members.instant("fire"), origin: try members.word("origin"),
      attempt: Int(try members.integer("attempt")), claim: try members.integer("claim"),
      owner: Epoch(try members.integer("owner")), node: try members.optionalText("node"),
      outcome: try members.word("outcome"), startedAt: try members.instant("started"),
      endedAt: try members.instant("ended"), retryAt: try members.optionalInstant("retryAt"),
      result: try members.optionalBytes("result"))
    self.init(
      job: JobID(try members.text("job")), jobName: try members.text("jobName"),
      incarnation: try members.integer("incarnation"), revision: try members.integer("revision"),
      ordinal: Int(try members.optionalInteger("ordinal") ?? 0), at: try members.instant("at"),
      keepUntil: try members.optionalInstant("until"), entry: .attempt(end))
    try members.end()
  }
}

extension JobDefinition {
  /// What goes into the profile.
  private static let shared: [StaticString] = [
    "job", "queue", "executor", "priority", "format", "policies", "tags", "title", "codec", "payloadVersion", "creator",
    "redacted", "aliases",
  ]

  static func quick(_ text: JSONText) throws -> JobDefinition {
    var members = try JSONMembers(text, 0)
    let raw = members.raw(self.shared)
    let profile = try ProfileTexts.shared.profile(raw) {
      try RecordCodec.thoroughValue(JobDefinition.self, text.bytes).profile
    }
    let extras = JobExtras(
      concurrencyKey: try members.optionalText("concurrencyKey"),
      correlationID: try members.optionalText("correlationID"),
      parentID: try members.optionalText("parentID").map { JobID($0) }, traceContext: try self.trace(&members),
      idempotencyKey: try members.optionalText("idempotencyKey"))
    guard let payload = try members.optionalBytes("payload") else { throw JSONText.Refused() }
    let definition = JobDefinition(
      id: JobID(try members.text("id")), incarnation: try members.integer("incarnation"),
      revision: try members.optionalInteger("revision") ?? 1, createdAt: try members.instant("createdAt"),
      payload: payload, trigger: Trigger(json: try members.value("trigger")), profile: profile,
      extras: extras.isEmpty ? nil : extras)
    try members.end()
    return definition
  }

  private static func trace(_ members: inout JSONMembers) throws -> [String: String] {
    guard let index = members.present("trace") else { return [:] }
    guard case .object(let values) = try members.value(at: index) else { throw JSONText.Refused() }
    return try values.mapValues { value in
      guard let text = value.stringValue else { throw JSONText.Refused() }
      return text
    }
  }
}
