#if MySQL
import Almanac
import AlmanacSQL

extension MySQLShelf {
  /// What is due for a session, in the order in which it goes.
  ///
  /// The heads of the lanes are read first, two entries of an index each; then of those lanes where something is due the entries that may be taken;
  /// then the rows of those that are.
  func due(_ demand: Demand, at now: Instant, as session: Epoch) async throws -> [(raw: RawRecord?, starts: Int)] {
    try await self.pool.run { connection -> [(raw: RawRecord?, starts: Int)] in
      let alive: SQL = """
        select epoch from \(self.statements.session) where epoch = \(session.rawValue)
        and namespace = \(self.namespace) and dead = 0
        """
      let heads = try self.heads(demand, connection, with: alive) { answer in
        if answer.count == 0 { throw self.sessionLost(session) }
      }
      let scan = DueScan(demand, at: now, lanes: self.lanes.lanes, heads: heads)
      let stretches = scan.stretches
      if stretches.isEmpty { return [] }
      let entries = try connection.run(self.statements.due(stretches, at: now))
      let taken = scan.taken(
        (0..<entries.count).map { row in
          DueScan.Entry(
            kind: entries.number(row, 0) == 1 ? .start : .tend, lane: entries.number(row, 1),
            at: entries.number(row, 2), key: entries.number(row, 3))
        })
      if taken.isEmpty { return [] }
      let rows = try connection.run(self.statements.load(keys: taken.map(\.key)))
      let raw = (0..<rows.count).map { RawRecord(rows, $0, cache: self.cache) }
      // A definition that was written just now belongs to another version of its row, and a claim of it would be lost.
      let whole = try self.completed(raw, connection)
      let byKey = Dictionary(whole.map { ($0.key, $0) }) { first, _ in first }
      return taken.compactMap { key, starts in
        guard let raw = byKey[key] else { return nil }
        // Somebody else may have taken it between the look at the index and that at the row.
        func isDue(_ instant: Int64?) -> Bool { instant.map { $0 <= now.microsecondsSinceEpoch } ?? false }
        let mayStart = starts > 0 && isDue(raw.columns.startAt)
        guard mayStart || isDue(raw.columns.tendAt) else { return nil }
        return (raw, mayStart ? starts : 0)
      }
    }
  }

  func earliestWake(_ demand: Demand) async throws -> Instant? {
    let earliest = try await self.pool.run { connection -> Int64? in
      let lanes = self.lanes
      return try self.heads(demand, connection).lazy.flatMap { head -> [Int64] in
        let mayStart = lanes.lanes[head.lane].map { demand.freeSlots(for: $0) > 0 } ?? false
        return [mayStart ? head.startAt : nil, head.tendAt].compactMap(\.self)
      }.min()
    }
    return earliest.map { Instant(microsecondsSinceEpoch: $0) }
  }

  /// The heads of the lanes that a demand serves; asks something else in the same packet.
  private func heads(
    _ demand: Demand, _ connection: ServerConnection, with other: SQL = "select 1",
    _ look: (Rows) throws -> Void = { _ in }
  ) throws -> [LaneHead] {
    if self.lanes.latest == 0 { try self.refreshLanes(connection) }
    while true {
      let served = self.lanes.lanes.filter { demand.serves($0.value) }.keys.sorted()
      let answers = try connection.run([
        other, self.statements.latestLane(self.namespace), self.statements.heads(served, namespace: self.namespace),
      ])
      try look(answers[0])
      if answers[1].number(0, 0) <= self.lanes.latest { return LaneHead.heads(of: answers[2]) }
      try self.refreshLanes(connection)
    }
  }

  /// Reads the lanes that came since. Never inside a transaction: what an open one sees might be taken back.
  func refreshLanes(_ connection: ServerConnection) throws {
    let rows = try connection.run(self.statements.lanes(after: self.lanes.latest, namespace: self.namespace))
    self.lanes.learn(
      (0..<rows.count).map { row in
        let lane = Lane(
          queue: rows.text(row, 1), jobName: rows.text(row, 2), executor: rows.text(row, 3),
          priority: Priority(rawValue: Int(rows.number(row, 4))) ?? .normal, format: Int(rows.number(row, 5)))
        return (number: rows.number(row, 0), lane: lane)
      })
  }

  func addLanes(_ lanes: Set<Lane>) async throws {
    let lanes = Array(lanes)
    try await self.pool.run { connection in
      try self.refreshLanes(connection)
      if lanes.allSatisfy({ self.lanes.number(of: $0) != nil }) { return }
      // One after the other, so that the order of the numbers is that of the commits.
      try connection.transaction { transaction in
        _ = try transaction.run([self.statements.lockLanes(self.namespace)])
        try transaction.finish(
          self.statements.addLanes(lanes, namespace: self.namespace, limit: connection.packetLimit))
      }
      try self.refreshLanes(connection)
    }
  }
}

extension LaneHead {
  static func heads(of rows: Rows) -> [LaneHead] {
    (0..<rows.count).map { row in
      LaneHead(lane: rows.number(row, 0), startAt: rows.instant(row, 1), tendAt: rows.instant(row, 2))
    }
  }
}

extension Rows {
  /// An instant of a job; see ``Statements/never``.
  func instant(_ row: Int, _ column: Int) -> Int64? {
    self.integer(row, column).flatMap { $0 == Statements.never ? nil : $0 }
  }
}
#endif
