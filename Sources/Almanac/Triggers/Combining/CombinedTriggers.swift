/// What union and intersection share.
enum CombinedTriggers {
  /// How many members a combination may have, and how deep combinations may lie in each other: together they bound the
  /// work that one question can cause.
  static let mostMembers = 256
  static let deepest = 8

  static func zones(of members: [Trigger]) -> [String] { Set(members.flatMap(\.zones)).sorted() }

  static func form(_ kind: String, _ members: [Trigger]) -> TriggerForm {
    TriggerForm(kind: kind, members: ["triggers": .array(members.map(\.json))])
  }

  /// Refuses combinations that are empty, too large or too deep, and members that could not be read.
  static func check(_ members: [Trigger]) throws(TriggerError) {
    guard !members.isEmpty else { throw TriggerError("A combination of triggers needs at least one member.") }
    guard members.count <= mostMembers else {
      throw TriggerError("A combination of triggers has at most \(mostMembers) members, not \(members.count).")
    }
    if let reason = members.lazy.compactMap(\.unreadableReason).first {
      // Said once, however many combinations lie around the member.
      let beginning = "A member of the combination cannot be read: "
      throw TriggerError(reason.hasPrefix(beginning) ? reason : beginning + reason)
    }
    guard depth(of: members) <= deepest else {
      throw TriggerError("Combinations of triggers lie at most \(deepest) deep in each other.")
    }
  }

  private static func depth(of members: [Trigger]) -> Int {
    members.isEmpty ? 0 : 1 + (members.map { member in depth(of: nested(in: member)) }.max() ?? 0)
  }

  /// How many triggers that are no combinations lie in the members.
  static func leaves(of members: [Trigger]) -> Int {
    members.reduce(0) { sum, member in
      let nested = nested(in: member)
      return sum + (nested.isEmpty ? 1 : leaves(of: nested))
    }
  }

  private static func nested(in trigger: Trigger) -> [Trigger] {
    guard case .rule(let rule) = trigger.content else { return [] }
    // Bounds are no level of their own: there is never more than one of them around a trigger.
    if let rule = rule as? QualifiedRule { return nested(in: rule.base) }
    return rule.inner
  }

  static func decode(_ members: inout TriggerMembers) throws(TriggerError) -> [Trigger] {
    guard case .array(let values)? = members.take("triggers") else {
      throw TriggerError("The member \"triggers\" of the trigger must be a list.")
    }
    let triggers = values.map(Trigger.init(json:))
    try check(triggers)
    return triggers
  }
}

extension Trigger {
  /// Fires whenever one of the triggers fires; where several fire at one instant, once.
  ///
  /// - Throws: ``TriggerError`` where there is no trigger, too many, or one that could not be read.
  public static func anyOf(_ triggers: [Trigger]) throws(TriggerError) -> Trigger {
    try CombinedTriggers.check(triggers)
    return Trigger(AnyOfRule(triggers))
  }

  /// Fires at the instants at which all of the triggers fire.
  ///
  /// The search for a common instant is bounded: triggers that meet less often than once in some ten thousand of their
  /// fire times may be taken for never meeting. Intervals among themselves are computed exactly.
  ///
  /// - Throws: ``TriggerError`` where there is no trigger, too many, or one that could not be read.
  public static func allOf(_ triggers: [Trigger]) throws(TriggerError) -> Trigger {
    try CombinedTriggers.check(triggers)
    return Trigger(AllOfRule(triggers))
  }
}
