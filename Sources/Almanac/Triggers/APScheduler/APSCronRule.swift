/// The wall-clock times of APScheduler's cron fields in a zone.
final class APSCronRule: TriggerRule {
  /// The fields that were given, by name.
  let fields: [String: String]
  let gap: GapPolicy
  let fold: FoldPolicy
  private let walk: ZonedWalk<CivilPattern>

  init(fields: [String: String], zone: ZoneRules, gap: GapPolicy, fold: FoldPolicy) throws {
    let meaning = try APSCronGrammar.parse(fields: fields)
    guard meaning.pattern.isPossible else {
      let text = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      throw CronDialect.neverFires(try CronText(text))
    }
    self.fields = fields
    self.gap = gap
    self.fold = fold
    walk = ZonedWalk(
      times: meaning.pattern, zone: zone, gap: gap == .auto ? meaning.gap : gap,
      fold: fold == .auto ? meaning.fold : fold)
  }

  func next(after instant: Instant) -> Instant? {
    walk.first(atOrAfter: instant.secondsSinceEpoch + 1).map(Instant.init(secondsSinceEpoch:))
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    walk.last(atOrBefore: instant.secondsSinceEpoch).map(Instant.init(secondsSinceEpoch:))
  }

  var zones: [String] { [walk.zone.identifier] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) { walk.zone.release.map(body) }

  var form: TriggerForm {
    var members: [String: JSONValue] = [
      "fields": .object(fields.mapValues(JSONValue.string)), "zone": .string(walk.zone.identifier),
    ]
    if gap != .auto { members["gap"] = .string(gap.rawValue) }
    if fold != .auto { members["fold"] = .string(fold.rawValue) }
    return TriggerForm(kind: TriggerKinds.apsCron, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    guard case .object(let values)? = members.take("fields") else {
      throw TriggerError("The member \"fields\" of the trigger must be an object.")
    }
    var fields: [String: String] = [:]
    for (name, value) in values {
      guard APSCronGrammar.fields.contains(where: { $0.name == name }), let text = value.stringValue else {
        throw TriggerError("The fields of the trigger must be those of APScheduler, as strings.")
      }
      fields[name] = text
    }
    let zone = try ZoneDatabase.system.zone(try members.string("zone"))
    let gap: GapPolicy = try members.optionalName("gap") ?? .auto
    let fold: FoldPolicy = try members.optionalName("fold") ?? .auto
    return Trigger(try APSCronRule(fields: fields, zone: zone, gap: gap, fold: fold))
  }

  var summary: String {
    let given = APSCronGrammar.fields.compactMap { field in fields[field.name].map { "\(field.name)=\($0)" } }
    return "cron[\(printable(given.joined(separator: ", "), limit: 200))] in \(walk.zone.identifier)"
  }
}

extension APSSpec {
  /// The fields of a `CronTrigger`, with `start_date` and `end_date`, both inclusive.
  mutating func cronTrigger() throws -> Trigger {
    let names = APSCronGrammar.fields.map(\.name)
    var fields: [String: String] = [:]
    for name in names {
      guard let value = take(name) else { continue }
      switch value {
      case .string(let text): fields[name] = text
      case .integer(let number): fields[name] = String(number)
      default: throw TriggerError("The field \(name) must be a string or a whole number, not \(Self.shown(value)).")
      }
    }
    let start = try date("start_date")
    let end = try date("end_date")
    try requireNothingElse(known: names + ["start_date", "end_date"])
    var trigger = Trigger(try APSCronRule(fields: fields, zone: zone, gap: .auto, fold: .auto))
    if let start { trigger = trigger.starting(at: start) }
    if let end { trigger = trigger.ending(at: end) }
    return trigger
  }
}
