/// Fires whenever one of its members fires; several at once are one.
final class AnyOfRule: TriggerRule {
  /// At least one.
  let members: [Trigger]

  init(_ members: [Trigger]) { self.members = members }

  func next(after instant: Instant) -> Instant? {
    var earliest: Instant?
    for member in members {
      if let fire = member.next(after: instant), earliest.map({ fire < $0 }) ?? true { earliest = fire }
    }
    return earliest
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    var latest: Instant?
    for member in members {
      if let fire = member.last(onOrBefore: instant), latest.map({ fire > $0 }) ?? true { latest = fire }
    }
    return latest
  }

  func anchored(at instant: Instant) -> Trigger? {
    let anchored = members.map { $0.anchored(at: instant) }
    return anchored == members ? nil : Trigger(AnyOfRule(anchored))
  }

  var hasBeginning: Bool { members.allSatisfy(\.hasBeginning) }
  var inner: [Trigger] { members }
  var zones: [String] { CombinedTriggers.zones(of: members) }
  var form: TriggerForm { CombinedTriggers.form(TriggerKinds.anyOf, members) }
  var roughSize: Int { members.reduce(0) { $0 + $1.roughSize + 8 } }
  var summary: String { "any of (\(members.map(\.description).joined(separator: "; ")))" }
}
