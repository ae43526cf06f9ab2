/// A trigger with a first and last moment, and with the members of its encoded form that this version does not know.
final class QualifiedRule: TriggerRule {
  enum Member {
    static let start = "start"
    static let end = "end"
  }

  /// Never qualified itself.
  let base: Trigger
  /// Both are fire times where the base fires there.
  let start: Instant?
  let end: Instant?
  /// Members of the encoded form that were found and not understood.
  let unknown: [String: JSONValue]

  init(base: Trigger, start: Instant?, end: Instant?, unknown: [String: JSONValue]) {
    self.base = base
    self.start = start
    self.end = end
    self.unknown = unknown
  }

  /// The trigger with narrower bounds. What could not be read stays as it is.
  static func bounding(_ trigger: Trigger, start: Instant?, end: Instant?) -> Trigger {
    guard trigger.isReadable else { return trigger }
    guard case .rule(let rule) = trigger.content, let old = rule as? QualifiedRule else {
      return Trigger(QualifiedRule(base: trigger, start: start, end: end, unknown: [:]))
    }
    let narrowedStart = [old.start, start].compactMap(\.self).max()
    let narrowedEnd = [old.end, end].compactMap(\.self).min()
    return Trigger(QualifiedRule(base: old.base, start: narrowedStart, end: narrowedEnd, unknown: old.unknown))
  }

  func next(after instant: Instant) -> Instant? {
    var from = instant
    if let start, instant < start {
      guard start > .distantPast else { return nil }
      from = Instant(microsecondsSinceEpoch: start.microsecondsSinceEpoch - 1)
    }
    guard let fire = base.next(after: from) else { return nil }
    if let end, fire > end { return nil }
    return fire
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    guard let fire = base.last(onOrBefore: end.map { min($0, instant) } ?? instant) else { return nil }
    if let start, fire < start { return nil }
    return fire
  }

  func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    var from = after
    if let start, after < start { from = Instant(microsecondsSinceEpoch: start.microsecondsSinceEpoch - 1) }
    return base.count(after: from, through: end.map { min($0, through) } ?? through, limit: limit)
  }

  func anchored(at instant: Instant) -> Trigger? {
    guard case .rule(let rule) = base.content, let anchored = rule.anchored(at: instant) else { return nil }
    return Trigger(QualifiedRule(base: anchored, start: start, end: end, unknown: unknown))
  }

  var hasBeginning: Bool { start != nil || base.hasBeginning }
  var inner: [Trigger] { [base] }
  var zones: [String] { base.zones }

  var form: TriggerForm {
    var form = base.form
    for (name, value) in unknown { form.members[name] = value }
    if let start { form.members[Member.start] = InstantText.json(start) }
    if let end { form.members[Member.end] = InstantText.json(end) }
    return form
  }

  var roughSize: Int { base.roughSize + JSONValue.object(unknown).roughSize + 64 }

  var summary: String {
    base.description + (start.map { " not before \($0)" } ?? "") + (end.map { " not after \($0)" } ?? "")
  }
}
