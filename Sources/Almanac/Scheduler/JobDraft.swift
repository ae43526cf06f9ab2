#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What may be changed of a job that is there.
public struct JobDraft: Sendable {
  public var trigger: Trigger
  public var policies: JobPolicies
  public var queue: String
  public var executor: String
  public var priority: Priority
  public var tags: Set<String>
  public var title: String?
  /// The encoded payload; see ``setPayload(_:)``.
  public var payload: [UInt8]
  public var payloadVersion: Int
  /// The job that is changed.
  public let id: JobID
  private let payloadCodec: String

  init(_ definition: JobDefinition) {
    let profile = definition.profile
    self.id = definition.id
    self.payloadCodec = profile.payloadCodec
    self.trigger = definition.trigger
    self.policies = profile.policies
    self.queue = profile.lane.queue
    self.executor = profile.lane.executor
    self.priority = profile.lane.priority
    self.tags = Set(profile.tags)
    self.title = profile.title
    self.payload = definition.payload
    self.payloadVersion = profile.payloadVersion
  }

  /// The job's own values.
  ///
  /// - Throws: ``SchedulerError/Code/payloadNotDecodable`` where the bytes are not of this type.
  public func payload<Values: JobPayload>(as type: Values.Type) throws -> Values {
    try PayloadCoding.decode(
      type, from: self.payload, codec: self.payloadCodec, version: self.payloadVersion, of: self.id)
  }

  /// Replaces the job's values. Their type must be the one that the job was added with.
  public mutating func setPayload<Values: JobPayload>(_ values: Values) throws {
    self.payload = try PayloadCoding.encode(values, for: self.id)
    self.payloadVersion = Values.payloadVersion
  }

  func definition(basedOn old: JobDefinition, at now: Instant) throws -> JobDefinition {
    if let problem = self.policies.problem { throw SchedulerError(.invalidPolicy, job: old.id, problem) }
    if let reason = self.trigger.unreadableReason, self.trigger != old.trigger {
      throw SchedulerError(.unreadableTrigger, job: old.id, "the trigger cannot be read: \(reason)")
    }
    let profile = JobProfile(
      lane: Lane(
        queue: self.queue, jobName: old.lane.jobName, executor: self.executor, priority: self.priority,
        format: old.lane.format),
      policies: self.policies, tags: Array(self.tags), title: self.title, payloadCodec: old.profile.payloadCodec,
      payloadVersion: self.payloadVersion, creator: old.profile.creator,
      redactedFields: old.profile.redactedFields, nameAliases: old.profile.nameAliases)
    return JobDefinition(
      id: old.id, incarnation: old.incarnation, revision: old.revision, createdAt: old.createdAt,
      payload: self.payload, trigger: self.trigger.anchored(at: now),
      profile: ProfileInterner.shared.intern(profile), extras: old.extras)
  }
}
