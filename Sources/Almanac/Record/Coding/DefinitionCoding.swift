// The stored form of a definition: one flat JSON object, so that an operator can read it and a client in any language can write it.
// Times and durations are integers of microseconds. A member that has its default is left out; a member that is not known is kept.

extension JobDefinition: Codable {
  enum Key: String, CodingKey, CaseIterable {
    case id, incarnation, revision, createdAt, trigger, payload, payloadBase64, codec, payloadVersion
    case job, queue, executor, priority, format
    case policies, tags, title, creator, redacted, aliases
    case concurrencyKey, correlationID, parentID, trace, idempotencyKey

    static let names = Set(Key.allCases.map(\.rawValue))
  }

  public convenience init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let priority = try fields.decodeIfPresent(Int.self, forKey: .priority) ?? Priority.normal.rawValue
    let lane = Lane(
      queue: try fields.decodeIfPresent(String.self, forKey: .queue) ?? Lane.defaultQueue,
      jobName: try fields.decode(String.self, forKey: .job),
      executor: try fields.decodeIfPresent(String.self, forKey: .executor) ?? Lane.defaultExecutor,
      priority: Priority(rawValue: min(max(priority, Priority.low.rawValue), Priority.critical.rawValue)) ?? .normal,
      format: try fields.decodeIfPresent(Int.self, forKey: .format) ?? RecordFormat.oldestReader)
    let profile = JobProfile(
      lane: lane,
      policies: try fields.decodeIfPresent(JobPolicies.self, forKey: .policies) ?? .default,
      tags: try fields.decodeIfPresent([String].self, forKey: .tags) ?? [],
      title: try fields.decodeIfPresent(String.self, forKey: .title),
      payloadCodec: try fields.decodeIfPresent(String.self, forKey: .codec) ?? Payload.json,
      payloadVersion: try fields.decodeIfPresent(Int.self, forKey: .payloadVersion) ?? 1,
      creator: try fields.decodeIfPresent(String.self, forKey: .creator),
      redactedFields: try fields.decodeIfPresent([String].self, forKey: .redacted) ?? [],
      nameAliases: try fields.decodeIfPresent([String].self, forKey: .aliases) ?? [])
    let extras = JobExtras(
      concurrencyKey: try fields.decodeIfPresent(String.self, forKey: .concurrencyKey),
      correlationID: try fields.decodeIfPresent(String.self, forKey: .correlationID),
      parentID: try fields.decodeIfPresent(JobID.self, forKey: .parentID),
      traceContext: try fields.decodeIfPresent([String: String].self, forKey: .trace) ?? [:],
      idempotencyKey: try fields.decodeIfPresent(String.self, forKey: .idempotencyKey),
      unknown: try UnknownFields(from: decoder, except: Key.names))
    self.init(
      id: try fields.decode(JobID.self, forKey: .id),
      incarnation: try fields.decode(Int64.self, forKey: .incarnation),
      revision: try fields.decodeIfPresent(Int64.self, forKey: .revision) ?? 1,
      createdAt: try fields.decode(Instant.self, forKey: .createdAt),
      payload: try JobDefinition.payload(in: fields),
      trigger: try fields.decode(Trigger.self, forKey: .trigger),
      profile: ProfileInterner.shared.intern(profile),
      extras: extras.isEmpty ? nil : extras)
  }

  private static func payload(in fields: KeyedDecodingContainer<Key>) throws -> [UInt8] {
    guard let bytes = try fields.decodeBytes(text: .payload, base64: .payloadBase64) else {
      throw DecodingError.keyNotFound(
        Key.payload, .init(codingPath: fields.codingPath, debugDescription: "there is no payload"))
    }
    return bytes
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(self.id, forKey: .id)
    try fields.encode(self.incarnation, forKey: .incarnation)
    try fields.encode(self.revision, forKey: .revision)
    try fields.encode(self.createdAt, forKey: .createdAt)
    try fields.encode(self.trigger, forKey: .trigger)
    try fields.encodeBytes(self.payload, text: .payload, base64: .payloadBase64)
    let profile = self.profile
    try fields.encode(profile.lane.jobName, forKey: .job)
    try fields.encode(profile.lane.queue, forKey: .queue)
    try fields.encode(profile.lane.executor, forKey: .executor)
    try fields.encode(profile.lane.priority.rawValue, forKey: .priority)
    try fields.encode(profile.lane.format, forKey: .format)
    try fields.encode(profile.payloadCodec, forKey: .codec)
    try fields.encode(profile.payloadVersion, forKey: .payloadVersion)
    try fields.encode(profile.policies, forKey: .policies)
    if !profile.tags.isEmpty { try fields.encode(profile.tags, forKey: .tags) }
    try fields.encodeIfPresent(profile.title, forKey: .title)
    try fields.encodeIfPresent(profile.creator, forKey: .creator)
    if !profile.redactedFields.isEmpty { try fields.encode(profile.redactedFields, forKey: .redacted) }
    if !profile.nameAliases.isEmpty { try fields.encode(profile.nameAliases, forKey: .aliases) }
    if let extras = self.extras {
      try fields.encodeIfPresent(extras.concurrencyKey, forKey: .concurrencyKey)
      try fields.encodeIfPresent(extras.correlationID, forKey: .correlationID)
      try fields.encodeIfPresent(extras.parentID, forKey: .parentID)
      if !extras.traceContext.isEmpty { try fields.encode(extras.traceContext, forKey: .trace) }
      try fields.encodeIfPresent(extras.idempotencyKey, forKey: .idempotencyKey)
      try extras.unknown.encode(to: encoder)
    }
  }
}
