/// The rule inside a ``Trigger``: what every kind of trigger but a single instant implements, each in a file of its own.
///
/// A rule is an immutable object, so that a trigger is one reference, cheap to copy and shared between the jobs that
/// say the same. To add a kind: implement this, and name it in `TriggerKinds`.
protocol TriggerRule: AnyObject, Sendable {
  /// The first fire time strictly after `instant`. Pure, strictly monotone, bounded in work.
  func next(after instant: Instant) -> Instant?

  /// The last fire time at `instant` or before. Costs no more after a long time than after a short one.
  func last(onOrBefore instant: Instant) -> Instant?

  /// How many fire times lie in the half-open stretch (`after`, `through`].
  func count(after: Instant, through: Instant, limit: Int) -> FireCount

  /// What the rule says, to be encoded and compared.
  var form: TriggerForm { get }

  /// About how many bytes the encoded form has; see ``Trigger/encodedSize(beyond:)``. Rules that are small whatever they say answer without
  /// making their form.
  var roughSize: Int { get }

  /// One line for people.
  var summary: String { get }

  /// The rule with an implicit anchor fixed at `instant`; nil where it needs none.
  func anchored(at instant: Instant) -> Trigger?

  /// Whether the fire times have a first one that the rule itself fixes, so that counting them can begin there.
  var hasBeginning: Bool { get }

  /// The triggers that the rule is made of.
  var inner: [Trigger] { get }

  /// The identifiers of the zones whose data the fire times depend on.
  var zones: [String] { get }

  /// Calls `body` with the zone data that the rule was made with: once for each zone, and for none where no zone matters.
  func forEachRelease(_ body: (ZoneRelease) -> Void)

  /// Whether this is what remains of something that could not be read.
  var unreadableReason: String? { get }
}

extension TriggerRule {
  func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    var count = 0
    var instant = after
    while let fire = next(after: instant), fire <= through {
      guard count < limit else { return .atLeast(limit) }
      count += 1
      instant = fire
    }
    return .exactly(count)
  }

  var roughSize: Int { form.json.roughSize }
  func anchored(at instant: Instant) -> Trigger? { nil }
  var hasBeginning: Bool { false }
  var inner: [Trigger] { [] }
  var zones: [String] { [] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) {
    for trigger in inner { trigger.forEachRelease(body) }
  }
  var unreadableReason: String? { nil }
}

/// The encoded form of a trigger: its kind and its members. Two triggers are equal where their forms are.
struct TriggerForm: Hashable, Sendable {
  /// The name under `kind`; nil for an unreadable trigger, whose value is kept as it came.
  var kind: String?
  var members: [String: JSONValue]
  /// Only without a kind.
  var raw: JSONValue = .null

  var json: JSONValue {
    guard let kind else { return raw }
    var members = members
    members["kind"] = .string(kind)
    return .object(members)
  }
}
