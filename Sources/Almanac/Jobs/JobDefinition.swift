/// What a user said about a job: written when the user changes the job, and never in between.
///
/// A definition is immutable and shared by every version of the job's record. What many jobs have in common lies in
/// ``JobProfile``, which is interned, so that a million reminders cost a million ids and payloads and one profile.
public final class JobDefinition: Sendable {
  public let id: JobID
  /// Which job of this id it is: a job that is removed and added again is another one. Never reused.
  public let incarnation: Int64
  /// Counts the user's changes, from 1.
  public let revision: Int64
  public let createdAt: Instant
  public let payload: [UInt8]
  public let trigger: Trigger
  public let profile: JobProfile
  /// What few jobs have; nil where there is nothing.
  public let extras: JobExtras?

  public init(
    id: JobID, incarnation: Int64, revision: Int64 = 1, createdAt: Instant, payload: [UInt8], trigger: Trigger,
    profile: JobProfile, extras: JobExtras? = nil
  ) {
    self.id = id
    self.incarnation = incarnation
    self.revision = revision
    self.createdAt = createdAt
    self.payload = payload
    self.trigger = trigger
    self.profile = profile
    self.extras = extras
  }

  public var lane: Lane { self.profile.lane }
  public var policies: JobPolicies { self.profile.policies }

  /// The same definition with another revision, incarnation, birthday, payload or trigger.
  package func with(
    incarnation: Int64? = nil, revision: Int64? = nil, createdAt: Instant? = nil, payload: [UInt8]? = nil,
    trigger: Trigger? = nil
  ) -> JobDefinition {
    JobDefinition(
      id: self.id, incarnation: incarnation ?? self.incarnation, revision: revision ?? self.revision,
      createdAt: createdAt ?? self.createdAt, payload: payload ?? self.payload, trigger: trigger ?? self.trigger,
      profile: self.profile, extras: self.extras)
  }

  /// True where the two say the same, whenever and however often they were said.
  package func saysTheSame(as other: JobDefinition) -> Bool {
    self.id == other.id && self.payload == other.payload && self.trigger.hasSameRule(as: other.trigger)
      && self.profile == other.profile && (self.extras ?? JobExtras()) == (other.extras ?? JobExtras())
  }
}

/// The part of a definition that many jobs share.
public final class JobProfile: Sendable, Hashable {
  public let lane: Lane
  public let policies: JobPolicies
  /// Sorted, without repetition.
  public let tags: [String]
  /// A name for people, where the id is not one.
  public let title: String?
  public let payloadCodec: String
  public let payloadVersion: Int
  /// Who made the job: a configuration file, a service, a person. Jobs are planned and swept by creator.
  public let creator: String?
  /// Members of the payload that no log, page or export may show.
  public let redactedFields: [String]
  /// Names that the job's type had before; a scheduler that knows one of them may run it.
  public let nameAliases: [String]

  public init(
    lane: Lane, policies: JobPolicies = .default, tags: [String] = [], title: String? = nil,
    payloadCodec: String = Payload.json, payloadVersion: Int = 1, creator: String? = nil, redactedFields: [String] = [],
    nameAliases: [String] = []
  ) {
    self.lane = lane
    self.policies = policies
    self.tags = Set(tags).sorted()
    self.title = title
    self.payloadCodec = payloadCodec
    self.payloadVersion = payloadVersion
    self.creator = creator
    self.redactedFields = redactedFields
    self.nameAliases = nameAliases
  }

  public static func == (left: JobProfile, right: JobProfile) -> Bool {
    left === right
      || (left.lane == right.lane && left.policies == right.policies && left.tags == right.tags
        && left.title == right.title && left.payloadCodec == right.payloadCodec
        && left.payloadVersion == right.payloadVersion && left.creator == right.creator
        && left.redactedFields == right.redactedFields && left.nameAliases == right.nameAliases)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.lane)
    hasher.combine(self.policies)
    hasher.combine(self.tags)
    hasher.combine(self.title)
    hasher.combine(self.payloadVersion)
    hasher.combine(self.creator)
  }
}

/// The part of a definition that few jobs have. In the record's format from the first day: cheap now, dear later.
public final class JobExtras: Sendable, Hashable {
  /// Runs of all jobs with the same key share one limit.
  public let concurrencyKey: String?
  public let correlationID: String?
  public let parentID: JobID?
  /// The trace context of whoever added the job, as the tracing system's instrument wrote it.
  public let traceContext: [String: String]
  /// The user's own key that makes adding idempotent beyond the id.
  public let idempotencyKey: String?
  /// Members of the stored form that this version does not know; they are written back as they were.
  public let unknown: UnknownFields

  public init(
    concurrencyKey: String? = nil, correlationID: String? = nil, parentID: JobID? = nil,
    traceContext: [String: String] = [:], idempotencyKey: String? = nil, unknown: UnknownFields = .none
  ) {
    self.concurrencyKey = concurrencyKey
    self.correlationID = correlationID
    self.parentID = parentID
    self.traceContext = traceContext
    self.idempotencyKey = idempotencyKey
    self.unknown = unknown
  }

  package var isEmpty: Bool {
    self.concurrencyKey == nil && self.correlationID == nil && self.parentID == nil && self.traceContext.isEmpty
      && self.idempotencyKey == nil && self.unknown.isEmpty
  }

  public static func == (left: JobExtras, right: JobExtras) -> Bool {
    // Who traced the call that added a job, and what a newer version wrote, is not part of what the user said.
    left.concurrencyKey == right.concurrencyKey && left.correlationID == right.correlationID
      && left.parentID == right.parentID && left.idempotencyKey == right.idempotencyKey
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.concurrencyKey)
    hasher.combine(self.correlationID)
    hasher.combine(self.parentID)
    hasher.combine(self.idempotencyKey)
  }
}
