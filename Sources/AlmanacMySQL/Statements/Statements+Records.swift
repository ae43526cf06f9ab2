#if MySQL
import Almanac
import AlmanacSQL

/// What a row of the table `label` says of a job. InnoDB has no partial indexes; here each job has a row for what is true of few.
enum Label: Int {
  case tag = 0
  case creator = 1
  /// It keeps fires that ended badly for good.
  case dead = 2
  /// It cannot be read, for the reason that is the label's word.
  case unreadable = 3

  /// The most bytes of a word that is shortened where it is longer.
  static let longestReason = 1_000
}

extension Statements {
  /// What is read of a job, in the order in which ``RawRecord`` takes it.
  static let recordColumns: SQL =
    "j.job_key, j.id, j.version, j.defined, j.lane, j.status, j.start_at, j.tend_at, j.next_fire, j.has_dead, j.state"

  func load(ids: [JobID], namespace: Int64) -> SQL {
    """
    select \(Statements.recordColumns) from \(self.job) j force index (job_id)
    where j.namespace = \(namespace) and j.id in (\(list: ids.map(\.rawValue)))
    """
  }

  func load(keys: [Int64]) -> SQL {
    "select \(Statements.recordColumns) from \(self.job) j force index (primary) where j.job_key in (\(list: keys))"
  }

  /// Which definitions belong to which versions; the body is null where it is missing.
  func definitions(_ keys: [Int64]) -> SQL {
    """
    select j.job_key, j.defined, d.body from \(self.job) j force index (primary)
    left join \(self.definition) d on d.job_key = j.job_key where j.job_key in (\(list: keys))
    """
  }

  /// Takes keys for so many new jobs; the second statement's answer is the last of them.
  func takeKeys(_ count: Int) -> [SQL] {
    [
      "update \(self.counter) set value = last_insert_id(value + \(count)) where name = 'job_key'",
      "select last_insert_id()",
    ]
  }

  // MARK: Insert

  private static let jobColumns = [
    "job_key", "namespace", "id", "version", "defined", "lane", "status", "living", "has_dead", "start_at", "tend_at",
    "next_fire", "state",
  ]

  /// A row of `job`.
  func jobRow(_ key: Int64, _ prepared: PreparedRecord, version: Int64, defined: Int64, namespace: Int64) -> SQL {
    let columns = prepared.columns
    return """
      (\(key),\(namespace),\(prepared.record.id.rawValue),\(version),\(defined),\(columns.lane),\(columns.status),\
      \(prepared.record.isLiving),\(columns.hasDead),\(Statements.instant(columns.startAt)),\
      \(Statements.instant(columns.tendAt)),\(Statements.instant(columns.nextFire)),\(prepared.state))
      """
  }

  func insertJobs(_ rows: [SQL], limit: Int) -> [SQL] {
    self.insert(into: self.job, Statements.jobColumns, rows: rows, limit: limit)
  }

  /// Rewrites rows that this transaction has locked.
  func replaceJobs(_ rows: [SQL], limit: Int) -> [SQL] {
    self.insert(
      into: self.job, Statements.jobColumns, rows: rows, replacing: Array(Statements.jobColumns.dropFirst(3)),
      limit: limit)
  }

  func present(_ keys: [Int64]) -> SQL {
    "select job_key from \(self.job) force index (primary) where job_key in (\(list: keys))"
  }

  func insertDefinitions(_ definitions: [(key: Int64, body: String)], limit: Int) -> [SQL] {
    self.insert(
      into: self.definition, ["job_key", "body"], rows: definitions.map { "(\($0.key),\($0.body))" },
      replacing: ["body"], limit: limit)
  }

  func insertOwners(_ owners: [(epoch: Epoch, key: Int64)], namespace: Int64, limit: Int) -> [SQL] {
    self.insert(
      into: self.owner, ["namespace", "epoch", "job_key"],
      rows: owners.map { "(\(namespace),\($0.epoch.rawValue),\($0.key))" }, limit: limit)
  }

  func insertLabels(
    _ labels: [(label: Label, word: String, id: String, key: Int64)], namespace: Int64, limit: Int
  ) -> [SQL] {
    self.insert(
      into: self.label, ["namespace", "kind", "word", "id", "job_key"],
      rows: labels.map { "(\(namespace),\($0.label.rawValue),\($0.word),\($0.id),\($0.key))" }, limit: limit)
  }

  /// A row whose key is there already is not written again.
  func insertHistory(_ drafts: [HistoryDraft], namespace: Int64, limit: Int) -> [SQL] {
    self.insert(
      into: self.history,
      ["namespace", "job", "job_name", "incarnation", "revision", "ordinal", "at", "keep_until", "body"],
      rows: drafts.map { draft -> SQL in
        let row = draft.row
        return """
          (\(namespace),\(row.job.rawValue),\(row.jobName),\(row.incarnation),\(row.revision),\(row.ordinal),\
          \(row.at.microsecondsSinceEpoch),\(row.keepUntil?.microsecondsSinceEpoch),\(draft.body))
          """
      }, limit: limit)
  }

  // MARK: Change

  /// Locks rows, and answers the versions that they have. Whoever claims leaves rows that somebody else is writing to them: they will have won when
  /// they are done.
  func lockJobs(_ keys: [Int64], leaving: Bool) -> SQL {
    let manner: SQL = leaving ? "skip locked" : ""
    return """
      select job_key, version from \(self.job) force index (primary) where job_key in (\(list: keys))
      order by job_key for update \(manner)
      """
  }

  /// Locks a session against being marked dead, until what is written for it is there for its heirs to see.
  func lockSession(_ session: Epoch, namespace: Int64) -> SQL {
    """
    select epoch from \(self.session) where epoch = \(session.rawValue) and namespace = \(namespace) and dead = 0
    lock in share mode
    """
  }

  func deleteOwners(_ owners: [(epoch: Epoch, key: Int64)], namespace: Int64) -> [SQL] {
    Dictionary(grouping: owners) { $0.epoch }.sorted { $0.key.rawValue < $1.key.rawValue }.map { epoch, owners in
      """
      delete o from \(self.owner) o force index (primary)
      where o.namespace = \(namespace) and o.epoch = \(epoch.rawValue) and o.job_key in (\(list: owners.map(\.key)))
      """
    }
  }

  /// Who holds these jobs, for those of which nobody can tell by reading them. Walks all owners of the namespace, and locks none.
  func owners(of keys: [Int64], namespace: Int64) -> SQL {
    "select epoch, job_key from \(self.owner) where namespace = \(namespace) and job_key in (\(list: keys))"
  }

  func deleteLabels(_ labels: [(label: Label, word: String, id: String)], namespace: Int64) -> [SQL] {
    Dictionary(grouping: labels) { [UInt8($0.label.rawValue)] + $0.word.utf8 }.values.compactMap { group in
      group.first.map { first in
        """
        delete l from \(self.label) l force index (primary) where l.namespace = \(namespace)
        and l.kind = \(first.label.rawValue) and l.word = \(first.word) and l.id in (\(list: group.map(\.id)))
        """
      }
    }
  }

  /// Deletes all that a label table says of these jobs, or only that they cannot be read.
  func deleteLabels(of keys: [Int64], onlyUnreadable: Bool) -> SQL {
    let which: SQL = onlyUnreadable ? "and l.kind = 3" : ""
    return """
      delete l from \(self.label) l force index (label_job) where l.job_key in (\(list: keys)) \(which)
      """
  }

  /// The id is known to the table alone.
  func labelUnreadable(_ key: Int64, reason: String) -> SQL {
    """
    insert into \(self.label) (namespace, kind, word, id, job_key)
    select namespace, \(Label.unreadable.rawValue), \(reason.shortened(toBytes: Label.longestReason)), id, job_key
    from \(self.job) where job_key = \(key)
    """
  }

  func silence(_ keys: [Int64]) -> SQL {
    """
    update \(self.job) force index (primary) set version = version + 1, start_at = \(Statements.never), tend_at = \(Statements.never)
    where job_key in (\(list: keys))
    """
  }

  /// Of a `delete` the hint is advice: a table of which the server's statistics say that it is empty, shortly after it was filled, is walked through.
  func delete(_ keys: [Int64]) -> [SQL] {
    [self.job, self.definition].map { table -> SQL in
      "delete t from \(table) t force index (primary) where t.job_key in (\(list: keys))"
    } + [self.deleteLabels(of: keys, onlyUnreadable: false)]
  }
}
#endif
