#if PostgreSQL
import Almanac
import AlmanacSQL

// Writes: what a batch changes, laid out in arrays for statements that change all of it at once.

/// Rows of history, each with the number of what it goes with.
private struct HistoryColumns {
  private(set) var owners: [Int64] = []
  private var drafts: [HistoryDraft] = []

  mutating func add(_ rows: [HistoryDraft], of owner: Int64) {
    for row in rows {
      self.owners.append(owner)
      self.drafts.append(row)
    }
  }

  func append(to parameters: inout Parameters) {
    parameters.add(self.owners)
    HistoryColumns.append(self.drafts, to: &parameters)
  }

  static func append(_ drafts: [HistoryDraft], to parameters: inout Parameters) {
    parameters.add(drafts.map(\.row.job.rawValue))
    parameters.add(drafts.map(\.row.jobName))
    parameters.add(drafts.map(\.row.incarnation))
    parameters.add(drafts.map(\.row.revision))
    parameters.add(drafts.map { Int64($0.row.ordinal) })
    parameters.add(drafts.map(\.row.at.microsecondsSinceEpoch))
    parameters.add(drafts.map { $0.row.keepUntil?.microsecondsSinceEpoch })
    parameters.add(drafts.map(\.body))
  }
}

extension HistoryDraft {
  static func append(_ drafts: [HistoryDraft], to parameters: inout Parameters) {
    HistoryColumns.append(drafts, to: &parameters)
  }
}

extension PostgreSQLShelf {
  // MARK: Insert

  func insertRows(_ records: [PreparedRecord]) async throws -> [StoredRecord?] {
    if records.isEmpty { return [] }
    var tags: [(Int64, String)] = []
    var owners: [(Int64, Int64)] = []
    var history = HistoryColumns()
    for (index, prepared) in records.enumerated() {
      let number = Int64(index + 1)
      tags += prepared.record.definition.profile.tags.map { (number, $0) }
      owners += prepared.record.owners.map { (number, $0.rawValue) }
      history.add(prepared.history, of: number)
    }
    var parameters = Parameters()
    parameters.add(self.namespace)
    parameters.add(records.map(\.record.id.rawValue))
    parameters.add(records.map(\.columns.lane))
    parameters.add(records.map(\.columns.status))
    parameters.add(records.map(\.record.isLiving))
    parameters.add(records.map(\.columns.hasDead))
    parameters.add(records.map(\.record.definition.profile.creator))
    parameters.add(records.map(\.state))
    parameters.add(records.map(\.columns.startAt))
    parameters.add(records.map(\.columns.tendAt))
    parameters.add(records.map(\.columns.nextFire))
    parameters.add(records.map(\.definition))
    parameters.add(tags.map { $0.0 })
    parameters.add(tags.map { $0.1 })
    parameters.add(owners.map { $0.0 })
    parameters.add(owners.map { $0.1 })
    history.append(to: &parameters)
    self.addNotice(to: &parameters)
    let sent = parameters
    return try await self.pool.run { connection in
      let rows = try connection.run(.insert, sent)
      var stored = [StoredRecord?](repeating: nil, count: records.count)
      for row in 0..<rows.count {
        let index = Int(rows.number(row, 0)) - 1
        stored[index] = records[index].stored(key: rows.number(row, 1), version: 1, defined: 1)
      }
      return stored
    }
  }

  /// Where, and with which words before the instant, others are told; null where they are not to be.
  private func addNotice(to parameters: inout Parameters) {
    let notifies = self.pool.settings.options.notifies
    parameters.add(notifies ? self.channel.name : nil as String?)
    parameters.add(self.channel.wakePrefix)
  }

  // MARK: Change

  func applyChanges(_ changes: [RowChange], session: Epoch?) async throws -> [Bool] {
    if changes.isEmpty { return [] }
    let plan = ChangePlan(changes, session: session, shelf: self)
    let made = try await self.pool.run { connection in
      plan.isSingle ? try plan.runHot(connection) : try connection.transaction { try plan.runAll(connection) }
    }
    if let session, made.isEmpty { try await self.requireAlive(session) }
    return changes.map { made.contains($0.key) }
  }

  /// Throws where the session is dead, or was never opened in this namespace.
  func requireAlive(_ session: Epoch) async throws {
    var parameters = Parameters()
    parameters.add(self.namespace)
    parameters.add(session.rawValue)
    let sent = parameters
    if try await self.pool.run({ try $0.run(.lockSession, sent).count }) == 1 { return }
    throw self.sessionLost(session)
  }

  /// The statements of one batch of changes.
  private struct ChangePlan: Sendable {
    private var hot: Parameters?
    private var redefinition: Parameters?
    private var forgettings: [Parameters] = []
    private var silencing: Parameters?
    private var erasing: Parameters?
    private let session: Parameters?
    private let sessionLost: StoreError?

    /// True where one statement does all of it, and is a transaction by itself.
    var isSingle: Bool {
      self.hot != nil && self.redefinition == nil && self.forgettings.isEmpty && self.silencing == nil
        && self.erasing == nil
    }

    init(_ changes: [RowChange], session: Epoch?, shelf: PostgreSQLShelf) {
      var replacements: [RowReplacement] = []
      var erased: [StoredRecord] = []
      var silenced: [(key: Int64, version: Int64, reason: String)] = []
      for change in changes {
        switch change {
        case .replace(let replacement): replacements.append(replacement)
        case .erase(let stored): erased.append(stored)
        case .silence(let key, let version, let reason): silenced.append((key, version, reason))
        }
      }
      // In the order of their keys: so two batches never wait for each other in a circle.
      replacements.sort { $0.key < $1.key }
      erased.sort { $0.key < $1.key }
      silenced.sort { $0.key < $1.key }
      if !replacements.isEmpty { self.hot = ChangePlan.hot(replacements, session, shelf) }
      self.redefinition = ChangePlan.redefinition(replacements.filter { $0.new.definition != nil }, shelf)
      let unread = replacements.filter { $0.old == nil }
      if !unread.isEmpty {
        self.forgettings.append(ChangePlan.forgetting(unread.map { ($0.key, $0.version) }, withTags: true, shelf))
      }
      if !silenced.isEmpty {
        // Nobody can take back a run that nobody can read: left here, its owner would be mourned for ever.
        let rows = silenced.map { (key: $0.key, version: $0.version) }
        self.forgettings.append(ChangePlan.forgetting(rows, withTags: false, shelf))
        var parameters = Parameters()
        parameters.add(silenced.map { $0.key })
        parameters.add(silenced.map { $0.version })
        parameters.add(silenced.map { $0.reason })
        self.silencing = parameters
      }
      self.erasing = ChangePlan.erasing(erased, shelf)
      if let session {
        var parameters = Parameters()
        parameters.add(shelf.namespace)
        parameters.add(session.rawValue)
        self.session = parameters
        self.sessionLost = shelf.sessionLost(session)
      } else {
        self.session = nil
        self.sessionLost = nil
      }
    }

    func runHot(_ connection: ServerConnection) throws -> Set<Int64> {
      guard let hot = self.hot else { return [] }
      // Somebody who claims leaves rows that another one is writing to them; somebody who ends a run has to have it written.
      return Set(try connection.run(self.session == nil ? .change : .claim, hot).numbers)
    }

    func runAll(_ connection: ServerConnection) throws -> Set<Int64> {
      if let session = self.session, let sessionLost = self.sessionLost,
        try connection.run(.lockSession, session).count == 0
      {
        throw sessionLost
      }
      for forgetting in self.forgettings { try connection.run(.forget, forgetting) }
      var made = try self.runHot(connection)
      if var redefinition = self.redefinition {
        redefinition.add(Array(made))
        try connection.run(.redefine, redefinition)
      }
      if let silencing = self.silencing { made.formUnion(try connection.run(.silence, silencing).numbers) }
      if let erasing = self.erasing { made.formUnion(try connection.run(.erase, erasing).numbers) }
      return made
    }

    private static func hot(_ replacements: [RowReplacement], _ session: Epoch?, _ shelf: PostgreSQLShelf) -> Parameters
    {
      var owned: [(Int64, Int64)] = []
      var disowned: [(Int64, Int64)] = []
      var moved: [(replacement: RowReplacement, wakes: Bool)] = []
      var history = HistoryColumns()
      for replacement in replacements {
        for epoch in replacement.ownersAdded { owned.append((replacement.key, epoch.rawValue)) }
        let left = replacement.ownersRemoved
        for epoch in left { disowned.append((replacement.key, epoch.rawValue)) }
        if replacement.moves {
          // Who claims or ends runs is awake, and acts on what it wrote: nobody else is to be woken for it.
          moved.append((replacement, session == nil && left.isEmpty && replacement.wakesEarlier))
        }
        history.add(replacement.new.history, of: replacement.key)
      }
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(session?.rawValue)
      parameters.add(replacements.map(\.key))
      parameters.add(replacements.map(\.version))
      parameters.add(replacements.map(\.new.columns.status))
      parameters.add(replacements.map(\.new.columns.hasDead))
      parameters.add(replacements.map(\.new.state))
      parameters.add(moved.map { $0.replacement.key })
      parameters.add(moved.map { $0.replacement.new.columns.lane })
      parameters.add(moved.map { $0.replacement.new.record.isLiving })
      parameters.add(moved.map { $0.replacement.new.columns.startAt })
      parameters.add(moved.map { $0.replacement.new.columns.tendAt })
      parameters.add(moved.map { $0.replacement.new.columns.nextFire })
      parameters.add(moved.map { $0.wakes })
      parameters.add(owned.map { $0.0 })
      parameters.add(owned.map { $0.1 })
      parameters.add(disowned.map { $0.0 })
      parameters.add(disowned.map { $0.1 })
      history.append(to: &parameters)
      shelf.addNotice(to: &parameters)
      return parameters
    }

    private static func redefinition(_ replacements: [RowReplacement], _ shelf: PostgreSQLShelf) -> Parameters? {
      if replacements.isEmpty { return nil }
      var untagged: [(Int64, String)] = []
      var tagged: [(Int64, String)] = []
      for replacement in replacements {
        let old = replacement.old?.record.definition.profile.tags ?? []
        let new = replacement.new.record.definition.profile.tags
        for tag in old where !new.contains(tag) { untagged.append((replacement.key, tag)) }
        for tag in new where !old.contains(tag) { tagged.append((replacement.key, tag)) }
      }
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(replacements.map(\.key))
      parameters.add(replacements.map(\.new.record.definition.profile.creator))
      parameters.add(replacements.map(\.new.definition))
      parameters.add(untagged.map { $0.0 })
      parameters.add(untagged.map { $0.1 })
      parameters.add(tagged.map { $0.0 })
      parameters.add(tagged.map { $0.1 })
      return parameters
    }

    private static func forgetting(
      _ rows: [(key: Int64, version: Int64)], withTags: Bool, _ shelf: PostgreSQLShelf
    ) -> Parameters {
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(rows.map { $0.key })
      parameters.add(rows.map { $0.version })
      parameters.add(withTags)
      return parameters
    }

    private static func erasing(_ erased: [StoredRecord], _ shelf: PostgreSQLShelf) -> Parameters? {
      if erased.isEmpty { return nil }
      let owners = erased.flatMap { stored in stored.record.owners.map { (stored.key, $0.rawValue) } }
      var parameters = Parameters()
      parameters.add(shelf.namespace)
      parameters.add(erased.map(\.key))
      parameters.add(erased.map(\.version))
      parameters.add(owners.map { $0.0 })
      parameters.add(owners.map { $0.1 })
      return parameters
    }
  }
}

extension RowReplacement {
  /// Whether anything of what `wake` holds changes.
  fileprivate var moves: Bool {
    guard let old = self.old else { return true }
    var (before, after) = (old.columns, self.new.columns)
    (before.hasDead, after.hasDead) = (false, false)
    before.status = old.record.isLiving ? "living" : "over"
    after.status = self.new.record.isLiving ? "living" : "over"
    return before != after
  }

  fileprivate var wakesEarlier: Bool {
    guard let wakeAt = self.new.record.wakeAt else { return false }
    guard let before = self.old?.record.wakeAt else { return true }
    return wakeAt < before
  }
}
#endif
