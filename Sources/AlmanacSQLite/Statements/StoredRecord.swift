#if SQLite
import Almanac
import Foundation
import GRDB

/// What a row of `job` says besides the state: what the indexes are made of.
struct JobColumns: Hashable, Sendable {
  var lane: Int64
  var status: String
  var startAt: Int64?
  var tendAt: Int64?
  var nextFire: Int64?
  /// Whether it keeps fires that ended badly for good.
  var hasDead: Bool

  init(lane: Int64, status: String, startAt: Int64?, tendAt: Int64?, nextFire: Int64?, hasDead: Bool) {
    self.lane = lane
    self.status = status
    self.startAt = startAt
    self.tendAt = tendAt
    self.nextFire = nextFire
    self.hasDead = hasDead
  }

  init(_ record: JobRecord, lane: Int64) {
    self.init(
      lane: lane, status: record.state.status.rawValue, startAt: record.startAt?.microsecondsSinceEpoch,
      tendAt: record.tendAt?.microsecondsSinceEpoch, nextFire: record.state.nextFire?.microsecondsSinceEpoch,
      hasDead: !record.state.dead.isEmpty)
  }
}

/// A record and where it lies: the key of its row, and the version that was read.
struct StoredRecord: Sendable {
  var key: Int64
  var version: Int64
  /// The version at which the definition was written last.
  var defined: Int64
  var columns: JobColumns
  /// The stored form of the state.
  var state: String
  var record: JobRecord
}

/// A row as it was read, not yet decoded.
struct RawRecord: Sendable {
  var key: Int64
  var id: String
  var version: Int64
  var defined: Int64
  var columns: JobColumns
  /// Nil where the cache has the record, or the definition.
  var state: [UInt8]?
  var definition: [UInt8]?
  var cached: StoredRecord?
  var cachedDefinition: JobDefinition?
}

/// What became of reading a row.
enum LoadedRecord: Sendable {
  case stored(StoredRecord)
  case unreadable(key: Int64, version: Int64, id: JobID, reason: String)
}

extension RawRecord {
  static let columnList = """
    key, id, version, defined, lane, status, start_at, tend_at, next_fire, has_dead, state
    """

  /// Takes a row of ``columnList``; what the cache knows is not copied.
  init(_ row: Row, cache: RecordCache) throws {
    self.key = row[0]
    self.id = row[1]
    self.version = row[2]
    self.defined = row[3]
    self.columns = JobColumns(
      lane: row[4], status: row[5], startAt: row[6], tendAt: row[7], nextFire: row[8], hasDead: row[9])
    let known = cache.entry(self.key).flatMap { $0.defined == self.defined ? $0 : nil }
    self.cachedDefinition = known?.record.definition
    self.state = try row.withUnsafeData(atIndex: 10) { data in
      let data = data ?? Data()
      if let known, known.version == self.version, known.state.utf8.elementsEqual(data) {
        self.cached = known
        return nil
      }
      return [UInt8](data)
    }
  }

  /// Reads the definition where the cache did not have it.
  mutating func readDefinition(_ db: Database) throws {
    guard self.cached == nil, self.cachedDefinition == nil else { return }
    let statement = try db.cachedStatement(sql: "select body from definition where job = ?")
    let rows = try Row.fetchCursor(statement, arguments: [self.key])
    if let row = try rows.next() {
      self.definition = try row.withUnsafeData(atIndex: 0) { [UInt8]($0 ?? Data()) }
    }
  }

  /// Makes a record of the bytes. It costs more than reading them did, so it is done when the read is over.
  func decoded() -> LoadedRecord {
    if let cached = self.cached { return .stored(cached) }
    let definition: JobDefinition
    let state: JobState
    do {
      if let cached = self.cachedDefinition {
        definition = cached
      } else if let bytes = self.definition {
        definition = try RecordCodec.definition(from: bytes)
      } else {
        return self.unreadable("the stored definition is missing")
      }
    } catch {
      return self.unreadable(unreadableReason(error, in: "definition"))
    }
    do {
      state = try RecordCodec.state(from: self.state ?? [])
    } catch {
      return self.unreadable(unreadableReason(error, in: "state"))
    }
    guard definition.id.rawValue == self.id else {
      return self.unreadable("the stored definition is that of another job")
    }
    return .stored(
      StoredRecord(
        key: self.key, version: self.version, defined: self.defined, columns: self.columns,
        state: String(decoding: self.state ?? [], as: UTF8.self),
        record: JobRecord(definition: definition, state: state)))
  }

  private func unreadable(_ reason: String) -> LoadedRecord {
    .unreadable(key: self.key, version: self.version, id: JobID(self.id), reason: reason)
  }
}
#endif
