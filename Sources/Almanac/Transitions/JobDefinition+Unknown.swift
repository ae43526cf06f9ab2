extension JobDefinition {
  /// The same definition with those members that only a newer version knows taken from the old one.
  ///
  /// A program of this version that says its jobs anew at every start can say nothing about them, so it must not take them away: in a cluster
  /// that is upgraded one server at a time the two versions would undo each other's work.
  func keepingUnknown(of old: JobDefinition) -> JobDefinition {
    let inExtras = JobDefinition.joined(self.extras?.unknown, old.extras?.unknown)
    let inPolicies = JobDefinition.joined(self.policies.unknown, old.policies.unknown)
    if inExtras == self.extras?.unknown ?? .none, inPolicies == self.policies.unknown { return self }
    var policies = self.policies
    policies.unknown = inPolicies
    let profile = JobProfile(
      lane: self.profile.lane, policies: policies, tags: self.profile.tags, title: self.profile.title,
      payloadCodec: self.profile.payloadCodec, payloadVersion: self.profile.payloadVersion,
      creator: self.profile.creator, redactedFields: self.profile.redactedFields,
      nameAliases: self.profile.nameAliases)
    let extras = JobExtras(
      concurrencyKey: self.extras?.concurrencyKey, correlationID: self.extras?.correlationID,
      parentID: self.extras?.parentID, traceContext: self.extras?.traceContext ?? [:],
      idempotencyKey: self.extras?.idempotencyKey, unknown: inExtras)
    return JobDefinition(
      id: self.id, incarnation: self.incarnation, revision: self.revision, createdAt: self.createdAt,
      payload: self.payload, trigger: self.trigger, profile: ProfileInterner.shared.intern(profile),
      extras: extras.isEmpty ? nil : extras)
  }

  /// Of a member that both have, the new one holds.
  private static func joined(_ new: UnknownFields?, _ old: UnknownFields?) -> UnknownFields {
    UnknownFields((new ?? .none).members.merging((old ?? .none).members) { new, _ in new })
  }
}
