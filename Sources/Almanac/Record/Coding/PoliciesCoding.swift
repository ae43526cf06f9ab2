// Policies are stored as an object of plain words and integers of microseconds: {"overlap":"queue","overlapLimit":3}.
// A word that a newer version wrote cannot be obeyed, so it is an error: such jobs are in lanes that this version does not serve.

extension JobPolicies: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case misfireGrace, catchUp, catchUpLimit, overlap, overlapLimit, attempts, backoff, backoffFrom, backoffCap
    case timeout, onCrash, retention
    case catchUpWindow, jitter, deadline, backoffJitter, retryOn, giveUpOn, crashLimit, pauseAfterFailures, runLimit
    case deadLetters, logLines, historyAge, historyLimit

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
    self.catchUpWindow = try duration(.catchUpWindow)
    self.jitter = try duration(.jitter) ?? .zero
    self.deadline = try duration(.deadline)
    // 0 stands for never: what is left out has the default, which is not never.
    let crashLimit = try fields.decodeIfPresent(Int.self, forKey: .crashLimit) ?? JobPolicies.defaultCrashLimit
    self.crashLimit = crashLimit > 0 ? crashLimit : nil
    self.pauseAfterFailures = try fields.decodeIfPresent(Int.self, forKey: .pauseAfterFailures)
    self.runLimit = try fields.decodeIfPresent(Int.self, forKey: .runLimit)
    self.deadLetters = try fields.decodeIfPresent(Int.self, forKey: .deadLetters) ?? JobPolicies.defaultDeadLetters
    self.logLines = try fields.decodeIfPresent(Int.self, forKey: .logLines) ?? JobPolicies.defaultLogLines
    self.historyAge = try duration(.historyAge)
    self.historyLimit = try fields.decodeIfPresent(Int.self, forKey: .historyLimit)
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
      case "cancelRunning": self.overlap = .cancelRunning
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
    self.retry.jitterPercent = min(max(try fields.decodeIfPresent(Int.self, forKey: .backoffJitter) ?? 0, 0), 100)
    self.retry.retryOn = try fields.decodeIfPresent([String].self, forKey: .retryOn).map(Set.init)
    self.retry.giveUpOn = Set(try fields.decodeIfPresent([String].self, forKey: .giveUpOn) ?? [])
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
    case .cancelRunning:
      try fields.encode("cancelRunning", forKey: .overlap)
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
    try self.encodeLaterMembers(&fields)
    try self.unknown.encode(to: encoder)
  }

  /// What is left out where it has its default.
  private func encodeLaterMembers(_ fields: inout KeyedEncodingContainer<Key>) throws {
    try fields.encodeIfPresent(self.catchUpWindow?.wholeMicroseconds, forKey: .catchUpWindow)
    if self.jitter != .zero { try fields.encode(self.jitter.wholeMicroseconds, forKey: .jitter) }
    try fields.encodeIfPresent(self.deadline?.wholeMicroseconds, forKey: .deadline)
    if self.retry.jitterPercent != 0 { try fields.encode(self.retry.jitterPercent, forKey: .backoffJitter) }
    // Sorted, so that equal policies are equal bytes.
    try fields.encodeIfPresent(self.retry.retryOn?.sorted(), forKey: .retryOn)
    if !self.retry.giveUpOn.isEmpty { try fields.encode(self.retry.giveUpOn.sorted(), forKey: .giveUpOn) }
    if self.crashLimit != JobPolicies.defaultCrashLimit { try fields.encode(self.crashLimit ?? 0, forKey: .crashLimit) }
    try fields.encodeIfPresent(self.pauseAfterFailures, forKey: .pauseAfterFailures)
    try fields.encodeIfPresent(self.runLimit, forKey: .runLimit)
    if self.deadLetters != JobPolicies.defaultDeadLetters { try fields.encode(self.deadLetters, forKey: .deadLetters) }
    if self.logLines != JobPolicies.defaultLogLines { try fields.encode(self.logLines, forKey: .logLines) }
    try fields.encodeIfPresent(self.historyAge?.wholeMicroseconds, forKey: .historyAge)
    try fields.encodeIfPresent(self.historyLimit, forKey: .historyLimit)
  }
}
