// The stored forms of what lies in a state's lists: runs on their way, and fires that died.

extension Run: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case fire, origin, attempt, failures, ready, claim, owner, batch, at, timeoutAt, cancelling, progress
    case payload, payloadBase64

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let phase: RunPhase
    if let number = try fields.decodeIfPresent(Int64.self, forKey: .claim) {
      phase = .claimed(
        Claim(
          number: number, owner: try fields.decode(Epoch.self, forKey: .owner),
          batch: try fields.decode(Int64.self, forKey: .batch), at: try fields.decode(Instant.self, forKey: .at),
          timeoutAt: try fields.decodeIfPresent(Instant.self, forKey: .timeoutAt),
          cancelling: try fields.decodeIfPresent(CancelReason.self, forKey: .cancelling),
          progress: try fields.decodeIfPresent(RunProgress.self, forKey: .progress)))
    } else {
      phase = .waiting(until: try fields.decode(Instant.self, forKey: .ready))
    }
    self.init(
      fireTime: try fields.decode(Instant.self, forKey: .fire),
      origin: try fields.decodeIfPresent(RunOrigin.self, forKey: .origin) ?? .trigger,
      attempt: try fields.decodeIfPresent(Int.self, forKey: .attempt) ?? 1,
      failures: try fields.decodeIfPresent(Int.self, forKey: .failures) ?? 0, phase: phase,
      payload: try fields.decodeBytes(text: .payload, base64: .payloadBase64),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.fireTime, forKey: .fire)
    if self.origin != .trigger { try fields.encode(self.origin, forKey: .origin) }
    if self.attempt != 1 { try fields.encode(self.attempt, forKey: .attempt) }
    if self.failures != 0 { try fields.encode(self.failures, forKey: .failures) }
    switch self.phase {
    case .waiting(let ready):
      try fields.encode(ready, forKey: .ready)
    case .claimed(let claim):
      try fields.encode(claim.number, forKey: .claim)
      try fields.encode(claim.owner, forKey: .owner)
      try fields.encode(claim.batch, forKey: .batch)
      try fields.encode(claim.at, forKey: .at)
      try fields.encodeIfPresent(claim.timeoutAt, forKey: .timeoutAt)
      try fields.encodeIfPresent(claim.cancelling, forKey: .cancelling)
      try fields.encodeIfPresent(claim.progress, forKey: .progress)
    }
    try fields.encodeBytes(self.payload, text: .payload, base64: .payloadBase64)
    try self.unknown.encode(to: encoder)
  }
}

extension RunProgress: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case completed, total, note, at

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      completed: try fields.decode(Int64.self, forKey: .completed),
      total: try fields.decodeIfPresent(Int64.self, forKey: .total),
      note: try fields.decodeIfPresent(String.self, forKey: .note), at: try fields.decode(Instant.self, forKey: .at),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.completed, forKey: .completed)
    try fields.encodeIfPresent(self.total, forKey: .total)
    try fields.encodeIfPresent(self.note, forKey: .note)
    try fields.encode(self.at, forKey: .at)
    try self.unknown.encode(to: encoder)
  }
}

extension DeadRun: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case fire, origin, attempt, outcome, message, at, payload, payloadBase64

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      fireTime: try fields.decode(Instant.self, forKey: .fire),
      origin: try fields.decodeIfPresent(RunOrigin.self, forKey: .origin) ?? .trigger,
      attempt: try fields.decodeIfPresent(Int.self, forKey: .attempt) ?? 1,
      outcome: try fields.decode(OutcomeKind.self, forKey: .outcome),
      message: try fields.decodeIfPresent(String.self, forKey: .message),
      diedAt: try fields.decode(Instant.self, forKey: .at),
      payload: try fields.decodeBytes(text: .payload, base64: .payloadBase64),
      unknown: try UnknownFields(from: decoder, except: Key.names))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.fireTime, forKey: .fire)
    if self.origin != .trigger { try fields.encode(self.origin, forKey: .origin) }
    if self.attempt != 1 { try fields.encode(self.attempt, forKey: .attempt) }
    try fields.encode(self.outcome, forKey: .outcome)
    try fields.encodeIfPresent(self.message, forKey: .message)
    try fields.encode(self.diedAt, forKey: .at)
    try fields.encodeBytes(self.payload, text: .payload, base64: .payloadBase64)
    try self.unknown.encode(to: encoder)
  }
}
