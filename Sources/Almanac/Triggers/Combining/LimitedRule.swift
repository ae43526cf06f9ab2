/// The first so many fire times of another trigger.
///
/// A trigger remembers nothing, so it cannot count what has fired; instead the instant of the last allowed fire time is
/// found once, when the rule is made, and from then on the rule is an upper bound. Of an interval that instant is
/// computed, of other kinds counted out, as COUNT of a recurrence rule is.
final class LimitedRule: TriggerRule {
  private enum Member {
    static let trigger = "trigger"
    static let limit = "limit"
  }

  let base: Trigger
  /// At least 1.
  let limit: Int
  /// Fire times after this instant count; nil where the base has a beginning of its own, or nothing counts yet.
  let anchor: Instant?
  /// The last fire time that is allowed; nil as long as it is not known from where to count.
  private let last: Instant?

  /// Fire times that are counted out one by one, and those of triggers with an intersection or a calendar in them,
  /// whose searches are long.
  static let mostCounted = 100_000
  static let mostCountedOfSearches = 1_000

  convenience init(_ base: Trigger, limit: Int, anchor: Instant?) throws(TriggerError) {
    try CombinedTriggers.check([base])
    guard limit > 0 else { throw TriggerError("A trigger must be limited to at least 1 fire time, not \(limit).") }
    let isCounted = Self.interval(base) == nil
    let most = AllOfRule.levelsBelow(base) > 0 ? Self.mostCountedOfSearches : Self.mostCounted
    guard !isCounted || limit <= most else {
      throw TriggerError("This kind of trigger can be limited to at most \(most) fire times, not \(limit).")
    }
    let anchor = base.hasBeginning ? nil : anchor
    let isKnown = base.hasBeginning || anchor != nil
    self.init(
      base, limit: limit, anchor: anchor,
      last: isKnown ? Self.last(of: base, limit: limit, after: anchor ?? .distantPast) : nil)
  }

  private init(_ base: Trigger, limit: Int, anchor: Instant?, last: Instant?) {
    (self.base, self.limit, self.anchor, self.last) = (base, limit, anchor, last)
  }

  /// The same with another form of the same base.
  func replacing(base: Trigger) -> LimitedRule {
    LimitedRule(base, limit: limit, anchor: anchor, last: last)
  }

  /// The interval that the trigger is, with or without bounds.
  private static func interval(_ trigger: Trigger) -> IntervalRule? {
    guard case .rule(let rule) = trigger.content else { return nil }
    if let rule = rule as? QualifiedRule { return interval(rule.base) }
    return rule as? IntervalRule
  }

  /// The last of the first so many fire times; where there are fewer, the end of time.
  private static func last(of trigger: Trigger, limit: Int, after instant: Instant) -> Instant {
    guard var last = trigger.next(after: instant) else { return .distantFuture }
    if let interval = interval(trigger) {
      let (distance, overflow) = interval.microseconds.multipliedReportingOverflow(by: Int64(limit) - 1)
      return overflow ? .distantFuture : last + .microseconds(distance)
    }
    for _ in 1..<max(1, limit) {
      guard let fire = trigger.next(after: last) else { return .distantFuture }
      last = fire
    }
    return last
  }

  func next(after instant: Instant) -> Instant? {
    // Asked before it was added to anything: the answer is that of a trigger that is added at this instant.
    guard let last else { return base.next(after: instant) }
    return base.next(after: anchor.map { max($0, instant) } ?? instant).flatMap { $0 <= last ? $0 : nil }
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    guard let last else { return nil }
    return base.last(onOrBefore: min(instant, last)).flatMap { $0 > anchor ?? .distantPast ? $0 : nil }
  }

  func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    guard let last else {
      let count = base.count(after: after, through: through, limit: min(limit, self.limit))
      return count.lowerBound < self.limit ? count : .exactly(self.limit)
    }
    return base.count(after: max(after, anchor ?? .distantPast), through: min(through, last), limit: limit)
  }

  func anchored(at instant: Instant) -> Trigger? {
    guard last == nil else { return nil }
    return (try? LimitedRule(base.anchored(at: instant), limit: limit, anchor: instant)).map { Trigger($0) }
  }

  var hasBeginning: Bool { last != nil }
  var inner: [Trigger] { [base] }
  var zones: [String] { base.zones }

  var form: TriggerForm {
    var members: [String: JSONValue] = [Member.trigger: base.json, Member.limit: .integer(Int64(limit))]
    if let anchor {
      members[IntervalRule.Member.anchor] = InstantText.json(anchor)
      members[IntervalRule.Member.implicit] = true
    }
    return TriggerForm(kind: TriggerKinds.limited, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let base = try members.value(Member.trigger)
    let limit = try members.integer(Member.limit)
    let anchor = try members.optionalInstant(IntervalRule.Member.anchor)
    _ = try members.optionalBool(IntervalRule.Member.implicit)
    return Trigger(try LimitedRule(Trigger(json: base), limit: Int(clamping: limit), anchor: anchor))
  }

  var roughSize: Int { base.roughSize + 64 }

  var summary: String { "\(base.description), at most \(limit == 1 ? "once" : "\(limit) times")" }
}

extension Trigger {
  /// The first `count` fire times of the trigger.
  ///
  /// Counted from where the trigger itself begins: the start of an interval, of a calendar interval or of a recurrence,
  /// or ``starting(at:)-(Instant)``. A trigger without a beginning, such as a cron expression, is counted from the moment
  /// at which its job is added, and the stored trigger remembers that moment; adding the same job again does not count
  /// anew. Bounds that are set afterwards take away from what was counted: `limited(to: 3).starting(at: …)` may fire
  /// fewer than three times, `starting(at: …).limited(to: 3)` fires three times.
  ///
  /// The last fire time is found once, when the trigger is made or stored: computed for intervals, counted out for
  /// other kinds, in time proportional to `count`.
  ///
  /// - Parameter count: 1 or more; at most 100,000 but for intervals, and 1,000 where an intersection or a calendar
  ///   is within.
  /// - Throws: ``TriggerError`` where `count` is out of range, the trigger cannot be read or lies too deep.
  public func limited(to count: Int) throws(TriggerError) -> Trigger {
    Trigger(try LimitedRule(self, limit: count, anchor: nil))
  }
}
