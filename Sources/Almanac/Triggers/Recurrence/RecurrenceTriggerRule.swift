/// An RFC 5545 recurrence in a zone, with dates taken out and put in.
final class RecurrenceTriggerRule: TriggerRule {
  /// What was asked for, as text.
  struct Spec: Hashable, Sendable {
    var start: String
    var rule: String
    var excluded: [String] = []
    var included: [String] = []
    var gap = GapPolicy.auto
    var fold = FoldPolicy.auto
  }

  let spec: Spec
  private let walk: ZonedWalk<ExceptedTimes>
  /// The last instant of the rule itself, inclusive.
  private let until: Instant
  /// Sorted, without those that are taken out.
  private let included: [Int64]

  /// How many dates can be put in or taken out.
  private static let mostDates = 10_000

  init(_ spec: Spec, zone: ZoneRules) throws {
    guard let start = CivilStamp(local: spec.start) else {
      throw TriggerError(
        "The start of a recurrence must be a local time such as \"2026-01-31T09:00:00\", not \"\(printable(spec.start, limit: 40))\"."
      )
    }
    guard spec.excluded.count + spec.included.count <= Self.mostDates else {
      throw TriggerError("A recurrence has at most \(Self.mostDates) dates besides its rule.")
    }
    let rule = try RecurrenceGrammar.parse(spec.rule)
    let excluded = Set(try spec.excluded.map(Self.local))
    let times = RecurrenceTimes(rule, start: start.seconds)
    self.spec = spec
    walk = ZonedWalk(
      times: ExceptedTimes(base: times, excluded: excluded), zone: zone, gap: spec.gap == .auto ? .shift : spec.gap,
      fold: spec.fold == .auto ? .first : spec.fold)
    until =
      switch rule.end {
      case .until(let instant): instant
      case .untilLocal(let local): Instant(secondsSinceEpoch: zone.earliestSecond(showing: local))
      case .never, .count: .distantFuture
      }
    included = Set(try spec.included.map(Self.local)).subtracting(excluded).map(zone.earliestSecond).sorted()
    if included.isEmpty, times.first(atOrAfter: start.seconds) == nil {
      throw CronDialect.neverFires(try CronText(field: spec.rule))
    }
  }

  private static func local(_ text: String) throws(TriggerError) -> CivilSeconds {
    guard let stamp = CivilStamp(local: text) else {
      throw TriggerError(
        "A date of a recurrence must be a local time such as \"2026-01-31T09:00:00\", not \"\(printable(text, limit: 40))\"."
      )
    }
    return stamp.seconds
  }

  func next(after instant: Instant) -> Instant? {
    let from = instant.secondsSinceEpoch + 1
    let regular = walk.first(atOrAfter: from).map(Instant.init(secondsSinceEpoch:)).flatMap { $0 <= until ? $0 : nil }
    guard !included.isEmpty, let extra = firstIncluded(atOrAfter: from) else { return regular }
    return regular.map { min($0, extra) } ?? extra
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    let through = instant.secondsSinceEpoch
    let regular = walk.last(atOrBefore: min(through, until.secondsSinceEpoch)).map(Instant.init(secondsSinceEpoch:))
    guard !included.isEmpty, let extra = lastIncluded(atOrBefore: through) else { return regular }
    return regular.map { max($0, extra) } ?? extra
  }

  /// How many of the included seconds are earlier than `second`.
  private func includedCount(before second: Int64) -> Int {
    var (low, high) = (0, included.count)
    while low < high {
      let middle = (low + high) / 2
      if included[middle] < second { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func firstIncluded(atOrAfter second: Int64) -> Instant? {
    let position = includedCount(before: second)
    return position < included.count ? Instant(secondsSinceEpoch: included[position]) : nil
  }

  private func lastIncluded(atOrBefore second: Int64) -> Instant? {
    let count = second == .max ? included.count : includedCount(before: second + 1)
    return count > 0 ? Instant(secondsSinceEpoch: included[count - 1]) : nil
  }

  var hasBeginning: Bool { true }
  var zones: [String] { [walk.zone.identifier] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) { walk.zone.release.map(body) }

  var form: TriggerForm {
    var members: [String: JSONValue] = [
      "first": .string(spec.start), "rule": .string(spec.rule), "zone": .string(walk.zone.identifier),
    ]
    if !spec.excluded.isEmpty { members["except"] = .array(spec.excluded.map(JSONValue.string)) }
    if !spec.included.isEmpty { members["also"] = .array(spec.included.map(JSONValue.string)) }
    if spec.gap != .auto { members["gap"] = .string(spec.gap.rawValue) }
    if spec.fold != .auto { members["fold"] = .string(spec.fold.rawValue) }
    return TriggerForm(kind: TriggerKinds.recurrence, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    var spec = Spec(start: try members.string("first"), rule: try members.string("rule"))
    spec.excluded = try members.optionalStrings("except") ?? []
    spec.included = try members.optionalStrings("also") ?? []
    spec.gap = try members.optionalName("gap") ?? .auto
    spec.fold = try members.optionalName("fold") ?? .auto
    return Trigger(try RecurrenceTriggerRule(spec, zone: ZoneDatabase.system.zone(members.string("zone"))))
  }

  var summary: String {
    "recurrence \"\(printable(spec.rule, limit: 200))\" from \(printable(spec.start, limit: 40)) in \(walk.zone.identifier)"
  }
}

/// The times of a recurrence without those that are taken out.
struct ExceptedTimes: CivilTimeSet {
  let base: RecurrenceTimes
  let excluded: Set<CivilSeconds>

  func first(atOrAfter local: CivilSeconds) -> CivilSeconds? {
    var found = base.first(atOrAfter: local)
    guard !excluded.isEmpty else { return found }
    while let time = found, excluded.contains(time) { found = base.first(atOrAfter: time + 1) }
    return found
  }

  func last(atOrBefore local: CivilSeconds) -> CivilSeconds? {
    var found = base.last(atOrBefore: local)
    guard !excluded.isEmpty else { return found }
    while let time = found, excluded.contains(time) { found = base.last(atOrBefore: time - 1) }
    return found
  }
}

extension TriggerMembers {
  mutating func optionalStrings(_ name: String) throws(TriggerError) -> [String]? {
    guard let member = take(name) else { return nil }
    guard let texts = JSONStrings.list(member) else {
      throw TriggerError("The member \"\(name)\" of the trigger must be a list of strings.")
    }
    return texts
  }
}

enum JSONStrings {
  /// The strings of a list of nothing else, else nil.
  static func list(_ value: JSONValue) -> [String]? {
    guard case .array(let elements) = value else { return nil }
    let texts = elements.compactMap(\.stringValue)
    return texts.count == elements.count ? texts : nil
  }
}
