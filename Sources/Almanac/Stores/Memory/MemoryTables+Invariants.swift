// What must be true between any two operations. Nobody calls this but tests: it looks at everything.

extension MemoryTables {
  /// What is wrong with the indexes, each as a sentence; empty where they say what the records say.
  var problems: [String] {
    var problems: [String] = []
    var recordsByLane: [UInt32: Int] = [:]
    var owned: [Epoch: Set<UInt32>] = [:]
    var live = 0
    var entered = (starts: 0, tends: 0)
    for slot in 0..<UInt32(self.slots.count) {
      guard let record = self.slots[slot].record(self.zones) else { continue }
      live += 1
      let lane = self.slots[slot].lane
      recordsByLane[lane, default: 0] += 1
      if self.slot(of: record.id) != slot { problems.append("the directory does not lead to \(record.id)") }
      if self.lanes.lanes[Int(lane)].lane != record.lane { problems.append("\(record.id) is in another's lane") }
      let keys = self.lanes.keys(of: slot, in: lane)
      let isReadable = self.unreadable[slot] == nil
      if keys.start != (isReadable ? record.startAt?.microsecondsSinceEpoch : nil) {
        problems.append("the start of \(record.id) is entered as \(String(describing: keys.start))")
      }
      if keys.tend != (isReadable ? record.tendAt?.microsecondsSinceEpoch : nil) {
        problems.append("the tending of \(record.id) is entered as \(String(describing: keys.tend))")
      }
      entered.starts += keys.start == nil ? 0 : 1
      entered.tends += keys.tend == nil ? 0 : 1
      if isReadable { for owner in record.owners { owned[owner, default: []].insert(slot) } }
      if self.options.atomicHistory, !record.state.outbox.isEmpty { problems.append("\(record.id) has an outbox") }
    }
    if live != self.directory.count { problems.append("\(live) records, \(self.directory.count) in the directory") }
    if owned != self.owned { problems.append("the index of owners is not that of the records") }
    var inHeaps = (starts: 0, tends: 0)
    for (number, heaps) in self.lanes.lanes.enumerated() {
      inHeaps.starts += heaps.starts.entries.count
      inHeaps.tends += heaps.tends.entries.count
      if heaps.records != recordsByLane[UInt32(number), default: 0] {
        problems.append("lane \(number) counts \(heaps.records) records")
      }
      if heaps.records > 0, self.lanes.used[heaps.lane] != UInt32(number) {
        problems.append("lane \(number) is not found by its name")
      }
      if !heaps.starts.isOrdered || !heaps.tends.isOrdered {
        problems.append("a heap of lane \(number) is out of order")
      }
    }
    // Together with the keys compared above: every entry belongs to exactly one record.
    if inHeaps != entered { problems.append("\(inHeaps) entries in the heaps for \(entered)") }
    if let problem = self.history.problem { problems.append(problem) }
    return problems
  }
}

extension WakeHeap {
  /// True where no entry goes before its parent.
  var isOrdered: Bool {
    self.entries.indices.dropFirst().allSatisfy { !Entry.precedes(self.entries[$0], self.entries[($0 - 1) >> 2]) }
  }
}
