#if SQLite
import Almanac
import GRDB

/// Reads a stretch of the jobs that match, along the index that has the order asked for.
///
/// What the columns tell is asked of SQLite; whatever they tell less exactly than the record (the letters of an id's prefix) is asked of
/// the record again.
struct JobListing: Sendable {
  let query: JobQuery
  let cursor: JobCursor?
  let namespace: Int64
  let limit: Int

  private static let living: Set<JobStatus> = [.active, .paused, .quarantined]
  /// A tag of at most this many jobs is walked itself; of a more common one, the jobs are walked and asked for it.
  private static let rareTag = 1_000

  func rows(in lanes: [Int64: Lane], cache: RecordCache, _ db: Database) throws -> [RawRecord] {
    var terms: [String] = []
    var arguments: StatementArguments = []
    guard try self.filter(lanes, &terms, &arguments, db) else { return [] }
    switch self.query.order {
    case .id:
      if let cursor = self.cursor {
        terms.append("id > ?")
        arguments += [cursor.id.rawValue]
      }
      return try self.read(terms, "order by id", arguments, self.limit, cache, db)
    case .nextFire:
      var rows: [RawRecord] = []
      if self.cursor == nil || self.cursor?.nextFire != nil {
        var terms = terms + ["next_fire is not null"]
        var arguments = arguments
        if let cursor = self.cursor, let nextFire = cursor.nextFire {
          terms.append("(next_fire, id) > (?, ?)")
          arguments += [nextFire.microsecondsSinceEpoch, cursor.id.rawValue]
        }
        rows = try self.read(terms, "order by next_fire, id", arguments, self.limit, cache, db)
      }
      if rows.count == self.limit { return rows }
      terms.append("next_fire is null")
      if let cursor = self.cursor, cursor.nextFire == nil {
        terms.append("id > ?")
        arguments += [cursor.id.rawValue]
      }
      return rows + (try self.read(terms, "order by id", arguments, self.limit - rows.count, cache, db))
    }
  }

  private func read(
    _ terms: [String], _ order: String, _ arguments: StatementArguments, _ limit: Int, _ cache: RecordCache,
    _ db: Database
  ) throws -> [RawRecord] {
    let statement = try db.makeStatement(sql: JobListing.sql(terms, order))
    let cursor = try Row.fetchCursor(statement, arguments: arguments + [limit])
    var rows: [RawRecord] = []
    while let row = try cursor.next() { rows.append(try RawRecord(row, cache: cache)) }
    for index in rows.indices { try rows[index].readDefinition(db) }
    return rows
  }

  static func sql(_ terms: [String], _ order: String) -> String {
    "select \(RawRecord.columnList) from job where \(terms.joined(separator: " and ")) \(order) limit ?"
  }

  /// Builds what the columns have to fulfil. False where nothing can.
  func filter(
    _ lanes: [Int64: Lane], _ terms: inout [String], _ arguments: inout StatementArguments, _ db: Database
  ) throws -> Bool {
    terms.append("namespace = ?")
    arguments += [self.namespace]
    if let statuses = self.query.statuses {
      if statuses.isEmpty { return false }
      // Word for word the condition of the index of the living, which SQLite then knows that it may use.
      if statuses.isSubset(of: JobListing.living) { terms.append("status in ('active', 'paused', 'quarantined')") }
      if statuses != JobListing.living {
        terms.append("status in (\(statuses.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))")
      }
    }
    if let prefix = self.query.idPrefix, !prefix.isEmpty {
      terms.append("id >= ?")
      arguments += [prefix]
      if let end = JobListing.end(ofPrefix: prefix) {
        terms.append("id < ?")
        arguments += [end]
      }
    }
    if self.query.jobName != nil || self.query.queue != nil {
      let matching = lanes.filter { _, lane in
        (self.query.jobName.map { lane.jobName == $0 } ?? true) && (self.query.queue.map { lane.queue == $0 } ?? true)
      }
      if matching.isEmpty { return false }
      // The plus keeps SQLite from walking the lanes and sorting what it finds.
      terms.append("+lane in (\(matching.keys.sorted().map(String.init).joined(separator: ", ")))")
    }
    if let creator = self.query.creator {
      terms.append("creator = ?")
      arguments += [creator]
    }
    for tag in self.query.tags.sorted() {
      let isRare = try self.isRare(tag, db)
      terms.append(
        isRare
          ? "key in (select job from tag where namespace = ? and tag = ?)"
          : "exists (select 1 from tag where tag.namespace = ? and tag.tag = ? and tag.job = job.key)")
      arguments += [self.namespace, tag]
    }
    return true
  }

  private func isRare(_ tag: String, _ db: Database) throws -> Bool {
    let count = try Int.fetchOne(
      db.cachedStatement(sql: "select count(*) from (select 1 from tag where namespace = ? and tag = ? limit ?)"),
      arguments: [self.namespace, tag, JobListing.rareTag + 1])
    return (count ?? 0) <= JobListing.rareTag
  }

  /// The first text, in the order of UTF-8's bytes, after all that begin with the prefix; nil where there is none.
  static func end(ofPrefix prefix: String) -> String? {
    var scalars = Array(prefix.unicodeScalars)
    while let last = scalars.popLast() {
      // The order of bytes is the order of code points, among which the surrogates have no place.
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let scalar = Unicode.Scalar(next) {
        return String(String.UnicodeScalarView(scalars + [scalar]))
      }
    }
    return nil
  }
}
#endif
