import Almanac

/// The earliest instants of one lane.
package struct LaneHead: Hashable, Sendable {
  package var lane: Int64
  package var startAt: Int64?
  package var tendAt: Int64?

  package init(lane: Int64, startAt: Int64?, tendAt: Int64?) {
    self.lane = lane
    self.startAt = startAt
    self.tendAt = tendAt
  }
}

/// Finds what is due: a merge over lanes, never a sort of a backlog.
///
/// Which lanes have anything due is known from their heads. Of each, no more is read than there are free slots, along an index that lies in the
/// order that is wanted; what is sorted is what was read.
package struct DueScan: Sendable {
  package enum Kind: Hashable, Sendable { case start, tend }

  /// A stretch of a lane's index that is to be read, from its begin on.
  package struct Stretch: Hashable, Sendable {
    package var kind: Kind
    package var lane: Int64
    /// How many entries at most.
    package var depth: Int
  }

  /// An entry of an index that was read.
  package struct Entry: Hashable, Sendable {
    package var kind: Kind
    package var lane: Int64
    package var at: Int64
    package var key: Int64

    package init(kind: Kind, lane: Int64, at: Int64, key: Int64) {
      self.kind = kind
      self.lane = lane
      self.at = at
      self.key = key
    }
  }

  /// Lanes that share slots, or a limit of what is tended, and are merged.
  private struct Group: Sendable {
    var kind: Kind
    var limit: Int
    /// How much earlier than it is an instant of the lane counts.
    var headStarts: [Int64: Priority?]
    var depth: Int

    func order(_ lane: Int64, _ at: Int64) -> Int64 {
      guard let priority = self.headStarts[lane] ?? nil else { return at }
      return priority.order(of: Instant(microsecondsSinceEpoch: at))
    }
  }

  /// Up to so many entries in all, each lane is read as far as slots go. Beyond it, with many lanes, each is read only a few entries deep, and what is
  /// taken ends where one of them ran out: it might have gone on.
  private static let exactEntries = 4_096
  private static let leastOfLane = 8

  private let groups: [Group]

  package init(_ demand: Demand, at now: Instant, lanes: [Int64: Lane], heads: [LaneHead]) {
    let now = now.microsecondsSinceEpoch
    func isDue(_ instant: Int64?) -> Bool { instant.map { $0 <= now } ?? false }
    let served = heads.compactMap { head in
      lanes[head.lane].flatMap { demand.serves($0) ? (head: head, lane: $0) : nil }
    }
    let tendLimit = max(min(demand.tendLimit, ShelfLimits.batch), 0)
    let tended = served.filter { isDue($0.head.tendAt) }.map { ($0.head.lane, Priority?.none, $0.head.tendAt ?? 0) }
    var groups = [DueScan.group(.tend, tended, limit: tendLimit)]
    let starting = Dictionary(grouping: served.filter { isDue($0.head.startAt) }) { $0.lane.executor }
    for (executor, lanes) in starting.sorted(by: { $0.key < $1.key }) {
      let slots = min(demand.slots[executor] ?? 0, ShelfLimits.batch)
      let lanes = lanes.map { ($0.head.lane, Priority?.some($0.lane.priority), $0.head.startAt ?? 0) }
      groups.append(DueScan.group(.start, lanes, limit: slots))
    }
    self.groups = groups.filter { $0.limit > 0 && !$0.headStarts.isEmpty }
  }

  /// No more lanes than the limit, those whose heads go first: each of them gives one entry at least, so none of the others comes to its turn.
  private static func group(
    _ kind: Kind, _ lanes: [(lane: Int64, priority: Priority?, at: Int64)], limit: Int
  ) -> Group {
    func order(_ entry: (lane: Int64, priority: Priority?, at: Int64)) -> Int64 {
      entry.priority?.order(of: Instant(microsecondsSinceEpoch: entry.at)) ?? entry.at
    }
    // As entries are ordered that were read; two lanes whose heads are equal in both have no order.
    let first = lanes.sorted { (order($0), $0.at, $0.lane) < (order($1), $1.at, $1.lane) }.prefix(max(limit, 0))
    return Group(
      kind: kind, limit: limit, headStarts: Dictionary(first.map { ($0.lane, $0.priority) }) { first, _ in first },
      depth: self.depth(limit, lanes: first.count))
  }

  package static func depth(_ limit: Int, lanes: Int) -> Int {
    if limit * lanes <= self.exactEntries { return limit }
    return min(limit, max(self.leastOfLane, self.exactEntries / max(lanes, 1)))
  }

  package var stretches: [Stretch] {
    self.groups.flatMap { group in
      group.headStarts.keys.sorted().map { Stretch(kind: group.kind, lane: $0, depth: group.depth) }
    }
  }

  /// The rows to take, of the entries that were read of each stretch in its order: those to tend first, then of each executor as many as it
  /// has slots.
  package func taken(_ entries: [Entry]) -> [(key: Int64, starts: Int)] {
    var taken: [(key: Int64, starts: Int)] = []
    var positions: [Int64: Int] = [:]
    for group in self.groups {
      let own = entries.filter { $0.kind == group.kind && group.headStarts[$0.lane] != nil }
        .map { (order: group.order($0.lane, $0.at), entry: $0) }
        .sorted { ($0.order, $0.entry.at, $0.entry.key) < ($1.order, $1.entry.at, $1.entry.key) }
      var counts: [Int64: Int] = [:]
      for (_, entry) in own.prefix(group.limit) {
        if let position = positions[entry.key] {
          if group.kind == .start { taken[position].starts = 1 }
        } else {
          positions[entry.key] = taken.count
          taken.append((entry.key, group.kind == .start ? 1 : 0))
        }
        // A lane that was read to its depth might have gone on before the next entry of another.
        counts[entry.lane, default: 0] += 1
        if group.depth < group.limit, counts[entry.lane] == group.depth { break }
      }
    }
    // Two limits may add up to more than one call may carry.
    return Array(taken.prefix(ShelfLimits.batch))
  }
}
