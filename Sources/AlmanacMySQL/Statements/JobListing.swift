#if MySQL
import Almanac
import AlmanacSQL

/// Reads a stretch of the jobs that match.
///
/// By id the way is the ids themselves, in order, with what does not match left out; or the labels of a tag, a creator, or what is dead, which lie in
/// the order of ids as well; or the living, where they are few among many tombstones, sorted. By next fire the living are in order already.
struct JobListing: Sendable {
  let query: JobQuery
  let cursor: JobCursor?
  let limit: Int
  let names: Statements
  let namespace: Int64

  /// As many as are sorted rather than walked past.
  static let few = 5_000
  private static let living: Set<JobStatus> = [.active, .paused, .quarantined]

  /// Which index leads to the rows.
  enum Path: Hashable {
    case ids, living
    case label(Label, String)
  }

  func rows(_ shelf: MySQLShelf, _ connection: ServerConnection) throws -> [RawRecord] {
    guard !(self.query.statuses?.isEmpty ?? false), let lanes = self.query.lanes(among: shelf.lanes.lanes) else {
      return []
    }
    let statement = self.statement(try self.path(connection), lanes)
    while true {
      let rows = try connection.run(statement)
      let raw = (0..<rows.count).map { RawRecord(rows, $0, cache: shelf.cache) }
      let whole = try shelf.completed(raw, connection)
      if whole.count == raw.count { return whole }
    }
  }

  // MARK: The way

  func path(_ connection: ServerConnection) throws -> Path {
    if self.query.order == .id || self.query.hasDead {
      if let tag = self.query.tags.min() { return .label(.tag, tag) }
      if self.query.hasDead { return .label(.dead, "") }
      if let creator = self.query.creator { return .label(.creator, creator) }
    }
    guard self.query.statuses?.isSubset(of: JobListing.living) ?? false else { return .ids }
    if self.query.order == .nextFire { return .living }
    let count = try connection.run(
      """
      select count(*) from (select 1 from \(self.names.job) j force index (job_living)
        where \(self.terms(of: .living)) limit \(JobListing.few + 1)) as found
      """)
    return count.number(0, 0) <= JobListing.few ? .living : .ids
  }

  // MARK: The statement

  func statement(_ path: Path, _ lanes: [Int64]) -> SQL {
    var terms = [self.terms(of: path)]
    let (from, id): (SQL, SQL) =
      switch path {
      case .ids: ("\(self.names.job) j force index (job_id)", "j.id")
      case .living: ("\(self.names.job) j force index (job_living)", "j.id")
      case .label:
        (
          """
          \(self.names.label) l force index (primary)
          straight_join \(self.names.job) j force index (primary) on j.job_key = l.job_key
          """, "l.id"
        )
      }
    terms += self.terms(id: id, beside: path)
    if !lanes.isEmpty { terms.append("j.lane in (\(list: lanes))") }
    let order: SQL
    switch self.query.order {
    case .id:
      order = id
      if let cursor = self.cursor { terms.append("\(id) > \(cursor.id.rawValue)") }
    case .nextFire:
      // What has no next fire comes last.
      order = "j.next_fire, j.id"
      if let cursor = self.cursor {
        let at = Statements.instant(cursor.nextFire?.microsecondsSinceEpoch)
        terms.append("j.next_fire >= \(at) and (j.next_fire > \(at) or j.id > \(cursor.id.rawValue))")
      }
    }
    return """
      select \(Statements.recordColumns) from \(from) where \(SQL.joined(terms, by: " and "))
      order by \(order) limit \(self.limit)
      """
  }

  /// What the index itself answers.
  private func terms(of path: Path) -> SQL {
    switch path {
    case .ids: "j.namespace = \(self.namespace)"
    case .living:
      SQL.joined(["j.namespace = \(self.namespace) and j.living = 1"] + self.nextFireTerms, by: " and ")
    case .label(let label, let word):
      "l.namespace = \(self.namespace) and l.kind = \(label.rawValue) and l.word = \(word)"
    }
  }

  private var nextFireTerms: [SQL] {
    var terms: [SQL] = []
    if let from = self.query.nextFireFrom { terms.append("j.next_fire >= \(from.microsecondsSinceEpoch)") }
    if let before = self.query.nextFireBefore { terms.append("j.next_fire < \(before.microsecondsSinceEpoch)") }
    // A job without a next fire has none within any stretch of time.
    if !terms.isEmpty { terms.append("j.next_fire < \(Statements.never)") }
    return terms
  }

  private func terms(id: SQL, beside path: Path) -> [SQL] {
    var terms: [SQL] = path == .living ? [] : self.nextFireTerms
    if let statuses = self.query.statuses, path != .living || statuses != JobListing.living {
      terms.append("j.status in (\(list: statuses.map(\.rawValue).sorted()))")
    }
    if let prefix = self.query.idPrefix, !prefix.isEmpty {
      terms.append("\(id) >= \(prefix)")
      if let end = TextRange.end(ofPrefix: prefix) { terms.append("\(id) < \(end)") }
    }
    if self.query.hasDead { terms.append("j.has_dead = 1") }
    if let version = self.query.zoneDataOtherThan {
      // Of the text of the state, which is read by nobody for it: a scheduler that starts asks this of every job, and
      // of most in vain.
      terms.append("locate(\("\"zoneData\":"), j.state) > 0")
      terms.append("locate(\("\"zoneData\":\"\(version)\""), j.state) = 0")
    }
    var labels: [(Label, String)] = self.query.tags.sorted().map { (.tag, $0) }
    if let creator = self.query.creator { labels.append((.creator, creator)) }
    for (label, word) in labels where path != .label(label, word) {
      terms.append(
        """
        exists (select 1 from \(self.names.label) t where t.namespace = \(self.namespace)
        and t.kind = \(label.rawValue) and t.word = \(word) and t.id = j.id)
        """)
    }
    return terms
  }
}
#endif
