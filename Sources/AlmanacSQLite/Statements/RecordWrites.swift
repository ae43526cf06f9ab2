#if SQLite
import Almanac
import AlmanacSQL
import GRDB

/// The rows of the smaller tables that go with a batch of changes; written together at the end of it.
private struct Companions {
  var owners: [DatabaseValue] = []
  var tags: [DatabaseValue] = []
  var definitions: [DatabaseValue] = []
  var history: [DatabaseValue] = []
}

/// The writes of one namespace. All of it is to be called inside a write.
struct RecordWriter: Sendable {
  let namespace: Int64

  private static let jobs = MultiRow(
    """
    insert into job
    (key, namespace, id, version, defined, lane, status, start_at, tend_at, next_fire, has_dead, creator, state)
    """, columns: 13, tail: "on conflict (namespace, id) do nothing")
  private static let definitions = MultiRow(
    "insert into definition (job, body)", columns: 2, tail: "on conflict (job) do update set body = excluded.body")
  private static let tags = MultiRow(
    "insert into tag (namespace, tag, job)", columns: 3, tail: "on conflict do nothing")
  private static let owners = MultiRow(
    "insert into owner (namespace, epoch, job)", columns: 3, tail: "on conflict do nothing")

  // MARK: Insert

  /// Inserts the records whose ids are free; answers the rows, in order, nil where the id was taken.
  func insert(_ records: [PreparedRecord], _ db: Database) throws -> [StoredRecord?] {
    // The keys are given out here, so that the definitions can be written without asking. Nobody else inserts in the
    // meantime.
    let last =
      try Int64.fetchOne(db.cachedStatement(sql: "select seq from sqlite_sequence where name = 'job'")) ?? 0
    var values: [DatabaseValue] = []
    values.reserveCapacity(records.count * RecordWriter.jobs.columns)
    for (offset, record) in records.enumerated() {
      values.append((last + 1 + Int64(offset)).databaseValue)
      values.append(self.namespace.databaseValue)
      values.append(record.record.id.rawValue.databaseValue)
      values.append(1.databaseValue)
      values.append(1.databaseValue)
      values.append(record.columns.lane.databaseValue)
      values.append(record.columns.status.databaseValue)
      values.append(record.columns.startAt.databaseValue)
      values.append(record.columns.tendAt.databaseValue)
      values.append(record.columns.nextFire.databaseValue)
      values.append(record.columns.hasDead.databaseValue)
      values.append(record.record.definition.profile.creator.databaseValue)
      values.append(record.state.databaseValue)
    }
    var taken: Set<Int64>?
    if try RecordWriter.jobs.insert(values, db) < records.count {
      let statement = try db.cachedStatement(sql: "select key from job where key > ?")
      taken = Set(try Int64.fetchAll(statement, arguments: [last]))
    }
    var companions = Companions()
    companions.definitions.reserveCapacity(records.count * 2)
    var answers: [StoredRecord?] = []
    answers.reserveCapacity(records.count)
    for (offset, record) in records.enumerated() {
      let key = last + 1 + Int64(offset)
      if let taken, !taken.contains(key) {
        answers.append(nil)
        continue
      }
      self.add(record, key: key, old: nil, to: &companions)
      answers.append(record.stored(key: key, version: 1, defined: 1))
    }
    try self.write(companions, db)
    return answers
  }

  // MARK: Change

  /// Makes the changes whose rows nobody else wrote in between; answers, in order, which were made.
  func apply(_ changes: [RowChange], _ db: Database) throws -> [Bool] {
    var companions = Companions()
    var answers: [Bool] = []
    answers.reserveCapacity(changes.count)
    for change in changes {
      switch change {
      case .replace(let replacement):
        let isMade = try self.replace(replacement, db)
        if isMade {
          if replacement.old == nil {
            try self.forget("owner", of: replacement.key, db)
            try self.forget("tag", of: replacement.key, db)
          }
          try self.removeCompanions(of: replacement, db)
          self.add(replacement.new, key: replacement.key, old: replacement.old, to: &companions)
        }
        answers.append(isMade)
      case .erase(let stored):
        answers.append(try self.erase(stored, db))
      case .silence(let key, let version, let reason):
        try db.cachedStatement(
          sql: """
            update job set version = version + 1, start_at = null, tend_at = null, unreadable = ?
            where key = ? and version = ?
            """
        ).execute(arguments: [reason, key, version])
        answers.append(db.changesCount == 1)
        // Nobody can take back a run that nobody can read: left here, its owner would be mourned for ever.
        if db.changesCount == 1 { try self.forget("owner", of: key, db) }
      }
    }
    try self.write(companions, db)
    return answers
  }

  /// Only columns that change are named: SQLite rewrites the entry of every index of which a column is named, changed
  /// or not.
  private func replace(_ replacement: RowReplacement, _ db: Database) throws -> Bool {
    let new = replacement.new
    let old = replacement.old?.columns
    var sql = "update job set version = version + 1, state = ?"
    var values: [DatabaseValue] = [new.state.databaseValue]
    func set(_ column: String, _ value: DatabaseValue, unless isSame: Bool) {
      if isSame { return }
      sql += ", \(column) = ?"
      values.append(value)
    }
    set("lane", new.columns.lane.databaseValue, unless: old?.lane == new.columns.lane)
    set("status", new.columns.status.databaseValue, unless: old?.status == new.columns.status)
    set("start_at", new.columns.startAt.databaseValue, unless: old.map { $0.startAt == new.columns.startAt } ?? false)
    set("tend_at", new.columns.tendAt.databaseValue, unless: old.map { $0.tendAt == new.columns.tendAt } ?? false)
    set(
      "next_fire", new.columns.nextFire.databaseValue, unless: old.map { $0.nextFire == new.columns.nextFire } ?? false)
    set("has_dead", new.columns.hasDead.databaseValue, unless: old?.hasDead == new.columns.hasDead)
    if new.definition != nil {
      sql += ", defined = version + 1"
      let creator = new.record.definition.profile.creator
      set(
        "creator", creator.databaseValue,
        unless: replacement.old.map { $0.record.definition.profile.creator == creator } ?? false)
    }
    if replacement.old == nil { sql += ", unreadable = null" }
    sql += " where key = ? and version = ?"
    values.append(replacement.key.databaseValue)
    values.append(replacement.version.databaseValue)
    let statement = try db.cachedStatement(sql: sql)
    statement.setUncheckedArguments(StatementArguments(values))
    try statement.execute()
    return db.changesCount == 1
  }

  private func erase(_ stored: StoredRecord, _ db: Database) throws -> Bool {
    try db.cachedStatement(sql: "delete from job where key = ? and version = ?")
      .execute(arguments: [stored.key, stored.version])
    guard db.changesCount == 1 else { return false }
    try db.cachedStatement(sql: "delete from definition where job = ?").execute(arguments: [stored.key])
    for tag in stored.record.definition.profile.tags { try self.removeTag(tag, of: stored.key, db) }
    for epoch in stored.record.owners { try self.removeOwner(epoch, of: stored.key, db) }
    return true
  }

  // MARK: Owners, tags, definitions, history

  private func add(_ record: PreparedRecord, key: Int64, old: StoredRecord?, to companions: inout Companions) {
    let before = old?.record.owners ?? []
    for epoch in record.record.owners where !before.contains(epoch) {
      companions.owners += [self.namespace.databaseValue, epoch.rawValue.databaseValue, key.databaseValue]
    }
    if let body = record.definition {
      companions.definitions += [key.databaseValue, body.databaseValue]
      let known = old?.record.definition.profile.tags ?? []
      for tag in record.record.definition.profile.tags where !known.contains(tag) {
        companions.tags += [self.namespace.databaseValue, tag.databaseValue, key.databaseValue]
      }
    }
    for row in record.history { row.append(to: &companions.history, namespace: self.namespace) }
  }

  private func removeCompanions(of replacement: RowReplacement, _ db: Database) throws {
    guard let old = replacement.old else { return }
    let owners = replacement.new.record.owners
    for epoch in old.record.owners where !owners.contains(epoch) {
      try self.removeOwner(epoch, of: replacement.key, db)
    }
    if replacement.new.definition != nil {
      let tags = replacement.new.record.definition.profile.tags
      for tag in old.record.definition.profile.tags where !tags.contains(tag) {
        try self.removeTag(tag, of: replacement.key, db)
      }
    }
  }

  private func removeOwner(_ epoch: Epoch, of key: Int64, _ db: Database) throws {
    try db.cachedStatement(sql: "delete from owner where namespace = ? and epoch = ? and job = ?")
      .execute(arguments: [self.namespace, epoch.rawValue, key])
  }

  private func removeTag(_ tag: String, of key: Int64, _ db: Database) throws {
    try db.cachedStatement(sql: "delete from tag where namespace = ? and tag = ? and job = ?")
      .execute(arguments: [self.namespace, tag, key])
  }

  /// What an unreadable record had beside its row is not known, so it is looked for. Seldom, and a scan.
  private func forget(_ table: String, of key: Int64, _ db: Database) throws {
    try db.cachedStatement(sql: "delete from \(table) where namespace = ? and job = ?")
      .execute(arguments: [self.namespace, key])
  }

  private func write(_ companions: Companions, _ db: Database) throws {
    try RecordWriter.owners.insert(companions.owners, db)
    try RecordWriter.definitions.insert(companions.definitions, db)
    try RecordWriter.tags.insert(companions.tags, db)
    try HistoryDraft.insertion.insert(companions.history, db)
  }
}
#endif
