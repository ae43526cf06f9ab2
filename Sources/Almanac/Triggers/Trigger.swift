/// A rule that says when a job fires: an immutable value, pure and the same on every machine.
///
/// Fire times strictly increase. A trigger knows nothing of clocks: it is asked about instants, and the same trigger,
/// zone data and instant give the same answer for ever. Triggers are compared and encoded by what they say.
///
/// ```swift
/// let weekdays = try Trigger.cron("0 9 * * MON-FRI", in: "Europe/Paris")
/// let next = weekdays.next(after: Instant(Date()))
/// ```
public struct Trigger: Sendable {
  /// A single instant is kept in place, so that the most frequent kind of job costs no object.
  enum Content: Sendable {
    case at(Instant)
    case rule(any TriggerRule)
  }

  let content: Content

  init(_ rule: any TriggerRule) { content = .rule(rule) }
  init(at instant: Instant) { content = .at(instant) }

  /// The first fire time strictly after `instant`, or nil where there is none.
  ///
  /// Bounded in work whatever the trigger, and without allocation for the built-in kinds.
  public func next(after instant: Instant) -> Instant? {
    switch content {
    case .at(let time): time > instant ? time : nil
    case .rule(let rule): rule.next(after: instant)
    }
  }

  /// The last fire time at `instant` or before, or nil where there is none.
  ///
  /// Its cost does not grow with the time that has passed, so a scheduler that was down for a year finds the fire time
  /// to catch up with as fast as one that was down for a minute.
  public func last(onOrBefore instant: Instant) -> Instant? {
    switch content {
    case .at(let time): time <= instant ? time : nil
    case .rule(let rule): rule.last(onOrBefore: instant)
    }
  }

  /// How many fire times lie after `after` and up to and including `through`.
  ///
  /// Exact where it can be computed; kinds whose fire times have to be counted one by one stop at `limit` with
  /// ``FireCount/atLeast(_:)``.
  public func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    guard after < through else { return .exactly(0) }
    switch content {
    case .at(let time): return .exactly(time > after && time <= through ? 1 : 0)
    case .rule(let rule): return rule.count(after: after, through: through, limit: max(0, limit))
    }
  }

  /// The value to store for a job that is added at `instant`: an interval without a start gets `instant` as its anchor and
  /// remembers that nobody chose it. Every other trigger is returned as it is.
  public func anchored(at instant: Instant) -> Trigger {
    guard case .rule(let rule) = content, let anchored = rule.anchored(at: instant) else { return self }
    return anchored
  }

  /// Whether both say the same, apart from an anchor that nobody chose.
  ///
  /// A job that is added again at every start of a program, with the same trigger, keeps its next fire time by this.
  public func hasSameRule(as other: Trigger) -> Bool {
    self == other || jsonWithoutImplicitAnchors == other.jsonWithoutImplicitAnchors
  }

  /// Whether the trigger was understood. One that was not keeps what it was decoded from and never fires.
  public var isReadable: Bool { unreadableReason == nil }

  /// Why the trigger was not understood when it was decoded, or nil.
  public var unreadableReason: String? {
    if case .rule(let rule) = content { rule.unreadableReason } else { nil }
  }

  /// The name of the kind in the encoded form, such as `at`, `interval` or `cron`; nil for an unreadable trigger.
  public var kind: String? { form.kind }

  var hasBeginning: Bool {
    if case .rule(let rule) = content { rule.hasBeginning } else { true }
  }

  /// The identifiers of the time zones on whose data the fire times depend, sorted, each once.
  public var zones: [String] {
    if case .rule(let rule) = content { rule.zones } else { [] }
  }

  /// The version of the zone data that the trigger was made with; nil where its fire times depend on none.
  ///
  /// Where its parts were made with data of several versions, it is the one that is known to be the oldest.
  public var zoneDataVersion: String? {
    if let simulated = Surroundings.current.zoneData { return self.zones.isEmpty ? nil : simulated }
    var oldest: String?
    self.forEachRelease { release in
      // Where it cannot be told which is older, the first stands.
      if oldest.map({ release.isOlder(than: $0) }) ?? true { oldest = release.version }
    }
    return oldest
  }

  /// The same trigger with the zone data that ``ZoneDatabase/system`` has now.
  ///
  /// A trigger keeps the rules of the zones that it was made with, also after ``ZoneDatabase/reload()``. Answers the trigger itself where
  /// no zone matters, where its rules are those in use, and where one of its zones is gone from the data.
  public func refreshed() -> Trigger { self.refreshed(by: .system) }

  /// The same trigger with the zone data that the given database has now.
  package func refreshed(by database: ZoneDatabase) -> Trigger {
    if self.isCurrent(in: database) { return self }
    let fresh = ZoneDatabase.$inPlace.withValue(database) { Trigger(json: self.json) }
    return fresh.isReadable ? fresh : self
  }

  /// Whether the trigger was made with the data that the database has now.
  package func isCurrent(in database: ZoneDatabase) -> Bool {
    guard case .rule(let rule) = self.content else { return true }
    var isCurrent = true
    var release: ZoneRelease?
    rule.forEachRelease { held in
      let current = release ?? database.release
      release = current
      if held !== current { isCurrent = false }
    }
    return isCurrent
  }

  func forEachRelease(_ body: (ZoneRelease) -> Void) {
    if case .rule(let rule) = self.content { rule.forEachRelease(body) }
  }

  var form: TriggerForm {
    switch content {
    case .at(let time): TriggerForm(kind: TriggerKinds.at, members: ["at": InstantText.json(time)])
    case .rule(let rule): rule.form
    }
  }

  /// The encoded form without the anchors that nobody chose, also those of members of a combination.
  private var jsonWithoutImplicitAnchors: JSONValue { Self.withoutImplicitAnchors(json) }

  private static func withoutImplicitAnchors(_ json: JSONValue) -> JSONValue {
    switch json {
    case .array(let elements): return .array(elements.map(withoutImplicitAnchors))
    case .object(var members):
      if members[IntervalRule.Member.implicit] == .bool(true) {
        members[IntervalRule.Member.implicit] = nil
        members[IntervalRule.Member.anchor] = nil
        members[CalendarIntervalRule.firstDayMember] = nil
      }
      return .object(members.mapValues(withoutImplicitAnchors))
    default: return json
    }
  }
}

extension Trigger: Hashable {
  public static func == (left: Trigger, right: Trigger) -> Bool {
    switch (left.content, right.content) {
    case (.at(let left), .at(let right)): left == right
    case (.rule(let left), .rule(let right)): left === right || left.form == right.form
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch content {
    case .at(let time): hasher.combine(time)
    case .rule(let rule): hasher.combine(rule.form)
    }
  }
}

extension Trigger: CustomStringConvertible {
  /// One line for people, such as `cron "0 9 * * MON-FRI" in Europe/Paris`.
  public var description: String {
    switch content {
    case .at(let time): "at \(time)"
    case .rule(let rule): rule.summary
    }
  }
}
