/// The wall-clock times of a cron expression in a zone.
final class CronRule: TriggerRule {
  let expression: String
  let dialect: CronDialect
  /// What chooses the values of `H`.
  let seed: String?
  let gap: GapPolicy
  let fold: FoldPolicy
  private static let seedMember = "hash-seed"
  private let walk: ZonedWalk<CivilPattern>

  init(
    _ expression: String, dialect: CronDialect, zone: String, in database: ZoneDatabase = .system, gap: GapPolicy,
    fold: FoldPolicy, seed: String? = nil
  ) throws {
    guard seed == nil || dialect.hasHash else {
      throw TriggerError("The dialect \(dialect.rawValue) has no H, and takes no hash seed.")
    }
    let meaning = try dialect.parse(expression, seed: seed)
    self.seed = seed
    self.expression = expression
    self.dialect = dialect
    self.gap = gap
    self.fold = fold
    walk = ZonedWalk(
      times: meaning.pattern, zone: try database.zone(zone), gap: gap == .auto ? meaning.gap : gap,
      fold: fold == .auto ? meaning.fold : fold)
  }

  func next(after instant: Instant) -> Instant? {
    // The pattern has whole seconds, so the first candidate after any part of a second is the next second.
    walk.first(atOrAfter: instant.secondsSinceEpoch + 1).map(Instant.init(secondsSinceEpoch:))
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    walk.last(atOrBefore: instant.secondsSinceEpoch).map(Instant.init(secondsSinceEpoch:))
  }

  var zones: [String] { [walk.zone.identifier] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) { walk.zone.release.map(body) }

  var form: TriggerForm {
    var members: [String: JSONValue] = [
      "expression": .string(expression), "dialect": .string(dialect.rawValue), "zone": .string(walk.zone.identifier),
    ]
    if gap != .auto { members["gap"] = .string(gap.rawValue) }
    if fold != .auto { members["fold"] = .string(fold.rawValue) }
    if let seed { members[Self.seedMember] = .string(seed) }
    return TriggerForm(kind: TriggerKinds.cron, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let expression = try members.string("expression")
    let dialect: CronDialect = try members.name("dialect")
    let zone = try members.string("zone")
    let gap: GapPolicy = try members.optionalName("gap") ?? .auto
    let fold: FoldPolicy = try members.optionalName("fold") ?? .auto
    let seed = try members.optionalString(seedMember)
    return Trigger(try CronRule(expression, dialect: dialect, zone: zone, gap: gap, fold: fold, seed: seed))
  }

  var roughSize: Int { expression.utf8.count + (seed?.utf8.count ?? 0) + 128 }

  var summary: String { "cron \"\(printable(expression, limit: 200))\" in \(walk.zone.identifier)" }
}
