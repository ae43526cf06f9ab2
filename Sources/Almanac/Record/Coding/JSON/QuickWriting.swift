// The stored form of what is usual, written straight down: a record is written at every claim and every end, and `JSONEncoder` takes longer for it than the
// database. What is seldom there (members of a newer version, dead runs, an outbox, progress) is left to `Codable`, which says what the form is:
// tests hold the two to the same bytes.

/// A part of a record that knows how to write itself.
protocol QuicklyWritten: Encodable {
  /// Answers false, with the text left unfinished, where the value holds what is left to `Codable`.
  func write(to json: inout JSONWriter) -> Bool
}

extension JobState: QuicklyWritten {
  func write(to json: inout JSONWriter) -> Bool {
    guard self.unknown.isEmpty, self.dead.isEmpty, self.outbox.isEmpty else { return false }
    json.beginObject()
    json.unlessZero("claims", self.claims)
    if self.counters != RunCounters() {
      json.name("counters")
      guard self.counters.write(to: &json) else { return false }
    }
    json.unlessZero("crashing", Int64(self.crashesInRow))
    json.unlessZero("failing", Int64(self.failuresInRow))
    json.unlessZero("fires", self.firesTaken)
    json.optional("forgetAt", self.forgetAt)
    json.optional("hand", self.lastHandFire)
    json.optional("last", self.lastFire)
    json.optional("next", self.nextFire)
    json.optional("note", self.note)
    json.optional("outboxAt", self.outboxDueAt)
    json.optional("outcome", self.lastOutcome?.rawValue)
    json.member("revision", self.revision)
    if !self.revokedClaims.isEmpty {
      json.name("revoked")
      json.beginArray()
      for claim in self.revokedClaims {
        json.separate()
        json.integer(claim)
      }
      json.endArray()
    }
    if !self.runs.isEmpty {
      json.name("runs")
      json.beginArray()
      for run in self.runs {
        json.separate()
        guard run.write(to: &json) else { return false }
      }
      json.endArray()
    }
    json.member("since", self.statusSince)
    json.optional("start", self.nextStart)
    json.member("status", self.status.rawValue)
    json.optional("zoneData", self.zoneData)
    json.endObject()
    return true
  }
}

extension RunCounters: QuicklyWritten {
  func write(to json: inout JSONWriter) -> Bool {
    guard self.unknownFields.isEmpty else { return false }
    json.beginObject()
    json.unlessZero("cancelled", self.cancelled)
    json.unlessZero("crashed", self.crashed)
    json.unlessZero("dropped", self.dropped)
    json.unlessZero("failed", self.failed)
    json.unlessZero("retried", self.retried)
    json.unlessZero("snoozed", self.snoozed)
    json.unlessZero("started", self.started)
    json.unlessZero("succeeded", self.succeeded)
    json.unlessZero("unknown", self.unknown)
    json.endObject()
    return true
  }
}

extension Run: QuicklyWritten {
  func write(to json: inout JSONWriter) -> Bool {
    let claim = self.claim
    guard self.unknown.isEmpty, claim?.progress == nil else { return false }
    json.beginObject()
    json.optional("at", claim?.at)
    if self.attempt != 1 { json.member("attempt", Int64(self.attempt)) }
    if let claim {
      json.member("batch", claim.batch)
      json.optional("cancelling", claim.cancelling?.rawValue)
      json.member("claim", claim.number)
    }
    json.unlessZero("failures", Int64(self.failures))
    json.member("fire", self.fireTime)
    if self.origin != .trigger { json.member("origin", self.origin.rawValue) }
    if let claim { json.member("owner", claim.owner.rawValue) }
    json.optional("payload", base64: "payloadBase64", self.payload)
    json.optional("ready", self.readyAt)
    json.optional("timeoutAt", claim?.timeoutAt)
    json.endObject()
    return true
  }
}

extension HistoryRow: QuicklyWritten {
  func write(to json: inout JSONWriter) -> Bool {
    guard case .attempt(let end) = self.entry, end.failure == nil, end.logs.isEmpty, self.unknown.isEmpty else {
      return false
    }
    json.beginObject()
    json.member("at", self.at)
    json.member("attempt", Int64(end.attempt))
    json.member("claim", end.claim)
    json.member("ended", end.endedAt)
    json.member("fire", end.fireTime)
    json.member("incarnation", self.incarnation)
    json.member("job", self.job.rawValue)
    json.member("jobName", self.jobName)
    json.optional("node", end.node)
    json.member("ordinal", Int64(self.ordinal))
    json.member("origin", end.origin.rawValue)
    json.member("outcome", end.outcome.rawValue)
    json.member("owner", end.owner.rawValue)
    json.optional("result", base64: "resultBase64", end.result)
    json.optional("retryAt", end.retryAt)
    json.member("revision", self.revision)
    json.member("started", end.startedAt)
    json.optional("until", self.keepUntil)
    json.endObject()
    return true
  }
}

extension JobDefinition: QuicklyWritten {
  func write(to json: inout JSONWriter) -> Bool {
    let (profile, extras) = (self.profile, self.extras)
    guard extras?.unknown.isEmpty ?? true else { return false }
    json.beginObject()
    json.optional("aliases", profile.nameAliases)
    json.member("codec", profile.payloadCodec)
    json.optional("concurrencyKey", extras?.concurrencyKey)
    json.optional("correlationID", extras?.correlationID)
    json.member("createdAt", self.createdAt)
    json.optional("creator", profile.creator)
    json.member("executor", profile.lane.executor)
    json.member("format", Int64(profile.lane.format))
    json.member("id", self.id.rawValue)
    json.optional("idempotencyKey", extras?.idempotencyKey)
    json.member("incarnation", self.incarnation)
    json.member("job", profile.lane.jobName)
    json.optional("parentID", extras?.parentID?.rawValue)
    json.optional("payload", base64: "payloadBase64", self.payload)
    json.member("payloadVersion", Int64(profile.payloadVersion))
    guard let policies = PolicyTexts.shared.text(of: profile) else { return false }
    json.name("policies")
    json.written(policies)
    json.member("priority", Int64(profile.lane.priority.rawValue))
    json.member("queue", profile.lane.queue)
    json.optional("redacted", profile.redactedFields)
    json.member("revision", self.revision)
    json.optional("tags", profile.tags)
    json.optional("title", profile.title)
    if let trace = extras?.traceContext, !trace.isEmpty {
      json.name("trace")
      guard json.value(.object(trace.mapValues { .string($0) })) else { return false }
    }
    json.name("trigger")
    guard json.value(self.trigger.json) else { return false }
    json.endObject()
    return true
  }
}
