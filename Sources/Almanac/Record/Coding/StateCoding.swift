// The stored form of a state. It is written at every claim and every end of a run, so what is empty is left out.

extension JobState: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case revision, status, note, since, next, start, last, hand, runs, claims, revoked, counters, outcome, outbox,
      outboxAt, forgetAt, zoneData, dead, failing, crashing, fires

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      revision: try fields.decode(Int64.self, forKey: .revision),
      status: try fields.decode(JobStatus.self, forKey: .status),
      note: try fields.decodeIfPresent(String.self, forKey: .note),
      statusSince: try fields.decode(Instant.self, forKey: .since),
      nextFire: try fields.decodeIfPresent(Instant.self, forKey: .next),
      nextStart: try fields.decodeIfPresent(Instant.self, forKey: .start),
      lastFire: try fields.decodeIfPresent(Instant.self, forKey: .last),
      lastHandFire: try fields.decodeIfPresent(Instant.self, forKey: .hand),
      runs: try fields.decodeIfPresent([Run].self, forKey: .runs) ?? [],
      claims: try fields.decodeIfPresent(Int64.self, forKey: .claims) ?? 0,
      revokedClaims: try fields.decodeIfPresent([Int64].self, forKey: .revoked) ?? [],
      counters: try fields.decodeIfPresent(RunCounters.self, forKey: .counters) ?? RunCounters(),
      lastOutcome: try fields.decodeIfPresent(OutcomeKind.self, forKey: .outcome),
      dead: try fields.decodeIfPresent([DeadRun].self, forKey: .dead) ?? [],
      failuresInRow: try fields.decodeIfPresent(Int.self, forKey: .failing) ?? 0,
      crashesInRow: try fields.decodeIfPresent(Int.self, forKey: .crashing) ?? 0,
      firesTaken: try fields.decodeIfPresent(Int64.self, forKey: .fires) ?? 0,
      outbox: try fields.decodeIfPresent([HistoryRow].self, forKey: .outbox) ?? [],
      outboxDueAt: try fields.decodeIfPresent(Instant.self, forKey: .outboxAt),
      forgetAt: try fields.decodeIfPresent(Instant.self, forKey: .forgetAt),
      zoneData: try fields.decodeIfPresent(String.self, forKey: .zoneData),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.revision, forKey: .revision)
    try fields.encode(self.status, forKey: .status)
    try fields.encodeIfPresent(self.note, forKey: .note)
    try fields.encode(self.statusSince, forKey: .since)
    try fields.encodeIfPresent(self.nextFire, forKey: .next)
    try fields.encodeIfPresent(self.nextStart, forKey: .start)
    try fields.encodeIfPresent(self.lastFire, forKey: .last)
    try fields.encodeIfPresent(self.lastHandFire, forKey: .hand)
    if !self.runs.isEmpty { try fields.encode(self.runs, forKey: .runs) }
    if self.claims != 0 { try fields.encode(self.claims, forKey: .claims) }
    if !self.revokedClaims.isEmpty { try fields.encode(self.revokedClaims, forKey: .revoked) }
    if self.counters != RunCounters() { try fields.encode(self.counters, forKey: .counters) }
    try fields.encodeIfPresent(self.lastOutcome, forKey: .outcome)
    if !self.dead.isEmpty { try fields.encode(self.dead, forKey: .dead) }
    if self.failuresInRow != 0 { try fields.encode(self.failuresInRow, forKey: .failing) }
    if self.crashesInRow != 0 { try fields.encode(self.crashesInRow, forKey: .crashing) }
    if self.firesTaken != 0 { try fields.encode(self.firesTaken, forKey: .fires) }
    if !self.outbox.isEmpty { try fields.encode(self.outbox, forKey: .outbox) }
    try fields.encodeIfPresent(self.outboxDueAt, forKey: .outboxAt)
    try fields.encodeIfPresent(self.forgetAt, forKey: .forgetAt)
    try fields.encodeIfPresent(self.zoneData, forKey: .zoneData)
    try self.unknown.encode(to: encoder)
  }
}

extension RunCounters: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case started, succeeded, failed, retried, snoozed, crashed, cancelled, unknown, dropped

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    func count(_ key: Key) throws -> Int64 { try fields.decodeIfPresent(Int64.self, forKey: key) ?? 0 }
    self.init(
      started: try count(.started), succeeded: try count(.succeeded), failed: try count(.failed),
      retried: try count(.retried), snoozed: try count(.snoozed), crashed: try count(.crashed),
      cancelled: try count(.cancelled), unknown: try count(.unknown), dropped: try count(.dropped),
      unknownFields: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    func encode(_ value: Int64, _ key: Key) throws { if value != 0 { try fields.encode(value, forKey: key) } }
    try encode(self.started, .started)
    try encode(self.succeeded, .succeeded)
    try encode(self.failed, .failed)
    try encode(self.retried, .retried)
    try encode(self.snoozed, .snoozed)
    try encode(self.crashed, .crashed)
    try encode(self.cancelled, .cancelled)
    try encode(self.unknown, .unknown)
    try encode(self.dropped, .dropped)
    try self.unknownFields.encode(to: encoder)
  }
}
