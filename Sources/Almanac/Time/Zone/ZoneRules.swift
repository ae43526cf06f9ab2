/// What the clocks of one time zone show, for all time: the transitions of its TZif data, then those of its footer's rule.
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

  /// The rule that holds after the last transition of the zone's data.
  private let rule: PosixZoneRule?

  /// The stretch of the table that repeats itself for ever after: `cycle` seconds, up to `cycleEnd`; `.max` where nothing
  /// repeats.
  private let cycleEnd: Int64
  /// After 400 years the Gregorian calendar repeats itself, and with it every rule: they are 20,871 whole weeks.
  private static let cycle: Int64 = 146_097 * CivilTime.secondsPerDay

  // An index into the table: for each stretch of 2^stride seconds the number of transitions before its start. A
  // binary search over 300 entries costs eight unpredictable branches; this costs one load and a step or two.
  private let index: [UInt16]
  private let indexBase: Int64
  private static let stride: Int64 = 23

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
      // Of two changes in the same second the later one holds; so it does where a rule moves one beyond the next.
      while let last = table.last, last.at >= transition.at {
        table.removeLast()
        offset = last.before
      }
      guard transition.offset != offset else { return }
      table.append(ZoneTransition(at: transition.at, before: offset, offset: transition.offset))
      offset = transition.offset
    }
    for transition in explicit { append((transition.at, transition.offset)) }

    let lastExplicit = explicit.last?.at ?? .min
    var cycleEnd = Int64.max
    if let rule, rule.daylight != nil {
      // A rule that changes the clocks every year fills the table for one cycle, to which later times are brought back.
      // Changes may lie a week outside their year: so the cycle begins two years on, where the segments and their
      // neighbours are all the rule's own, and the table reaches beyond it, to hold the end of its last segment.
      let firstYear = explicit.isEmpty ? 1_900 : max(1_800, CivilTime.split(lastExplicit).date.year)
      let lastYear = firstYear + 403
      let tableEnd = CivilTime.seconds(of: CivilDate(year: lastYear, month: 7, day: 1))
      for transition in rule.transitions(inYears: firstYear...lastYear)
      where transition.at > lastExplicit && transition.at < tableEnd {
        append(transition)
      }
      let begin = CivilTime.seconds(of: CivilDate(year: firstYear + 2, month: 1, day: 1))
      // Daylight time all the year leaves no transition at all.
      if let last = table.last, last.at >= begin + Self.cycle { cycleEnd = begin + Self.cycle }
    } else if let rule, !explicit.isEmpty {
      // A fixed rule normally repeats the last offset; where it does not, it is what holds from the last transition on.
      append((lastExplicit, rule.standard))
    }
    self.cycleEnd = cycleEnd
    transitions = table
    isFixed = table.isEmpty

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
    guard cycleEnd != .max, second >= cycleEnd else { return tabulated(second) }
    // Far beyond the year 9999, and far from the ends of 64 bits.
    let second = min(second, 1 << 60)
    let shift = ((second - cycleEnd) / Self.cycle + 1) * Self.cycle
    var segment = tabulated(second - shift)
    segment.start += shift
    segment.end += shift
    return segment
  }

  @inline(__always)
  private func tabulated(_ second: Int64) -> ZoneSegment {
    transitions.withUnsafeBufferPointer { table in
      let position = firstTransition(after: second, in: table)
      let isLast = position == table.count
      guard position > 0 else {
        let offset = Int64(initialOffset)
        return ZoneSegment(
          start: .min, end: isLast ? .max : table[0].at, offset: offset, offsetBefore: offset,
          offsetAfter: isLast ? offset : Int64(table[0].offset))
      }
      let current = table[position - 1]
      let offset = Int64(current.offset)
      return ZoneSegment(
        start: current.at, end: isLast ? .max : table[position].at, offset: offset,
        offsetBefore: Int64(current.before), offsetAfter: isLast ? offset : Int64(table[position].offset))
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
