#if PostgreSQL
import Almanac
import AlmanacSQL

/// A row that wants to be looked at, and how many starts it is granted.
struct DueRow: Sendable {
  var raw: RawRecord
  var starts: Int
}

extension PostgreSQLShelf {
  /// What is due for a session, in the order in which it goes.
  func due(_ demand: Demand, at now: Instant, as session: Epoch) async throws -> [DueRow] {
    try await self.pool.run { connection -> [DueRow] in
      if self.lanes.latest == 0 { try self.refreshLanes(connection) }
      while true {
        let request = DueRequest(demand, at: now, as: session, lanes: self.lanes.lanes, namespace: self.namespace)
        let rows = try connection.run(.due, request.parameters)
        // Before the rows comes one about the store.
        guard rows.number(0, 2) == DueRequest.alive else { throw self.sessionLost(session) }
        if rows.number(0, 1) > self.lanes.latest {
          try self.refreshLanes(connection)
          continue
        }
        let due = request.taken(of: rows, cache: self.cache)
        let whole = try RawRecord.completed(due.map(\.raw), connection)
        if whole.count == due.count { return zip(whole, due).map { DueRow(raw: $0, starts: $1.starts) } }
        // A definition was written just now: its record has another version, and a claim of it would be lost.
        let starts = Dictionary(due.map { ($0.raw.key, $0.starts) }) { first, _ in first }
        return whole.map { DueRow(raw: $0, starts: starts[$0.key] ?? 0) }
      }
    }
  }

  func earliestWake(_ demand: Demand) async throws -> Instant? {
    let earliest = try await self.pool.run { connection -> Int64? in
      if self.lanes.latest == 0 { try self.refreshLanes(connection) }
      while true {
        let served = self.lanes.lanes.filter { demand.serves($0.value) }
        var parameters = Parameters()
        parameters.add(self.namespace)
        parameters.add(Array(served.keys))
        parameters.add(served.values.map { demand.freeSlots(for: $0) > 0 })
        let rows = try connection.run(.earliestWake, parameters)
        if rows.number(0, 0) <= self.lanes.latest { return rows.integer(0, 1) }
        try self.refreshLanes(connection)
      }
    }
    return earliest.map { Instant(microsecondsSinceEpoch: $0) }
  }
}

/// What is asked of the lanes that a demand serves, and which of the rows that come back are taken.
struct DueRequest: Sendable {
  /// In the first row's third column.
  static let alive: Int64 = 2

  private(set) var parameters = Parameters()
  /// How deep each lane was read: of starts by lane, of tends all alike.
  private var startDepths: [Int64: Int] = [:]
  private var slots: [Int] = []
  private let tendDepth: Int
  private let tendLimit: Int

  init(_ demand: Demand, at now: Instant, as session: Epoch, lanes: [Int64: Lane], namespace: Int64) {
    let served = lanes.filter { demand.serves($0.value) }.sorted { $0.key < $1.key }
    let byExecutor = Dictionary(grouping: served) { $0.value.executor }.sorted { $0.key < $1.key }
    var starting: [(lane: Int64, headStart: Int64, executor: Int64, depth: Int)] = []
    for (executor, lanes) in byExecutor {
      let slots = min(demand.slots[executor] ?? 0, ShelfLimits.batch)
      if slots <= 0 { continue }
      self.slots.append(slots)
      let depth = DueScan.depth(slots, lanes: lanes.count)
      for (number, lane) in lanes {
        starting.append((number, lane.priority.headStart, Int64(self.slots.count), depth))
        self.startDepths[number] = depth
      }
    }
    self.tendLimit = max(min(demand.tendLimit, ShelfLimits.batch), 0)
    self.tendDepth = DueScan.depth(self.tendLimit, lanes: served.count)
    let tended = self.tendLimit > 0 ? served.map { $0.key } : []
    self.parameters.add(namespace)
    self.parameters.add(session.rawValue)
    self.parameters.add(now.microsecondsSinceEpoch)
    self.parameters.add(starting.map { $0.lane })
    self.parameters.add(starting.map { $0.headStart })
    self.parameters.add(starting.map { $0.executor })
    self.parameters.add(starting.map { Int64($0.depth) })
    self.parameters.add(self.slots.map { Int64($0) })
    self.parameters.add(tended)
    let tendDepth = Int64(self.tendDepth)
    self.parameters.add(tended.map { _ in tendDepth })
    self.parameters.add(Int64(self.tendLimit))
  }

  /// The rows to take: those to tend first, then of each executor as many as it has slots.
  func taken(of rows: Rows, cache: RecordCache) -> [DueRow] {
    var due: [DueRow] = []
    var positions: [Int64: Int] = [:]
    var counts: [Int64: Int] = [:]
    var group: (kind: Int64, executor: Int64) = (0, 0)
    var isOver = false
    for row in 1..<max(rows.count, 1) {
      let (kind, executor, lane) = (rows.number(row, 0), rows.number(row, 1), rows.number(row, 3))
      if (kind, executor) != group {
        group = (kind, executor)
        counts = [:]
        isOver = false
      }
      if isOver { continue }
      // A lane that was read to its limit might have gone on before the next row of another.
      counts[lane, default: 0] += 1
      let isStart = kind == 2
      let (depth, limit) =
        isStart
        ? (self.startDepths[lane] ?? 0, self.slots[Int(executor) - 1]) : (self.tendDepth, self.tendLimit)
      if depth < limit, counts[lane] == depth { isOver = true }
      let key = rows.number(row, 4)
      if let position = positions[key] {
        if isStart { due[position].starts = 1 }
      } else {
        positions[key] = due.count
        due.append(DueRow(raw: RawRecord(rows, row, from: 4, cache: cache), starts: isStart ? 1 : 0))
      }
    }
    // Two limits may add up to more than one call may carry.
    return Array(due.prefix(ShelfLimits.batch))
  }
}
#endif
