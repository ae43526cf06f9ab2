#if SQLite
import Almanac
import GRDB

/// A row that wants to be looked at, and how many starts it is granted.
struct DueRow: Hashable, Sendable {
  var key: Int64
  var starts: Int
}

/// Finds what is due: a merge over lanes, never a sort of a backlog.
///
/// Each lane is one range of an index that lies in the order that is wanted, and no more is read of it than there are
/// free slots. The rows themselves are not touched.
struct DueScan: Sendable {
  static let startSQL = "select start_at, key from job where lane = ? and start_at <= ? order by start_at, key limit ?"
  static let tendSQL = "select tend_at, key from job where lane = ? and tend_at <= ? order by tend_at, key limit ?"
  static let earliestStartSQL =
    "select start_at from job where lane = ? and start_at is not null order by start_at limit 1"
  static let earliestTendSQL =
    "select tend_at from job where lane = ? and tend_at is not null order by tend_at limit 1"

  private struct Candidate {
    var order: Int64
    var instant: Int64
    var key: Int64

    static func goesFirst(_ left: Candidate, _ right: Candidate) -> Bool {
      (left.order, left.instant, left.key) < (right.order, right.instant, right.key)
    }
  }

  let demand: Demand
  let now: Instant
  /// The most starts for one executor at once; the rest follows with the next call.
  let startLimit: Int

  /// The rows to take, in the order in which they go.
  func rows(in lanes: [Int64: Lane], _ db: Database) throws -> [DueRow] {
    let served = lanes.filter { self.demand.serves($0.value) }.sorted { $0.key < $1.key }
    var rows: [DueRow] = []
    var positions: [Int64: Int] = [:]
    for candidate in try self.tending(served.map(\.key), db) {
      positions[candidate.key] = rows.count
      rows.append(DueRow(key: candidate.key, starts: 0))
    }
    let byExecutor = Dictionary(grouping: served) { $0.value.executor }
    for (executor, lanes) in byExecutor.sorted(by: { $0.key < $1.key }) {
      let slots = min(self.demand.slots[executor] ?? 0, self.startLimit)
      for candidate in try self.starting(lanes, slots: slots, db) {
        if let position = positions[candidate.key] {
          rows[position].starts = 1
        } else {
          rows.append(DueRow(key: candidate.key, starts: 1))
        }
      }
    }
    return rows
  }

  private func tending(_ lanes: [Int64], _ db: Database) throws -> [Candidate] {
    let limit = min(self.demand.tendLimit, self.startLimit)
    guard limit > 0 else { return [] }
    var candidates: [Candidate] = []
    for lane in lanes {
      try self.scan(DueScan.tendSQL, lane, limit, db) { instant, key in
        candidates.append(Candidate(order: instant, instant: instant, key: key))
      }
    }
    return self.first(limit, of: candidates)
  }

  private func starting(_ lanes: [(key: Int64, value: Lane)], slots: Int, _ db: Database) throws -> [Candidate] {
    guard slots > 0 else { return [] }
    var candidates: [Candidate] = []
    for (number, lane) in lanes {
      try self.scan(DueScan.startSQL, number, slots, db) { instant, key in
        let order = lane.priority.order(of: Instant(microsecondsSinceEpoch: instant))
        candidates.append(Candidate(order: order, instant: instant, key: key))
      }
    }
    return self.first(slots, of: candidates)
  }

  private func scan(
    _ sql: String, _ lane: Int64, _ limit: Int, _ db: Database, _ take: (Int64, Int64) -> Void
  ) throws {
    let statement = try db.cachedStatement(sql: sql)
    let rows = try Row.fetchCursor(statement, arguments: [lane, self.now.microsecondsSinceEpoch, limit])
    while let row = try rows.next() { take(row[0], row[1]) }
  }

  /// What is sorted is at most as many rows of each lane as there are slots, and each lane's are in order already.
  private func first(_ limit: Int, of candidates: [Candidate]) -> [Candidate] {
    Array(candidates.sorted(by: Candidate.goesFirst).prefix(limit))
  }
}

/// The earliest instants of one lane.
struct LaneWake: Hashable, Sendable {
  var startAt: Int64?
  var tendAt: Int64?

  init(lane: Int64, _ db: Database) throws {
    self.startAt = try Int64.fetchOne(db.cachedStatement(sql: DueScan.earliestStartSQL), arguments: [lane])
    self.tendAt = try Int64.fetchOne(db.cachedStatement(sql: DueScan.earliestTendSQL), arguments: [lane])
  }

  /// The earliest that concerns a scheduler with, or without, a free slot.
  func earliest(withSlot: Bool) -> Int64? {
    [withSlot ? self.startAt : nil, self.tendAt].compactMap(\.self).min()
  }
}
#endif
