/// The slots of one lane, ordered by the instant at which they want to be looked at.
///
/// A heap with four children to a node that knows where each slot lies, so that a slot whose instant changes is moved at once.
/// Lazy deletion was ruled out: a job that is rescheduled often would leave stale entries behind, which have to be told from
/// true ones and swept. Where a slot lies is kept outside, in one array for all lanes, since a slot is in one lane at most.
struct WakeHeap {
  struct Entry: Equatable {
    /// Microseconds since the epoch.
    var key: Int64
    var slot: UInt32

    /// Ties go by slot, so that the same operations give the same order again.
    static func precedes(_ left: Entry, _ right: Entry) -> Bool {
      left.key < right.key || (left.key == right.key && left.slot < right.slot)
    }
  }

  /// Where each slot lies in the heap of its lane; ``absent`` where it lies in none.
  typealias Positions = ContiguousArray<UInt32>

  static let absent = UInt32.max

  private(set) var entries: ContiguousArray<Entry> = []

  var isEmpty: Bool { self.entries.isEmpty }

  /// The earliest entry.
  var first: Entry? { self.entries.first }

  /// The key of a slot; nil where it is not in this heap.
  func key(of slot: UInt32, _ positions: Positions) -> Int64? {
    let position = positions[Int(slot)]
    return position == WakeHeap.absent ? nil : self.entries[Int(position)].key
  }

  /// Inserts, moves or, with nil, removes a slot.
  ///
  /// - Complexity: O(log n); on average O(1) for an insertion.
  mutating func set(_ key: Int64?, of slot: UInt32, _ positions: inout Positions) {
    let position = positions[Int(slot)]
    switch (key, position) {
    case (nil, WakeHeap.absent):
      break
    case (nil, _):
      self.remove(at: Int(position), &positions)
    case (let key?, WakeHeap.absent):
      self.entries.append(Entry(key: key, slot: slot))
      self.rise(from: self.entries.count - 1, &positions)
    case (let key?, _):
      guard self.entries[Int(position)].key != key else { return }
      self.entries[Int(position)].key = key
      self.settle(at: Int(position), &positions)
    }
  }

  /// Takes the earliest slot out if its key is no later than `limit`.
  mutating func pop(through limit: Int64, _ positions: inout Positions) -> UInt32? {
    guard let first = self.entries.first, first.key <= limit else { return nil }
    self.remove(at: 0, &positions)
    return first.slot
  }

  private mutating func remove(at index: Int, _ positions: inout Positions) {
    positions[Int(self.entries[index].slot)] = WakeHeap.absent
    let last = self.entries.removeLast()
    if index < self.entries.count {
      self.entries[index] = last
      self.settle(at: index, &positions)
    }
  }

  private mutating func settle(at index: Int, _ positions: inout Positions) {
    if index > 0, Entry.precedes(self.entries[index], self.entries[(index - 1) >> 2]) {
      self.rise(from: index, &positions)
    } else {
      self.sink(from: index, &positions)
    }
  }

  private mutating func rise(from start: Int, _ positions: inout Positions) {
    let entry = self.entries[start]
    var index = start
    while index > 0 {
      let parent = (index - 1) >> 2
      guard Entry.precedes(entry, self.entries[parent]) else { break }
      self.place(self.entries[parent], at: index, &positions)
      index = parent
    }
    self.place(entry, at: index, &positions)
  }

  private mutating func sink(from start: Int, _ positions: inout Positions) {
    let entry = self.entries[start]
    let count = self.entries.count
    var index = start
    while true {
      let firstChild = index * 4 + 1
      guard firstChild < count else { break }
      var best = firstChild
      for child in (firstChild + 1)..<max(min(firstChild + 4, count), firstChild + 1)
      where Entry.precedes(self.entries[child], self.entries[best]) {
        best = child
      }
      guard Entry.precedes(self.entries[best], entry) else { break }
      self.place(self.entries[best], at: index, &positions)
      index = best
    }
    self.place(entry, at: index, &positions)
  }

  private mutating func place(_ entry: Entry, at index: Int, _ positions: inout Positions) {
    self.entries[index] = entry
    positions[Int(entry.slot)] = UInt32(index)
  }
}
