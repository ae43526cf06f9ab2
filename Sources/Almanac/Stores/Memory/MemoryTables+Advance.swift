// Taking what is due, and telling when the next is.

extension MemoryTables {
  /// Takes the records that a demand asks for and applies the transition to each.
  mutating func advance(
    _ demand: Demand, at now: Instant, _ transition: (JobRecord, Int) -> Verdict
  ) -> [StoreAnswer] {
    let granted = self.takeStarts(demand, at: now)
    let starting = Set(granted)
    var taken = granted.map { (slot: $0, starts: 1) }
    for slot in self.takeTends(demand, at: now) where !starting.contains(slot) { taken.append((slot, 0)) }
    var answers: [StoreAnswer] = []
    answers.reserveCapacity(taken.count)
    for (slot, starts) in taken {
      guard let record = self.record(at: slot) else { continue }
      let (answer, _) = self.apply(transition(record, starts), on: record, at: slot)
      if case .refused = answer { self.enterAgain(record, at: slot) }
      answers.append(answer)
    }
    return answers
  }

  /// The earliest instant at which ``advance(_:at:_:)`` would take something.
  func earliestWake(_ demand: Demand) -> Instant? {
    var earliest: Int64?
    for heaps in self.lanes.lanes where heaps.records > 0 {
      let tend = heaps.tends.first?.key
      let start = demand.freeSlots(for: heaps.lane) > 0 ? heaps.starts.first?.key : nil
      guard let wake = [tend, start].compactMap({ $0 }).min(), wake < earliest ?? .max || earliest == nil,
        demand.serves(heaps.lane)
      else { continue }
      earliest = wake
    }
    return earliest.map { Instant(microsecondsSinceEpoch: $0) }
  }

  /// Takes out, for each executor, as many due starts as it has free slots, the first in the order of priorities first.
  private mutating func takeStarts(_ demand: Demand, at now: Instant) -> [UInt32] {
    var candidates: [String: [Int]] = [:]
    for (number, heaps) in self.lanes.lanes.enumerated() {
      guard let first = heaps.starts.first, first.key <= now.microsecondsSinceEpoch, demand.serves(heaps.lane),
        demand.freeSlots(for: heaps.lane) > 0
      else { continue }
      candidates[heaps.lane.executor, default: []].append(number)
    }
    var taken: [UInt32] = []
    for (executor, lanes) in candidates.sorted(by: { $0.key < $1.key }) {
      var room = demand.slots[executor] ?? 0
      while room > 0, let lane = self.laneToStart(lanes, at: now),
        let slot = self.lanes.popStart(from: lane, through: now)
      {
        taken.append(slot)
        room -= 1
      }
    }
    return taken
  }

  /// The lane whose earliest start goes first; nil where none is due.
  private func laneToStart(_ lanes: [Int], at now: Instant) -> Int? {
    // One lane is the usual case, and needs no comparing.
    if lanes.count == 1 { return lanes[0] }
    var best: (order: Int64, lane: Int)?
    for lane in lanes {
      guard let first = self.lanes.lanes[lane].starts.first, first.key <= now.microsecondsSinceEpoch else { continue }
      let priority = self.lanes.lanes[lane].lane.priority
      let order = priority.order(of: Instant(microsecondsSinceEpoch: first.key))
      if best.map({ order < $0.order }) ?? true { best = (order, lane) }
    }
    return best?.lane
  }

  /// Takes out up to `tendLimit` records that must be looked after, the longest due first.
  private mutating func takeTends(_ demand: Demand, at now: Instant) -> [UInt32] {
    var lanes: [Int] = []
    for (number, heaps) in self.lanes.lanes.enumerated() {
      guard let first = heaps.tends.first, first.key <= now.microsecondsSinceEpoch, demand.serves(heaps.lane) else {
        continue
      }
      lanes.append(number)
    }
    var taken: [UInt32] = []
    while taken.count < demand.tendLimit {
      let due = lanes.min { left, right in
        (self.lanes.lanes[left].tends.first?.key ?? .max) < (self.lanes.lanes[right].tends.first?.key ?? .max)
      }
      guard let due, let slot = self.lanes.popTend(from: due, through: now) else { break }
      taken.append(slot)
    }
    return taken
  }

  /// Puts back under its instants what was taken out and not written.
  private mutating func enterAgain(_ record: JobRecord, at slot: UInt32) {
    self.lanes.set(start: record.startAt, tend: record.tendAt, of: slot, in: self.slots[slot].lane)
  }
}
