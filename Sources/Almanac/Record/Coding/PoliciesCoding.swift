// Policies are stored as an object of plain words and integers of microseconds: {"overlap":"queue","overlapLimit":3}.
// A word that a newer version wrote cannot be obeyed, so it is an error: such jobs are in lanes that this version does not serve.

extension JobPolicies: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case misfireGrace, catchUp, catchUpLimit, overlap, overlapLimit, attempts, backoff, backoffFrom, backoffCap
    case timeout, onCrash, retention

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    func duration(_ key: Key) throws -> Duration? {
      try fields.decodeIfPresent(Int64.self, forKey: key).map { .microseconds($0) }
    }
    func limit(_ key: Key) throws -> Int {
      min(max(try fields.decodeIfPresent(Int.self, forKey: key) ?? 1, 1), JobState.maximumRuns)
    }
    func unknownWord(_ key: Key, _ word: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: fields, debugDescription: "unknown \(key.rawValue) policy \"\(word)\"")
    }
    self.init()
    self.unknown = try UnknownFields(from: decoder, except: Key.names)
    self.misfireGrace = try duration(.misfireGrace)
    self.timeout = try duration(.timeout)
    self.retention = try duration(.retention) ?? JobPolicies.default.retention
    if let word = try fields.decodeIfPresent(String.self, forKey: .catchUp) {
      switch word {
      case "latest": self.catchUp = .latest
      case "earliest": self.catchUp = .earliest
      case "all": self.catchUp = .all(limit: try limit(.catchUpLimit))
      case "none": self.catchUp = .none
      default: throw unknownWord(.catchUp, word)
      }
    }
    if let word = try fields.decodeIfPresent(String.self, forKey: .overlap) {
      switch word {
      case "skip": self.overlap = .skip
      case "queue": self.overlap = .queue(limit: try limit(.overlapLimit))
      case "allow": self.overlap = .allow(limit: try limit(.overlapLimit))
      default: throw unknownWord(.overlap, word)
      }
    }
    self.onCrash = try fields.decodeIfPresent(CrashPolicy.self, forKey: .onCrash) ?? .runAgain
    let attempts = max(try fields.decodeIfPresent(Int.self, forKey: .attempts) ?? 1, 1)
    let from = try duration(.backoffFrom) ?? .seconds(1)
    let cap = try duration(.backoffCap) ?? .seconds(3_600)
    switch try fields.decodeIfPresent(String.self, forKey: .backoff) ?? "exponential" {
    case "fixed": self.retry = RetryPolicy(attempts: attempts, backoff: .fixed(from))
    case "linear": self.retry = RetryPolicy(attempts: attempts, backoff: .linear(step: from, cap: cap))
    case "exponential": self.retry = RetryPolicy(attempts: attempts, backoff: .exponential(from: from, cap: cap))
    case let word: throw unknownWord(.backoff, word)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encodeIfPresent(self.misfireGrace?.wholeMicroseconds, forKey: .misfireGrace)
    try fields.encodeIfPresent(self.timeout?.wholeMicroseconds, forKey: .timeout)
    try fields.encode(self.retention.wholeMicroseconds, forKey: .retention)
    try fields.encode(self.onCrash, forKey: .onCrash)
    switch self.catchUp {
    case .latest: try fields.encode("latest", forKey: .catchUp)
    case .earliest: try fields.encode("earliest", forKey: .catchUp)
    case .none: try fields.encode("none", forKey: .catchUp)
    case .all(let limit):
      try fields.encode("all", forKey: .catchUp)
      try fields.encode(limit, forKey: .catchUpLimit)
    }
    switch self.overlap {
    case .skip: try fields.encode("skip", forKey: .overlap)
    case .queue(let limit):
      try fields.encode("queue", forKey: .overlap)
      try fields.encode(limit, forKey: .overlapLimit)
    case .allow(let limit):
      try fields.encode("allow", forKey: .overlap)
      try fields.encode(limit, forKey: .overlapLimit)
    }
    try fields.encode(self.retry.attempts, forKey: .attempts)
    switch self.retry.backoff {
    case .fixed(let delay):
      try fields.encode("fixed", forKey: .backoff)
      try fields.encode(delay.wholeMicroseconds, forKey: .backoffFrom)
    case .linear(let step, let cap):
      try fields.encode("linear", forKey: .backoff)
      try fields.encode(step.wholeMicroseconds, forKey: .backoffFrom)
      try fields.encode(cap.wholeMicroseconds, forKey: .backoffCap)
    case .exponential(let first, let cap):
      try fields.encode("exponential", forKey: .backoff)
      try fields.encode(first.wholeMicroseconds, forKey: .backoffFrom)
      try fields.encode(cap.wholeMicroseconds, forKey: .backoffCap)
    }
    try self.unknown.encode(to: encoder)
  }
}
