/// What the clocks of one time zone show, for all time: the transitions of its TZif data, then its footer's rule.
///
/// Immutable and shared: one value per zone serves every trigger. Lookups take constant time and allocate nothing.
public final class ZoneRules: Sendable {
  /// The IANA identifier, as the zone data spells it.
  public let identifier: String

  /// The data that the rules were read from; nil for UTC, which needs none.
  package let release: ZoneRelease?

  /// Only changes of the offset; changes of abbreviation alone do not matter to a wall clock's reading.
  let transitions: [ZoneTransition]
  /// Seconds east of UTC before the first transition; always, where there is none.
  let initialOffset: Int32

  /// The rule for the seconds from `ruleStart` on, which the table does not reach.
  private let rule: PosixZoneRule?
  private let ruleStart: Int64

  // An index into the table: for each stretch of 2^stride seconds the number of transitions before its start. A
  // binary search over 300 entries costs eight unpredictable branches; this costs one load and a step or two.
  private let index: [UInt16]
  private let indexBase: Int64
  private static let stride: Int64 = 23

  /// The last year for which a footer's transitions are put into the table; later ones are computed when asked for.
  private static let lastTableYear = 2_100

  init(
    identifier: String, initialOffset: Int32, transitions explicit: [ZoneTransition], rule: PosixZoneRule?,
    release: ZoneRelease? = nil
  ) {
    self.identifier = identifier
    self.release = release
    // Without transitions, a fixed rule is all there is to know.
    let firstOffset = explicit.isEmpty && rule?.daylight == nil ? rule?.standard ?? initialOffset : initialOffset
    self.initialOffset = firstOffset
    self.rule = rule
    var table: [ZoneTransition] = []
    var offset = firstOffset
    func append(_ transition: (at: Int64, offset: Int32)) {
      if let last = table.last, last.at == transition.at {
        // Two changes in the same second: the later one holds.
        table.removeLast()
        offset = last.before
      }
      guard transition.offset != offset else { return }
      table.append(ZoneTransition(at: transition.at, before: offset, offset: transition.offset))
      offset = transition.offset
    }
    for transition in explicit { append((transition.at, transition.offset)) }

    // With a rule that changes the clocks every year, the years up to `lastTableYear` go into the table as well.
    let lastExplicit = explicit.last?.at ?? .min
    var ruleStart = lastExplicit
    if let rule, rule.daylight != nil {
      ruleStart = max(lastExplicit, CivilTime.seconds(of: CivilDate(year: Self.lastTableYear, month: 7, day: 1)))
      let firstYear = explicit.isEmpty ? 1_900 : max(1_800, CivilTime.split(lastExplicit).date.year)
      for transition in rule.transitions(inYears: min(firstYear, Self.lastTableYear)...Self.lastTableYear)
      where transition.at > lastExplicit && transition.at < ruleStart {
        append(transition)
      }
    } else if let rule, !explicit.isEmpty {
      // A fixed rule normally repeats the last offset; where it does not, it is what holds from the last transition on.
      append((lastExplicit, rule.standard))
    }
    self.ruleStart = ruleStart
    transitions = table
    isFixed = table.isEmpty && rule?.daylight == nil

    // Transitions lie within 2^60 seconds of the epoch, so that differences and offsets never overflow.
    if let first = table.first, let last = table.last, table.count < Int(UInt16.max),
      (last.at - first.at) >> Self.stride < 1 << 12
    {
      indexBase = first.at
      var counts: [UInt16] = []
      var passed = 0
      for bucket in 0...((last.at - first.at) >> Self.stride) {
        let start = first.at + bucket << Self.stride
        while passed < table.count, table[passed].at < start { passed += 1 }
        counts.append(UInt16(passed))
      }
      index = counts
    } else {
      indexBase = 0
      index = []
    }
  }

  /// UTC, which needs no data.
  public static let utc = ZoneRules(identifier: "UTC", initialOffset: 0, transitions: [], rule: nil)

  /// Whether the zone's clocks always show UTC.
  public var isUTC: Bool { isFixed && initialOffset == 0 }

  /// Whether the zone's offset never changes.
  package let isFixed: Bool

  /// Seconds east of UTC at `instant`.
  public func offset(at instant: Instant) -> Int {
    Int(offset(atSecond: instant.secondsSinceEpoch))
  }

  /// Seconds east of UTC at a second since the epoch.
  package func offset(atSecond second: Int64) -> Int64 { segment(containing: second).offset }

  /// The stretch of constant offset that holds `second`.
  package func segment(containing second: Int64) -> ZoneSegment {
    if second >= ruleStart, let rule, rule.daylight != nil { return rule.segment(containing: second) }
    return transitions.withUnsafeBufferPointer { table in
      var position = firstTransition(after: second, in: table)
      // The table's last segment ends where the rule's next transition falls.
      let isLast = position == table.count
      guard position > 0 else {
        let offset = Int64(initialOffset)
        return ZoneSegment(
          start: .min, end: isLast ? .max : table[0].at, offset: offset, offsetBefore: offset,
          offsetAfter: isLast ? offset : Int64(table[0].offset))
      }
      position -= 1
      let current = table[position]
      let offset = Int64(current.offset)
      guard isLast else {
        let next = table[position + 1]
        return ZoneSegment(
          start: current.at, end: next.at, offset: offset, offsetBefore: Int64(current.before),
          offsetAfter: Int64(next.offset))
      }
      if let rule, rule.daylight != nil {
        let later = rule.segment(containing: ruleStart)
        return ZoneSegment(
          start: current.at, end: later.end, offset: offset, offsetBefore: Int64(current.before),
          offsetAfter: later.offsetAfter)
      }
      return ZoneSegment(
        start: current.at, end: .max, offset: offset, offsetBefore: Int64(current.before), offsetAfter: offset)
    }
  }

  /// The position of the first transition later than `second`.
  @inline(__always)
  private func firstTransition(after second: Int64, in table: UnsafeBufferPointer<ZoneTransition>) -> Int {
    var position = 0
    if index.isEmpty {
      // Tables that spread too far for an index are not met in practice.
      var end = table.count
      while position < end {
        let middle = (position + end) / 2
        if table[middle].at <= second { position = middle + 1 } else { end = middle }
      }
      return position
    }
    guard second >= indexBase else { return 0 }
    let bucket = UInt64(bitPattern: second &- indexBase) >> UInt64(Self.stride)
    position = Int(index[Int(min(bucket, UInt64(index.count - 1)))])
    while position < table.count, table[position].at <= second { position += 1 }
    return position
  }

  /// What the wall-clock reading `local` means here.
  package func resolve(_ local: CivilSeconds) -> CivilResolution {
    // Offsets lie within a day and a bit of UTC, so the readings of the segments around that instant decide.
    let local = min(max(local, -1 << 60), 1 << 60)
    var segment = segment(containing: local - 26 * 3_600)
    while segment.end != .max, local >= segment.end + segment.offset {
      if local < segment.end + segment.offsetAfter {
        return .gap(
          offsetBefore: Int(segment.offset), offsetAfter: Int(segment.offsetAfter), transition: segment.end)
      }
      segment = self.segment(containing: segment.end)
    }
    if segment.end != .max, local >= segment.end + segment.offsetAfter {
      return .fold(
        offsetBefore: Int(segment.offset), offsetAfter: Int(segment.offsetAfter), transition: segment.end)
    }
    return .unique(offset: Int(segment.offset))
  }

  /// The instants, in seconds since the epoch, at which the wall shows `local`: none in a gap, two in a fold.
  package func seconds(showing local: CivilSeconds) -> (first: Int64?, last: Int64?) {
    switch resolve(local) {
    case .unique(let offset): (local - Int64(offset), local - Int64(offset))
    case .gap: (nil, nil)
    case .fold(let before, let after, _): (local - Int64(before), local - Int64(after))
    }
  }
}

extension ZoneRules: Equatable, CustomStringConvertible {
  /// Two rules are equal where they are the same zone's and say the same.
  public static func == (left: ZoneRules, right: ZoneRules) -> Bool {
    left === right
      || (left.identifier == right.identifier && left.initialOffset == right.initialOffset
        && left.transitions == right.transitions && left.rule == right.rule)
  }

  public var description: String { identifier }
}
