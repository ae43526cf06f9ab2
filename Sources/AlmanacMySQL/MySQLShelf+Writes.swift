#if MySQL
import Almanac
import AlmanacSQL

extension MySQLShelf {
  /// One transaction of two packets: the rows are locked and their versions read, then everything is written where the version is the one that was read.
  func applyChanges(_ changes: [RowChange], session: Epoch?) async throws -> [Bool] {
    if changes.isEmpty { return [] }
    let plan = ChangePlan(changes, session: session, shelf: self)
    let made = try await self.pool.run { try plan.run($0) }
    return changes.map { made.contains($0.key) }
  }
}

/// A batch of changes, its rows written out before any of them is locked.
private struct ChangePlan: Sendable {
  private let statements: Statements
  private let namespace: Int64
  private let session: Epoch?
  private let sessionLost: StoreError?
  /// In the order of their keys: so two batches never wait for each other in a circle.
  private let changes: [RowChange]
  /// Of each replacement the row of `job`.
  private let rows: [Int64: SQL]

  init(_ changes: [RowChange], session: Epoch?, shelf: MySQLShelf) {
    self.statements = shelf.statements
    self.namespace = shelf.namespace
    self.session = session
    self.sessionLost = session.map { shelf.sessionLost($0) }
    self.changes = changes.sorted { $0.key < $1.key }
    var rows: [Int64: SQL] = [:]
    for case .replace(let replacement) in changes {
      let committed = replacement.committed
      rows[replacement.key] = shelf.statements.jobRow(
        replacement.key, replacement.new, version: committed.version, defined: committed.defined,
        namespace: shelf.namespace)
    }
    self.rows = rows
  }

  /// Answers the keys of what was changed.
  func run(_ connection: ServerConnection) throws -> Set<Int64> {
    try connection.transaction { transaction in
      var locks: [SQL] = []
      if let session = self.session { locks.append(self.statements.lockSession(session, namespace: self.namespace)) }
      // Who claims leaves rows that another one is writing to them; who ends a run has to have it written.
      locks.append(self.statements.lockJobs(self.changes.map(\.key), leaving: self.session != nil))
      let answers = try transaction.run(locks)
      if let sessionLost = self.sessionLost, answers[0].count == 0 { throw sessionLost }
      var versions: [Int64: Int64] = [:]
      if let found = answers.last {
        for row in 0..<found.count { versions[found.number(row, 0)] = found.number(row, 1) }
      }
      let won = self.changes.filter { versions[$0.key] == $0.version }
      if won.isEmpty { return [] }
      let strangers = try self.owners(of: won.filter(\.needsOwners).map(\.key), transaction)
      try transaction.finish(self.writes(won, strangers: strangers, limit: connection.packetLimit))
      return Set(won.map(\.key))
    }
  }

  /// Who holds records that nobody can read: left here, their owners would be mourned for ever.
  private func owners(of keys: [Int64], _ transaction: Transaction) throws -> [(epoch: Epoch, key: Int64)] {
    if keys.isEmpty { return [] }
    return try transaction.run([self.statements.owners(of: keys, namespace: self.namespace)]).flatMap { rows in
      (0..<rows.count).map { (Epoch(rows.number($0, 0)), rows.number($0, 1)) }
    }
  }

  private func writes(
    _ won: [RowChange], strangers: [(epoch: Epoch, key: Int64)], limit: Int
  ) -> [SQL] {
    var beside = BesideRows()
    var disowned = strangers
    var unlabelled: [(label: Label, word: String, id: String)] = []
    var forgotten: [Int64] = []
    var readable: [Int64] = []
    var silenced: [(key: Int64, reason: String)] = []
    var erased: [Int64] = []
    for change in won {
      switch change {
      case .replace(let replacement):
        let new = replacement.new
        beside.add(new, key: replacement.key, owners: replacement.ownersAdded)
        disowned += replacement.ownersRemoved.map { ($0, replacement.key) }
        guard let old = replacement.old else {
          forgotten.append(replacement.key)
          beside.addLabels(of: new, key: replacement.key)
          continue
        }
        if new.definition != nil { readable.append(replacement.key) }
        let before = Label.all(of: old.record)
        let after = Label.all(of: new.record)
        for entry in before where !after.contains(where: { Label.isSame($0, entry) }) {
          unlabelled.append((entry.label, entry.word, new.record.id.rawValue))
        }
        for entry in after where !before.contains(where: { Label.isSame($0, entry) }) {
          beside.add(entry.label, entry.word, id: new.record.id, key: replacement.key)
        }
      case .erase(let stored):
        erased.append(stored.key)
        disowned += stored.record.owners.map { ($0, stored.key) }
      case .silence(let key, _, let reason): silenced.append((key, reason))
      }
    }
    var statements = self.statements.deleteOwners(disowned, namespace: self.namespace)
    statements += self.statements.deleteLabels(unlabelled, namespace: self.namespace)
    if !forgotten.isEmpty { statements.append(self.statements.deleteLabels(of: forgotten, onlyUnreadable: false)) }
    if !readable.isEmpty { statements.append(self.statements.deleteLabels(of: readable, onlyUnreadable: true)) }
    if !erased.isEmpty { statements += self.statements.delete(erased) }
    if !silenced.isEmpty {
      statements.append(self.statements.deleteLabels(of: silenced.map(\.key), onlyUnreadable: true))
      statements += silenced.map { self.statements.labelUnreadable($0.key, reason: $0.reason) }
      statements.append(self.statements.silence(silenced.map(\.key)))
    }
    statements += self.statements.replaceJobs(won.compactMap { self.rows[$0.key] }, limit: limit)
    return statements + beside.statements(self.statements, namespace: self.namespace, limit: limit)
  }
}

extension RowChange {
  /// True where only the tables know who holds the record.
  fileprivate var needsOwners: Bool {
    switch self {
    case .replace(let replacement): replacement.old == nil
    case .silence: true
    case .erase: false
    }
  }
}
#endif
