#if SQLite
import Almanac
import AlmanacSQL
import GRDB

/// Reads a stretch of the jobs that match.
///
/// There are two ways to list by id: to walk the ids, which are in order, and leave out what does not match; or to
/// take the few that an index names and sort them. The first costs what it leaves out, the second what there is; so
/// the second is taken where an index names few: the living among a week's tombstones, a tag, a creator. By next fire
/// the living are in order already.
///
/// What the columns tell is asked of SQLite; whatever they tell less exactly than the record (the letters of an id's
/// prefix) is asked of the record again.
struct JobListing: Sendable {
  let query: JobQuery
  let cursor: JobCursor?
  let namespace: Int64
  let limit: Int

  /// As many as are sorted rather than walked past.
  static let few = 5_000
  private static let living: Set<JobStatus> = [.active, .paused, .quarantined]
  /// Word for word the condition of the index of the living, which SQLite then knows that it may use.
  private static let livingTerm = "status in ('active', 'paused', 'quarantined')"

  /// A statement's condition, and what is bound to it.
  struct Condition {
    /// The table, with the index to take: without statistics SQLite rather walks all ids than sorts a few.
    var table = "job"
    var terms: [String] = []
    var arguments = StatementArguments()

    mutating func require(_ term: String, _ values: any DatabaseValueConvertible...) {
      self.terms.append(term)
      self.arguments += StatementArguments(values)
    }
  }

  /// Which index leads to the rows.
  enum Path: Hashable {
    case ids
    case living
    case dead
    case creator(String)
    case tag(String)
  }

  func rows(in lanes: [Int64: Lane], cache: RecordCache, _ db: Database) throws -> [RawRecord] {
    guard !(self.query.statuses?.isEmpty ?? false), let laneTerm = self.laneTerm(lanes) else { return [] }
    switch self.query.order {
    case .id:
      var condition = self.condition(try self.path(db), laneTerm)
      if let cursor = self.cursor { condition.require("id > ?", cursor.id.rawValue) }
      return try self.read(condition, "order by id", self.limit, cache, db)
    case .nextFire:
      var rows: [RawRecord] = []
      let path: Path = self.query.hasDead ? .dead : self.asksForLivingOnly ? .living : .ids
      if self.cursor == nil || self.cursor?.nextFire != nil {
        var condition = self.condition(path, laneTerm)
        condition.require("next_fire is not null")
        if let cursor = self.cursor, let nextFire = cursor.nextFire {
          condition.require(
            "(next_fire, id) > (?, ?)", nextFire.microsecondsSinceEpoch, cursor.id.rawValue)
        }
        rows = try self.read(condition, "order by next_fire, id", self.limit, cache, db)
      }
      if rows.count == self.limit || self.query.asksForNextFire { return rows }
      var condition = self.condition(path, laneTerm)
      condition.require("next_fire is null")
      if let cursor = self.cursor, cursor.nextFire == nil { condition.require("id > ?", cursor.id.rawValue) }
      return rows + (try self.read(condition, "order by id", self.limit - rows.count, cache, db))
    }
  }

  private func read(
    _ condition: Condition, _ order: String, _ limit: Int, _ cache: RecordCache, _ db: Database
  ) throws -> [RawRecord] {
    let statement = try db.makeStatement(sql: JobListing.sql(condition, order))
    let cursor = try Row.fetchCursor(statement, arguments: condition.arguments + [limit])
    var rows: [RawRecord] = []
    while let row = try cursor.next() { rows.append(try RawRecord(row, cache: cache)) }
    for index in rows.indices { try rows[index].readDefinition(db) }
    return rows
  }

  static func sql(_ condition: Condition, _ order: String) -> String {
    let terms = condition.terms.joined(separator: " and ")
    return "select \(RawRecord.columnList) from \(condition.table) where \(terms) \(order) limit ?"
  }

  private var asksForLivingOnly: Bool {
    self.query.statuses?.isSubset(of: JobListing.living) ?? false
  }

  // MARK: The way

  func path(_ db: Database) throws -> Path {
    for tag in self.query.tags.sorted() {
      let few = try self.isFew("select 1 from tag where namespace = ? and tag = ?", [self.namespace, tag], db)
      if few { return .tag(tag) }
    }
    // Lies in the order of ids, and few jobs are in it.
    if self.query.hasDead { return .dead }
    if let creator = self.query.creator,
      try self.isFew("select 1 from job where namespace = ? and creator = ?", [self.namespace, creator], db)
    {
      return .creator(creator)
    }
    if self.asksForLivingOnly {
      var living = Condition()
      living.require("namespace = ? and \(JobListing.livingTerm)", self.namespace)
      self.requireNextFire(&living, column: "next_fire")
      let sql = "select 1 from job indexed by job_living where \(living.terms.joined(separator: " and "))"
      if try self.isFew(sql, living.arguments, db) { return .living }
    }
    return .ids
  }

  private func isFew(_ sql: String, _ arguments: StatementArguments, _ db: Database) throws -> Bool {
    let statement = try db.cachedStatement(sql: "select count(*) from (\(sql) limit ?)")
    return try Int.fetchOne(statement, arguments: arguments + [JobListing.few + 1]) ?? 0 <= JobListing.few
  }

  // MARK: The condition

  /// What the columns have to fulfil. A plus before a column keeps SQLite from being led by it.
  func condition(_ path: Path, _ laneTerm: String) -> Condition {
    var condition = Condition()
    var namespace = "namespace = ?"
    switch path {
    case .ids: break
    case .living: condition.table = "job indexed by job_living"
    case .dead: condition.table = "job indexed by job_dead"
    case .creator: condition.table = "job indexed by job_creator"
    case .tag: namespace = "+namespace = ?"
    }
    condition.require(namespace, self.namespace)
    if let statuses = self.query.statuses {
      let words = statuses.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
      if path == .living { condition.require(JobListing.livingTerm) }
      if path != .living || statuses != JobListing.living { condition.require("+status in (\(words))") }
    }
    if let prefix = self.query.idPrefix, !prefix.isEmpty {
      let column = path == .ids ? "id" : "+id"
      condition.require("\(column) >= ?", prefix)
      if let end = TextRange.end(ofPrefix: prefix) { condition.require("\(column) < ?", end) }
    }
    if !laneTerm.isEmpty { condition.require(laneTerm) }
    if let creator = self.query.creator {
      condition.require(path == .creator(creator) ? "creator = ?" : "+creator = ?", creator)
    }
    if self.query.hasDead { condition.require(path == .dead ? "has_dead = 1" : "+has_dead = 1") }
    self.requireNextFire(&condition, column: path == .living ? "next_fire" : "+next_fire")
    if let version = self.query.zoneDataOtherThan {
      // Of the text of the state, which is read by nobody for it: a scheduler that starts asks this of every job, and of most in vain.
      condition.require(
        "instr(state, '\"zoneData\":') > 0 and instr(state, ?) = 0", "\"zoneData\":\"\(version)\"")
    }
    for tag in self.query.tags.sorted() {
      condition.require(
        path == .tag(tag)
          ? "key in (select job from tag where namespace = ? and tag = ?)"
          : "exists (select 1 from tag where tag.namespace = ? and tag.tag = ? and tag.job = job.key)",
        self.namespace, tag)
    }
    return condition
  }

  private func requireNextFire(_ condition: inout Condition, column: String) {
    if let from = self.query.nextFireFrom { condition.require("\(column) >= ?", from.microsecondsSinceEpoch) }
    if let before = self.query.nextFireBefore { condition.require("\(column) < ?", before.microsecondsSinceEpoch) }
  }

  /// The condition on lanes, empty where there is none; nil where no lane fulfils it.
  private func laneTerm(_ lanes: [Int64: Lane]) -> String? {
    if self.query.jobName == nil, self.query.jobNamePrefix == nil, self.query.queue == nil { return "" }
    let matching = lanes.filter { _, lane in
      self.query.matches(jobName: lane.jobName) && (self.query.queue.map { lane.queue == $0 } ?? true)
    }
    if matching.isEmpty { return nil }
    return "+lane in (\(matching.keys.sorted().map(String.init).joined(separator: ", ")))"
  }
}
#endif
