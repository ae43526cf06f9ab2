// A row of history is stored flat: an attempt has an `outcome`, fires that did not run have a `reason`.
// A member that is not known is kept.

extension HistoryRow: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case job, jobName, incarnation, revision, ordinal, at
    case until, fire, origin, attempt, claim, owner, node, outcome, failure, started, ended, retryAt
    case result, resultBase64, logs
    case reason, first, last, count, atLeast

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let entry: HistoryEntry
    if let reason = try fields.decodeIfPresent(FateReason.self, forKey: .reason) {
      let count = try fields.decode(Int.self, forKey: .count)
      let open = try fields.decodeIfPresent(Bool.self, forKey: .atLeast) ?? false
      entry = .fate(
        Fate(
          reason: reason, first: try fields.decode(Instant.self, forKey: .first),
          last: try fields.decode(Instant.self, forKey: .last), count: open ? .atLeast(count) : .exactly(count)))
    } else {
      entry = .attempt(
        AttemptEnd(
          fireTime: try fields.decode(Instant.self, forKey: .fire),
          origin: try fields.decode(RunOrigin.self, forKey: .origin),
          attempt: try fields.decode(Int.self, forKey: .attempt),
          claim: try fields.decode(Int64.self, forKey: .claim),
          owner: try fields.decode(Epoch.self, forKey: .owner),
          node: try fields.decodeIfPresent(String.self, forKey: .node),
          outcome: try fields.decode(OutcomeKind.self, forKey: .outcome),
          failure: try fields.decodeIfPresent(Failure.self, forKey: .failure),
          startedAt: try fields.decode(Instant.self, forKey: .started),
          endedAt: try fields.decode(Instant.self, forKey: .ended),
          retryAt: try fields.decodeIfPresent(Instant.self, forKey: .retryAt),
          result: try fields.decodeBytes(text: .result, base64: .resultBase64),
          logs: try fields.decodeIfPresent([LogLine].self, forKey: .logs) ?? []))
    }
    self.init(
      job: try fields.decode(JobID.self, forKey: .job), jobName: try fields.decode(String.self, forKey: .jobName),
      incarnation: try fields.decode(Int64.self, forKey: .incarnation),
      revision: try fields.decode(Int64.self, forKey: .revision),
      ordinal: try fields.decodeIfPresent(Int.self, forKey: .ordinal) ?? 0,
      at: try fields.decode(Instant.self, forKey: .at),
      keepUntil: try fields.decodeIfPresent(Instant.self, forKey: .until), entry: entry,
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.job, forKey: .job)
    try fields.encode(self.jobName, forKey: .jobName)
    try fields.encode(self.incarnation, forKey: .incarnation)
    try fields.encode(self.revision, forKey: .revision)
    try fields.encode(self.ordinal, forKey: .ordinal)
    try fields.encode(self.at, forKey: .at)
    try fields.encodeIfPresent(self.keepUntil, forKey: .until)
    switch self.entry {
    case .fate(let fate):
      try fields.encode(fate.reason, forKey: .reason)
      try fields.encode(fate.first, forKey: .first)
      try fields.encode(fate.last, forKey: .last)
      try fields.encode(fate.count.lowerBound, forKey: .count)
      if case .atLeast = fate.count { try fields.encode(true, forKey: .atLeast) }
    case .attempt(let end):
      try fields.encode(end.fireTime, forKey: .fire)
      try fields.encode(end.origin, forKey: .origin)
      try fields.encode(end.attempt, forKey: .attempt)
      try fields.encode(end.claim, forKey: .claim)
      try fields.encode(end.owner, forKey: .owner)
      try fields.encodeIfPresent(end.node, forKey: .node)
      try fields.encode(end.outcome, forKey: .outcome)
      try fields.encodeIfPresent(end.failure, forKey: .failure)
      try fields.encode(end.startedAt, forKey: .started)
      try fields.encode(end.endedAt, forKey: .ended)
      try fields.encodeIfPresent(end.retryAt, forKey: .retryAt)
      try fields.encodeBytes(end.result, text: .result, base64: .resultBase64)
      if !end.logs.isEmpty { try fields.encode(end.logs, forKey: .logs) }
    }
    try self.unknown.encode(to: encoder)
  }
}

extension Failure: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case type, message

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      type: try fields.decode(String.self, forKey: .type), message: try fields.decode(String.self, forKey: .message),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.type, forKey: .type)
    try fields.encode(self.message, forKey: .message)
    try self.unknown.encode(to: encoder)
  }
}

extension LogLine: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case at, level, message

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      at: try fields.decode(Instant.self, forKey: .at), level: try fields.decode(String.self, forKey: .level),
      message: try fields.decode(String.self, forKey: .message),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.at, forKey: .at)
    try fields.encode(self.level, forKey: .level)
    try fields.encode(self.message, forKey: .message)
    try self.unknown.encode(to: encoder)
  }
}
