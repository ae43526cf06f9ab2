/// Fires at the instants at which all of its members fire.
///
/// The search leaps: the latest of the members' next fire times is the earliest that can be common, so every member is
/// asked again from there, until all agree. Members that never meet would leap for ever; so the leaps are counted.
final class AllOfRule: TriggerRule {
  /// At least one.
  let members: [Trigger]
  /// The members, with all plain intervals made one; nil where the intervals never meet.
  private let searched: [Trigger]?

  /// How many leaps a search may take.
  private let mostLeaps: Int

  /// How often a search may ask a member for a fire time, all in all. A daily time against an interval that shifts by a
  /// second a day meets after 86,400 days; that is still found.
  private static let mostQuestions = 400_000

  convenience init(_ members: [Trigger]) {
    // Searches may lie in each other (below a union), and then their leaps multiply: each level gets its root.
    let levels = Self.levels(of: members)
    let leaves = CombinedTriggers.leaves(of: members)
    var leaps = Self.mostQuestions / max(1, leaves)
    for _ in 1..<levels { leaps = Int(Double(leaps).squareRoot()) }
    self.init(members, mostLeaps: max(32, leaps))
  }

  private init(_ members: [Trigger], mostLeaps: Int) {
    self.members = members
    self.mostLeaps = mostLeaps
    var intervals: [IntervalRule] = []
    var others: [Trigger] = []
    for member in members {
      if case .rule(let rule) = member.content, let interval = rule as? IntervalRule, interval.anchor != nil {
        intervals.append(interval)
      } else {
        others.append(Self.limiting(member, to: mostLeaps))
      }
    }
    guard let first = intervals.first else {
      searched = others
      return
    }
    var common = IntervalRule.Meetings.grid(first)
    for interval in intervals.dropFirst() { common = common.limited(to: interval) }
    searched = common.trigger.map { others + [$0] }
  }

  /// How many searches lie in each other, this one included.
  private static func levels(of members: [Trigger]) -> Int {
    1 + (members.map(levelsBelow).max() ?? 0)
  }

  /// How many rules with a search of their own, intersections and calendars, lie in each other in the trigger; 0 for none.
  static func levelsBelow(_ trigger: Trigger) -> Int {
    guard case .rule(let rule) = trigger.content else { return 0 }
    let searches = rule is AllOfRule || rule is FilteredRule || rule is ShiftedRule
    return (rule.inner.map(levelsBelow).max() ?? 0) + (searches ? 1 : 0)
  }

  /// The trigger with at most so many leaps in each search within it.
  static func limiting(_ trigger: Trigger, to leaps: Int) -> Trigger {
    guard levelsBelow(trigger) > 0, case .rule(let rule) = trigger.content else { return trigger }
    return switch rule {
    case let rule as AllOfRule: Trigger(AllOfRule(rule.members, mostLeaps: leaps))
    case let rule as AnyOfRule: Trigger(AnyOfRule(rule.members.map { limiting($0, to: leaps) }))
    case let rule as QualifiedRule:
      Trigger(
        QualifiedRule(base: limiting(rule.base, to: leaps), start: rule.start, end: rule.end, unknown: rule.unknown))
    case let rule as LimitedRule: Trigger(rule.replacing(base: limiting(rule.base, to: leaps)))
    case let rule as FilteredRule: rule.replacing(base: limiting(rule.base, to: leaps), mostLeaps: leaps)
    case let rule as ShiftedRule: rule.replacing(base: limiting(rule.base, to: leaps))
    default: trigger
    }
  }

  func next(after instant: Instant) -> Instant? {
    guard let searched, var candidate = searched[0].next(after: instant) else { return nil }
    var agreeing = 1
    var position = 0
    for _ in 0..<mostLeaps {
      if agreeing == searched.count { return candidate }
      position = (position + 1) % searched.count
      let before = Instant(microsecondsSinceEpoch: candidate.microsecondsSinceEpoch - 1)
      guard let fire = searched[position].next(after: before) else { return nil }
      agreeing = fire == candidate ? agreeing + 1 : 1
      candidate = fire
    }
    return nil
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    guard let searched, var candidate = searched[0].last(onOrBefore: instant) else { return nil }
    var agreeing = 1
    var position = 0
    for _ in 0..<mostLeaps {
      if agreeing == searched.count { return candidate }
      position = (position + 1) % searched.count
      guard let fire = searched[position].last(onOrBefore: candidate) else { return nil }
      agreeing = fire == candidate ? agreeing + 1 : 1
      candidate = fire
    }
    return nil
  }

  func anchored(at instant: Instant) -> Trigger? {
    let anchored = members.map { $0.anchored(at: instant) }
    return anchored == members ? nil : Trigger(AllOfRule(anchored))
  }

  var hasBeginning: Bool { members.contains(where: \.hasBeginning) }
  var inner: [Trigger] { members }
  var zones: [String] { CombinedTriggers.zones(of: members) }
  var form: TriggerForm { CombinedTriggers.form(TriggerKinds.allOf, members) }
  var roughSize: Int { members.reduce(0) { $0 + $1.roughSize + 8 } }
  var summary: String { "all of (\(members.map(\.description).joined(separator: "; ")))" }
}
