/// The wall-clock times of a systemd calendar expression.
final class OnCalendarRule: TriggerRule {
  let expression: String
  /// The zone in which the expression is read, where it names none itself.
  let zone: ZoneRules
  let gap: GapPolicy
  let fold: FoldPolicy
  private let walk: ZonedWalk<CivilPattern>
  private let fractions: CalendarChain?
  private let instant: Instant?

  init(_ expression: String, zone: ZoneRules, gap: GapPolicy, fold: FoldPolicy) throws {
    let meaning = try OnCalendarGrammar.parse(expression)
    self.expression = expression
    self.zone = zone
    self.gap = gap
    self.fold = fold
    fractions = meaning.fractions
    instant = meaning.instant
    walk = ZonedWalk(
      times: meaning.pattern, zone: try meaning.zone.map { try ZoneDatabase.system.zone($0) } ?? zone,
      gap: gap == .auto ? .skip : gap, fold: fold == .auto ? .first : fold)
  }

  func next(after moment: Instant) -> Instant? {
    if let instant { return instant > moment ? instant : nil }
    let second = moment.secondsSinceEpoch
    guard fractions != nil else {
      return walk.first(atOrAfter: second + 1).map(Instant.init(secondsSinceEpoch:))
    }
    // The present second may hold more fire times after this part of it.
    let part = Int(moment.microsecondsSinceEpoch.flooredRemainder(dividingBy: 1_000_000))
    guard var fire = walk.first(atOrAfter: second) else { return nil }
    if fire == second {
      if let later = firstPart(of: fire, atOrAfter: part + 1) { return at(fire, later) }
      guard let following = walk.first(atOrAfter: second + 1) else { return nil }
      fire = following
    }
    return at(fire, firstPart(of: fire, atOrAfter: 0) ?? 0)
  }

  func last(onOrBefore moment: Instant) -> Instant? {
    if let instant { return instant <= moment ? instant : nil }
    let second = moment.secondsSinceEpoch
    guard fractions != nil else { return walk.last(atOrBefore: second).map(Instant.init(secondsSinceEpoch:)) }
    let part = Int(moment.microsecondsSinceEpoch.flooredRemainder(dividingBy: 1_000_000))
    guard var fire = walk.last(atOrBefore: second) else { return nil }
    if fire == second {
      if let earlier = lastPart(of: fire, atOrBefore: part) { return at(fire, earlier) }
      guard let preceding = walk.last(atOrBefore: second - 1) else { return nil }
      fire = preceding
    }
    return at(fire, lastPart(of: fire, atOrBefore: 999_999) ?? 0)
  }

  private func at(_ second: Int64, _ microseconds: Int) -> Instant {
    Instant(secondsSinceEpoch: second) + .microseconds(microseconds)
  }

  /// The microseconds at which the minute's second that the wall shows at `second` begins.
  private func startInMinute(_ second: Int64) -> Int {
    Int((second + walk.zone.offset(atSecond: second)).flooredRemainder(dividingBy: 60)) * 1_000_000
  }

  private static let lastMicrosecond = 59_999_999

  /// The first fire time within a fire second, in microseconds of that second. A second that only a gap's end brought
  /// about has no part of its own: it fires at its beginning.
  private func firstPart(of second: Int64, atOrAfter part: Int) -> Int? {
    guard let fractions else { return nil }
    let start = startInMinute(second)
    guard let first = fractions.first(atOrAfter: start, upTo: Self.lastMicrosecond), first < start + 1_000_000 else {
      return part == 0 ? 0 : nil
    }
    guard let value = fractions.first(atOrAfter: start + part, upTo: Self.lastMicrosecond), value < start + 1_000_000
    else { return nil }
    return value - start
  }

  private func lastPart(of second: Int64, atOrBefore part: Int) -> Int? {
    guard let fractions else { return nil }
    let start = startInMinute(second)
    guard let first = fractions.first(atOrAfter: start, upTo: Self.lastMicrosecond), first < start + 1_000_000 else {
      return 0
    }
    guard let value = fractions.last(atOrBefore: start + part, upTo: Self.lastMicrosecond), value >= start else {
      return nil
    }
    return value - start
  }

  var hasBeginning: Bool { instant != nil }
  var zones: [String] { instant == nil ? [walk.zone.identifier] : [] }
  func forEachRelease(_ body: (ZoneRelease) -> Void) {
    if instant == nil { walk.zone.release.map(body) }
  }

  var form: TriggerForm {
    var members: [String: JSONValue] = ["expression": .string(expression), "zone": .string(zone.identifier)]
    if gap != .auto { members["gap"] = .string(gap.rawValue) }
    if fold != .auto { members["fold"] = .string(fold.rawValue) }
    return TriggerForm(kind: TriggerKinds.onCalendar, members: members)
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let expression = try members.string("expression")
    let zone = try ZoneDatabase.system.zone(try members.string("zone"))
    let gap: GapPolicy = try members.optionalName("gap") ?? .auto
    let fold: FoldPolicy = try members.optionalName("fold") ?? .auto
    return Trigger(try OnCalendarRule(expression, zone: zone, gap: gap, fold: fold))
  }

  var roughSize: Int { expression.utf8.count + 128 }

  var summary: String { "on calendar \"\(printable(expression, limit: 200))\" in \(walk.zone.identifier)" }
}

extension Trigger {
  /// Fires at the times of a systemd calendar expression such as `Mon..Fri *-*-* 09:00` (systemd.time(7)).
  ///
  /// - Parameters:
  ///   - expression: the text; a zone at its end stands above `zone`.
  ///   - zone: the IANA identifier of the zone in which an expression without a zone is read.
  ///   - gap: what becomes of times that the clocks jump over; `.auto` leaves them out, as systemd does.
  ///   - fold: what becomes of times that the clocks show twice; `.auto` takes the first one, as systemd does.
  /// - Throws: ``TriggerParseError`` where the expression is none or never fires, ``ZoneError`` where the zone is not known.
  public static func onCalendar(
    _ expression: String, in zone: String = "UTC", gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    Trigger(try OnCalendarRule(expression, zone: ZoneDatabase.system.zone(zone), gap: gap, fold: fold))
  }
}
