/// A fixed interval of elapsed time on a grid.
final class IntervalRule: TriggerRule {
  enum Member {
    static let microseconds = "microseconds"
    static let anchor = "anchor"
    static let implicit = "implicit-anchor"
  }

  /// At least 1.
  let microseconds: Int64
  let anchor: Instant?
  /// Whether the anchor is the moment at which the job was added, and not a fire time itself.
  let isImplicit: Bool

  init(microseconds: Int64, anchor: Instant?, isImplicit: Bool) {
    self.microseconds = microseconds
    self.anchor = anchor
    self.isImplicit = isImplicit && anchor != nil
  }

  /// The time since the anchor modulo the interval, for an instant not before the anchor. The difference of two
  /// instants may need 64 bits without a sign.
  private func phase(of instant: Instant, since anchor: Instant) -> Int64 {
    let elapsed = UInt64(bitPattern: instant.microsecondsSinceEpoch &- anchor.microsecondsSinceEpoch)
    return Int64(elapsed % UInt64(microseconds))
  }

  func next(after instant: Instant) -> Instant? {
    guard let anchor else { return later(instant, by: microseconds) }
    if instant < anchor { return isImplicit ? later(anchor, by: microseconds) : anchor }
    return later(instant, by: microseconds - phase(of: instant, since: anchor))
  }

  private func later(_ instant: Instant, by microseconds: Int64) -> Instant? {
    let (sum, overflow) = instant.microsecondsSinceEpoch.addingReportingOverflow(microseconds)
    return overflow ? nil : Instant(microsecondsSinceEpoch: sum)
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    guard let anchor, instant >= anchor else { return nil }
    let last = Instant(microsecondsSinceEpoch: instant.microsecondsSinceEpoch - phase(of: instant, since: anchor))
    return isImplicit && last == anchor ? nil : last
  }

  func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    guard let first = next(after: after), first <= through else { return .exactly(0) }
    let elapsed = UInt64(bitPattern: through.microsecondsSinceEpoch &- first.microsecondsSinceEpoch)
    let count = elapsed / UInt64(microseconds)
    return count < UInt64(Int.max) ? .exactly(Int(count) + 1) : .atLeast(Int.max)
  }

  func anchored(at instant: Instant) -> Trigger? {
    anchor == nil ? Trigger(IntervalRule(microseconds: microseconds, anchor: instant, isImplicit: true)) : nil
  }

  var hasBeginning: Bool { anchor != nil }

  var form: TriggerForm {
    var members: [String: JSONValue] = [Member.microseconds: .integer(microseconds)]
    if let anchor { members[Member.anchor] = InstantText.json(anchor) }
    if isImplicit { members[Member.implicit] = true }
    return TriggerForm(kind: TriggerKinds.interval, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws(TriggerError) -> Trigger {
    let microseconds = try members.integer(Member.microseconds)
    guard microseconds > 0 else { throw TriggerError("An interval must be at least one microsecond.") }
    let anchor = try members.optionalInstant(Member.anchor)
    let isImplicit = try members.optionalBool(Member.implicit) ?? false
    return Trigger(IntervalRule(microseconds: microseconds, anchor: anchor, isImplicit: isImplicit))
  }

  var roughSize: Int { 64 }

  var summary: String {
    let text = "every \(Duration.microseconds(microseconds))"
    guard let anchor else { return text }
    return text + (isImplicit ? " since \(anchor)" : " from \(anchor)")
  }
}
