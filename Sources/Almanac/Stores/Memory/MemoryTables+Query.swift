// Listing.

extension MemoryTables {
  /// One page, found by looking at every record once.
  ///
  /// No order of ids is kept: it would cost every `insert` more than the rest of it does, and only people list.
  ///
  /// - Complexity: O(n) in the records that there are.
  func page(_ query: JobQuery) -> JobPage {
    let limit = query.effectiveLimit
    let begin = query.cursor.map { Place(id: $0.id, nextFire: $0.nextFire) }
    func precedes(_ left: Place, _ right: Place) -> Bool { left.precedes(right, in: query.order) }

    var places: [(place: Place, slot: UInt32)] = []
    // Once a page and one more are there, nothing behind the last of them can be on the page.
    var bound: Place?
    for slot in 0..<UInt32(self.slots.count) {
      let kept = self.slots[slot]
      guard let definition = kept.definition else { continue }
      // Asked of every job by each scheduler that starts, and of most in vain: before anything is made of the slot.
      if query.zoneDataOtherThan != nil, !query.matches(zoneData: kept.zoneData(self.zones)) { continue }
      let place = Place(
        id: definition.id, nextFire: query.order == .nextFire ? kept.state(self.zones).nextFire : nil)
      if let begin, !precedes(begin, place) { continue }
      if let bound, !precedes(place, bound) { continue }
      guard let record = self.record(at: slot), query.matches(record) else { continue }
      places.append((place, slot))
      if places.count >= 4 * (limit + 1) {
        places.sort { precedes($0.place, $1.place) }
        places.removeLast(places.count - limit - 1)
        bound = places.last?.place
      }
    }
    places.sort { precedes($0.place, $1.place) }
    let records = places.prefix(limit).compactMap { self.record(at: $0.slot) }
    let next =
      places.count > limit
      ? records.last.map { JobCursor(id: $0.id, nextFire: query.order == .nextFire ? $0.state.nextFire : nil) } : nil
    return JobPage(records: records, next: next, unreadable: query.cursor == nil ? self.unreadableRecords : [])
  }

  private var unreadableRecords: [UnreadableRecord] {
    self.unreadable.compactMap { slot, reason in
      self.slots[slot].definition.map { UnreadableRecord(id: $0.id, reason: reason) }
    }
    .sorted { $0.id.precedesByBytes($1.id) }
  }

  /// Where a record stands in a listing.
  private struct Place {
    var id: JobID
    var nextFire: Instant?

    func precedes(_ other: Place, in order: JobOrder) -> Bool {
      if order == .nextFire, self.nextFire != other.nextFire {
        guard let mine = self.nextFire else { return false }
        return other.nextFire.map { mine < $0 } ?? true
      }
      return self.id.precedesByBytes(other.id)
    }
  }
}
