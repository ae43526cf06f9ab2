#if PostgreSQL
import Almanac
import AlmanacSQL

/// Reads a stretch of the jobs that match.
///
/// There are two ways to list by id: to walk the ids, which are in order, and leave out what does not match; or to
/// take the few that an index names and sort them. The first costs what it leaves out, the second what there is; so
/// the second is taken where an index names few: the living among a week's tombstones, a tag, a creator. By next fire
/// the living are in order already.
struct JobListing: Sendable {
  let query: JobQuery
  let cursor: JobCursor?
  let namespace: Int64
  let limit: Int

  /// As many as are sorted rather than walked past.
  static let few: Int64 = 5_000
  private static let living: Set<JobStatus> = [.active, .paused, .quarantined]

  /// Which index leads to the rows.
  enum Path: Hashable {
    case ids, living, dead, creator
    case tag(String)
  }

  /// A statement's condition, and what is bound to it.
  struct Condition {
    var from = "job j join wake w on w.job = j.key"
    var terms: [String] = []
    var parameters = Parameters()

    mutating func bind(_ value: Int64) -> String {
      self.parameters.add(value)
      return "$\(self.parameters.count)::bigint"
    }

    mutating func bind(_ value: String) -> String {
      self.parameters.add(value)
      return "$\(self.parameters.count)::text"
    }

    mutating func require(_ term: String) { self.terms.append(term) }

    func sql(_ columns: String, order: String, limit: String) -> String {
      "select \(columns) from \(self.from) where \(self.terms.joined(separator: " and ")) \(order) limit \(limit)"
    }
  }

  func rows(in lanes: [Int64: Lane], cache: RecordCache, _ connection: ServerConnection) throws -> [RawRecord] {
    guard !(self.query.statuses?.isEmpty ?? false), let served = self.query.lanes(among: lanes) else { return [] }
    switch self.query.order {
    case .id:
      var condition = self.condition(try self.path(connection), served)
      if let cursor = self.cursor { condition.require("j.id > \(condition.bind(cursor.id.rawValue))") }
      return try self.read(condition, "order by j.id", self.limit, cache, connection)
    case .nextFire:
      var rows: [RawRecord] = []
      let path: Path = self.query.hasDead ? .dead : self.asksForLivingOnly ? .living : .ids
      if self.cursor == nil || self.cursor?.nextFire != nil {
        var condition = self.condition(path, served)
        condition.require("w.next_fire is not null")
        if let cursor = self.cursor, let nextFire = cursor.nextFire {
          let at = condition.bind(nextFire.microsecondsSinceEpoch)
          condition.require("w.next_fire >= \(at)")
          condition.require("(w.next_fire > \(at) or j.id > \(condition.bind(cursor.id.rawValue)))")
        }
        rows = try self.read(condition, "order by w.next_fire, j.id", self.limit, cache, connection)
      }
      if rows.count == self.limit || self.query.asksForNextFire { return rows }
      var condition = self.condition(path, served)
      condition.require("w.next_fire is null")
      if let cursor = self.cursor, cursor.nextFire == nil {
        condition.require("j.id > \(condition.bind(cursor.id.rawValue))")
      }
      return rows + (try self.read(condition, "order by j.id", self.limit - rows.count, cache, connection))
    }
  }

  private func read(
    _ condition: Condition, _ order: String, _ limit: Int, _ cache: RecordCache, _ connection: ServerConnection
  ) throws -> [RawRecord] {
    var condition = condition
    let bound = condition.bind(Int64(limit))
    // Most of the order is the index's, and only jobs of one instant are to be sorted; without statistics PostgreSQL takes
    // a few thousand jobs for one and sorts all of them.
    let isOrdered = order.contains("next_fire")
    if isOrdered { try connection.execute("set enable_sort = off") }
    defer { if isOrdered, !connection.isBroken { try? connection.execute("set enable_sort = on") } }
    while true {
      let rows = try connection.run(
        once: condition.sql(Statement.recordColumns, order: order, limit: bound), condition.parameters)
      let raw = (0..<rows.count).map { RawRecord(rows, $0, cache: cache) }
      let whole = try RawRecord.completed(raw, connection)
      if whole.count == raw.count { return whole }
    }
  }

  private var asksForLivingOnly: Bool {
    self.query.statuses?.isSubset(of: JobListing.living) ?? false
  }

  // MARK: The way

  func path(_ connection: ServerConnection) throws -> Path {
    for tag in self.query.tags.sorted() {
      var condition = Condition(from: "tag t")
      condition.require("t.namespace = \(condition.bind(self.namespace)) and t.tag = \(condition.bind(tag))")
      if try self.isFew(condition, connection) { return .tag(tag) }
    }
    // Lies in the order of ids, and few jobs are in it.
    if self.query.hasDead { return .dead }
    if let creator = self.query.creator {
      var condition = Condition(from: "job j")
      condition.require("j.namespace = \(condition.bind(self.namespace)) and j.creator = \(condition.bind(creator))")
      if try self.isFew(condition, connection) { return .creator }
    }
    if self.asksForLivingOnly {
      var condition = Condition(from: "wake w")
      condition.require("w.namespace = \(condition.bind(self.namespace)) and w.living")
      self.requireNextFire(&condition)
      if try self.isFew(condition, connection) { return .living }
    }
    return .ids
  }

  private func isFew(_ condition: Condition, _ connection: ServerConnection) throws -> Bool {
    var condition = condition
    let limit = condition.bind(JobListing.few + 1)
    let sql = "select count(*) from (\(condition.sql("1", order: "", limit: limit))) as found"
    return try connection.run(once: sql, condition.parameters).number(0, 0) <= JobListing.few
  }

  // MARK: The condition

  /// What the columns have to fulfil. A path that is not the ids' begins at its index in a part that is fenced off.
  func condition(_ path: Path, _ lanes: [Int64]) -> Condition {
    var condition = Condition()
    let namespace = condition.bind(self.namespace)
    switch path {
    case .ids: condition.require("j.namespace = \(namespace)")
    case .dead: condition.require("j.namespace = \(namespace)")
    case .living:
      condition.from = "wake w join job j on j.key = w.job"
      condition.require("w.namespace = \(namespace) and w.living")
    case .creator:
      let creator = condition.bind(self.query.creator ?? "")
      condition.from = """
        (select key from job where namespace = \(namespace) and creator = \(creator) offset 0) as led
        join job j on j.key = led.key join wake w on w.job = j.key
        """
      condition.require("true")
    case .tag(let tag):
      condition.from = """
        (select job from tag where namespace = \(namespace) and tag = \(condition.bind(tag)) offset 0) as led
        join job j on j.key = led.job join wake w on w.job = j.key
        """
      condition.require("true")
    }
    if let statuses = self.query.statuses, path != .living || statuses != JobListing.living {
      let words = statuses.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
      condition.require("j.status in (\(words))")
    }
    if let prefix = self.query.idPrefix, !prefix.isEmpty {
      condition.require("j.id >= \(condition.bind(prefix))")
      if let end = TextRange.end(ofPrefix: prefix) { condition.require("j.id < \(condition.bind(end))") }
    }
    if !lanes.isEmpty {
      condition.parameters.add(lanes)
      condition.require("w.lane = any ($\(condition.parameters.count)::bigint[])")
    }
    if let creator = self.query.creator, path != .creator {
      condition.require("j.creator = \(condition.bind(creator))")
    }
    if self.query.hasDead { condition.require("j.has_dead") }
    self.requireNextFire(&condition)
    if let version = self.query.zoneDataOtherThan {
      // Of the text of the state, which is read by nobody for it: a scheduler that starts asks this of every job, and
      // of most in vain.
      condition.require("position('\"zoneData\":' in j.state) > 0")
      condition.require("position(\(condition.bind("\"zoneData\":\"\(version)\"")) in j.state) = 0")
    }
    for tag in self.query.tags.sorted() where path != .tag(tag) {
      condition.require(
        "exists (select from tag t where t.namespace = \(namespace) and t.tag = \(condition.bind(tag)) and t.job = j.key)"
      )
    }
    return condition
  }

  private func requireNextFire(_ condition: inout Condition) {
    if let from = self.query.nextFireFrom {
      condition.require("w.next_fire >= \(condition.bind(from.microsecondsSinceEpoch))")
    }
    if let before = self.query.nextFireBefore {
      condition.require("w.next_fire < \(condition.bind(before.microsecondsSinceEpoch))")
    }
  }
}
#endif
