/// Everything that one namespace of a ``MemoryStore`` holds, as a plain value: records, the indexes derived from them, sessions, history.
///
/// All writing of records goes through ``put(_:at:)`` and ``erase(at:)``, which keep the indexes.
struct MemoryTables {
  let options: MemoryStore.Options
  private(set) var slots = SlotBlocks()
  private(set) var directory = SlotDirectory()
  var lanes = LaneTable()
  private(set) var owned: [Epoch: Set<UInt32>] = [:]
  /// Records that cannot be read, with the reason: they keep their slots and are in no index.
  private(set) var unreadable: [UInt32: String] = [:]
  var sessions = MemorySessions()
  var history: MemoryHistory
  private(set) var zones = ZoneVersions()

  init(_ options: MemoryStore.Options) {
    self.options = options
    self.history = MemoryHistory(limit: options.historyLimit)
  }

  // MARK: Reading

  func slot(of id: JobID) -> UInt32? {
    self.slot(of: id, hash: SlotDirectory.hash(id))
  }

  private func slot(of id: JobID, hash: UInt32) -> UInt32? {
    self.directory.slot(of: id, hash: hash) { self.slots[$0].definition?.id }
  }

  /// The record in a slot; nil where the slot is free or what it holds cannot be read.
  func record(at slot: UInt32) -> JobRecord? {
    guard self.unreadable.isEmpty || self.unreadable[slot] == nil else { return nil }
    return self.slots[slot].record(self.zones)
  }

  func fetch(_ id: JobID) -> JobRecord? {
    self.slot(of: id).flatMap { self.record(at: $0) }
  }

  var owners: [Epoch] { self.owned.keys.sorted() }

  func records(ownedBy epoch: Epoch, limit: Int) -> [JobID] {
    (self.owned[epoch] ?? []).prefix(max(limit, 0)).compactMap { self.slots[$0].definition?.id }
  }

  // MARK: Writing

  /// Adds a record where the id is free, and leaves the rest to `resolve`.
  mutating func insert(
    _ record: JobRecord, _ resolve: (JobRecord, JobRecord) -> Verdict
  ) -> (answer: InsertAnswer, wake: Instant?) {
    let hash = SlotDirectory.hash(record.id)
    guard let slot = self.slot(of: record.id, hash: hash) else {
      let slot = self.slots.take()
      self.lanes.cover(slot)
      self.directory.insert(hash: hash, slot: slot)
      let (stored, wake) = self.put(record, at: slot)
      return (.inserted(stored), wake)
    }
    // Whoever inserts has looked for unreadable records before it began.
    guard let existing = self.record(at: slot) else { return (.kept(record, .quarantined), nil) }
    switch resolve(existing, record) {
    case .refuse(let refusal):
      return (.kept(existing, refusal), nil)
    case .commit(let next, let effects):
      let (stored, wake) = self.put(next, at: slot)
      return (.replaced(stored, effects), wake)
    case .erase:
      // The resolver gives the id free; then it is as if it had been.
      self.erase(at: slot)
      return self.insert(record, resolve)
    }
  }

  /// Applies a transition to each record. Nothing is written before all of it is known to be writable, apart from ids that are named again:
  /// the second time sees the first one's result.
  mutating func update(
    _ ids: [JobID], _ transition: (JobRecord) -> Verdict, checking check: (JobRecord) throws -> Void
  ) throws -> (answers: [StoreAnswer], wake: Instant?) {
    var answers = [StoreAnswer?](repeating: nil, count: ids.count)
    var earliest: Instant?
    var open = Array(ids.indices)
    while !open.isEmpty {
      var seen: Set<UInt32> = []
      var left: [Int] = []
      var verdicts: [(index: Int, slot: UInt32, record: JobRecord, verdict: Verdict)] = []
      verdicts.reserveCapacity(open.count)
      for index in open {
        guard let slot = self.slot(of: ids[index]) else {
          answers[index] = .missing(ids[index])
          continue
        }
        guard let record = self.record(at: slot) else {
          answers[index] = .unreadable(ids[index], reason: self.unreadable[slot] ?? "it cannot be read")
          continue
        }
        guard seen.insert(slot).inserted else {
          left.append(index)
          continue
        }
        let verdict = transition(record)
        if case .commit(let next, _) = verdict, next.definition !== record.definition { try check(next) }
        verdicts.append((index, slot, record, verdict))
      }
      for (index, slot, record, verdict) in verdicts {
        let (answer, wake) = self.apply(verdict, on: record, at: slot)
        answers[index] = answer
        if let wake { earliest = min(earliest ?? wake, wake) }
      }
      open = left
    }
    return (answers.compactMap(\.self), earliest)
  }

  /// Applies a verdict on the record in a slot.
  mutating func apply(_ verdict: Verdict, on record: JobRecord, at slot: UInt32) -> (
    answer: StoreAnswer, wake: Instant?
  ) {
    switch verdict {
    case .refuse(let refusal):
      return (.refused(record, refusal), nil)
    case .commit(let next, let effects):
      let (stored, wake) = self.put(next, at: slot)
      return (.committed(stored, effects), wake)
    case .erase:
      self.erase(at: slot)
      return (.erased(record.id), nil)
    }
  }

  /// Writes a record into a slot and brings the indexes up to it.
  ///
  /// - Returns: the record as it is stored, and when it wakes if that is earlier than it was.
  private mutating func put(_ record: JobRecord, at slot: UInt32) -> (JobRecord, Instant?) {
    guard self.options.atomicHistory, !record.state.outbox.isEmpty else { return (record, self.keep(record, at: slot)) }
    self.history.append(record.state.outbox)
    var stored = record
    stored.state.outbox = []
    stored.state.outboxDueAt = nil
    return (stored, self.keep(stored, at: slot))
  }

  /// Writes a record as it is.
  private mutating func keep(_ record: JobRecord, at slot: UInt32) -> Instant? {
    let old = self.slots[slot]
    let wokeAt = old.definition == nil ? nil : self.lanes.wake(of: slot, in: old.lane)
    var lane = old.lane
    if old.definition?.profile !== record.definition.profile {
      let entered = self.lanes.enter(record.definition.profile)
      if old.definition != nil {
        if entered != lane { self.lanes.set(start: nil, tend: nil, of: slot, in: lane) }
        self.lanes.leave(lane)
      }
      lane = entered
    }
    let startAt = record.startAt
    let tendAt = record.tendAt
    self.lanes.set(start: startAt, tend: tendAt, of: slot, in: lane)
    self.slots[slot] = MemorySlot(record, lane: lane, &self.zones)
    self.own(slot, before: old.owners, after: record.state.runs.isEmpty ? [] : record.owners)
    guard let wakeAt = startAt.map({ min($0, tendAt ?? $0) }) ?? tendAt else { return nil }
    return wokeAt.map { wakeAt.microsecondsSinceEpoch < $0 } ?? true ? wakeAt : nil
  }

  private mutating func erase(at slot: UInt32) {
    let old = self.slots[slot]
    guard let definition = old.definition else { return }
    self.directory.remove(definition.id) { self.slots[$0].definition?.id }
    self.lanes.set(start: nil, tend: nil, of: slot, in: old.lane)
    self.lanes.leave(old.lane)
    self.own(slot, before: old.owners, after: [])
    self.slots.giveBack(slot)
  }

  private mutating func own(_ slot: UInt32, before: [Epoch], after: [Epoch]) {
    guard before != after else { return }
    for owner in before where !after.contains(owner) {
      self.owned[owner]?.remove(slot)
      if self.owned[owner]?.isEmpty == true { self.owned[owner] = nil }
    }
    for owner in after where !before.contains(owner) { self.owned[owner, default: []].insert(slot) }
  }

  // MARK: Damage

  /// Why the record of this id cannot be read; nil where it can, or is not there.
  func damage(of id: JobID) -> String? {
    guard !self.unreadable.isEmpty else { return nil }
    return self.slot(of: id).flatMap { self.unreadable[$0] }
  }

  /// Makes a record unreadable, as a damaged disk would.
  mutating func spoil(_ id: JobID, reason: String) {
    guard let slot = self.slot(of: id) else { return }
    self.lanes.set(start: nil, tend: nil, of: slot, in: self.slots[slot].lane)
    self.own(slot, before: self.slots[slot].owners, after: [])
    self.unreadable[slot] = reason
  }
}
