import DequeModule

/// The history of one namespace, in the order in which rows were appended.
struct MemoryHistory {
  private struct Key: Hashable {
    var job: JobID
    var incarnation: Int64
    var revision: Int64
    var ordinal: Int

    init(_ row: HistoryRow) {
      self.job = row.job
      self.incarnation = row.incarnation
      self.revision = row.revision
      self.ordinal = row.ordinal
    }
  }

  private struct Entry {
    var position: Int64
    var row: HistoryRow
  }

  private var entries: Deque<Entry> = []
  private var keys: Set<Key> = []
  private var nextPosition: Int64 = 0
  /// The most rows that are kept; the oldest go first.
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  var count: Int { self.entries.count }

  mutating func append(_ rows: [HistoryRow]) {
    for row in rows where self.keys.insert(Key(row)).inserted {
      self.entries.append(Entry(position: self.nextPosition, row: row))
      self.nextPosition += 1
      if self.entries.count > self.limit, let oldest = self.entries.popFirst() {
        self.keys.remove(Key(oldest.row))
      }
    }
  }

  /// - Complexity: O(n) in the rows that are newer than the last of the page.
  func page(_ query: HistoryQuery) -> HistoryPage {
    var index = query.cursor.map { self.index(of: $0.position) } ?? self.entries.count
    var rows: [HistoryRow] = []
    var last: Int64?
    while index > 0 {
      index -= 1
      let entry = self.entries[index]
      guard query.matches(entry.row) else { continue }
      if rows.count == query.effectiveLimit {
        return HistoryPage(rows: rows, next: last.map { HistoryCursor(position: $0) })
      }
      rows.append(entry.row)
      last = entry.position
    }
    return HistoryPage(rows: rows, next: nil)
  }

  /// Deletes up to `limit` rows that are too old, those first that were appended first.
  mutating func prune(before instant: Instant, at now: Instant, limit: Int) -> Int {
    var pruned = 0
    while pruned < limit, let first = self.entries.first, first.row.mayBePruned(before: instant, at: now) {
      self.keys.remove(Key(first.row))
      self.entries.removeFirst()
      pruned += 1
    }
    guard pruned < limit else { return pruned }
    // Rows are nearly in the order of their times; only those that were appended late are left to this.
    self.entries.removeAll { entry in
      guard pruned < limit, entry.row.mayBePruned(before: instant, at: now) else { return false }
      self.keys.remove(Key(entry.row))
      pruned += 1
      return true
    }
    return pruned
  }

  /// Deletes up to `limit` rows of the jobs, of each all but the newest so many.
  ///
  /// - Complexity: O(n) in the rows that there are.
  mutating func trim(to rows: [JobID: Int], limit: Int) -> Int {
    guard limit > 0, !rows.isEmpty else { return 0 }
    // How many of each have to go is known once all were counted.
    var surplus = rows.mapValues { -max($0, 0) }
    for entry in self.entries { surplus[entry.row.job]? += 1 }
    guard surplus.values.contains(where: { $0 > 0 }) else { return 0 }
    var trimmed = 0
    self.entries.removeAll { entry in
      guard trimmed < limit, let left = surplus[entry.row.job], left > 0 else { return false }
      surplus[entry.row.job] = left - 1
      self.keys.remove(Key(entry.row))
      trimmed += 1
      return true
    }
    return trimmed
  }

  /// Where the first row lies whose position is not less than the one given.
  private func index(of position: Int64) -> Int {
    var low = 0
    var high = self.entries.count
    while low < high {
      let middle = (low + high) / 2
      if self.entries[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is wrong with the index of keys; nil where nothing is.
  var problem: String? {
    Set(self.entries.map { Key($0.row) }) == self.keys && self.keys.count == self.entries.count
      ? nil : "the keys of the history are not those of its rows"
  }
}
