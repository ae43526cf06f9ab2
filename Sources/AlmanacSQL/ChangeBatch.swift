import Almanac

/// What transitions said of a batch of records, on its way to one commit.
package struct ChangeBatch {
  package struct Item {
    /// The caller's own number of it.
    package var position: Int
    package var loaded: LoadedRecord
    package var verdict: Verdict
  }

  package private(set) var items: [Item] = []
  private var ids: Set<JobID> = []

  package init() {}

  /// True for the first one of an id.
  package mutating func isFirst(_ id: JobID) -> Bool {
    self.ids.insert(id).inserted
  }

  /// The verdict on a record that cannot be read does not count: it is silenced.
  package mutating func add(_ position: Int, _ loaded: LoadedRecord, _ verdict: Verdict) {
    self.items.append(Item(position: position, loaded: loaded, verdict: verdict))
  }
}

/// What became of one item of a batch.
package struct ChangeOutcome {
  package var position: Int
  package var answer: StoreAnswer
  /// When the record would have been looked at before the change.
  package var wokeAt: Instant?
}

extension RecordShelf {
  /// Commits a batch in one write transaction: each change only where nobody else wrote in between, none at all where
  /// the session is given and dead.
  package func commit(_ batch: ChangeBatch, session: Epoch?) async throws -> [ChangeOutcome] {
    var outcomes: [ChangeOutcome] = []
    var changes: [RowChange] = []
    var replacements = try await self.replacements(batch).makeIterator()
    var pending: [(item: ChangeBatch.Item, answer: StoreAnswer)] = []
    for item in batch.items {
      switch (item.loaded, item.verdict) {
      case (.stored(let stored), .refuse(let refusal)):
        outcomes.append(ChangeOutcome(position: item.position, answer: .refused(stored.record, refusal)))
      case (.stored(let stored), .erase):
        changes.append(.erase(stored))
        pending.append((item, .erased(stored.record.id)))
      case (_, .commit(_, let effects)):
        guard let replacement = replacements.next() else { continue }
        changes.append(.replace(replacement))
        pending.append((item, .committed(replacement.new.record, effects)))
      case (.unreadable(let key, let version, let id, let reason), _):
        changes.append(.silence(key: key, version: version, reason: reason))
        pending.append((item, .unreadable(id, reason: reason)))
      }
    }
    if changes.isEmpty { return outcomes }
    let isMade = try await self.applyChanges(changes, session: session)
    self.cache.insert(
      zip(changes, isMade).compactMap { change, isMade in
        if isMade, case .replace(let replacement) = change { replacement.committed } else { nil }
      })
    for ((item, answer), isMade) in zip(pending, isMade) {
      outcomes.append(
        ChangeOutcome(
          position: item.position, answer: isMade ? answer : item.loaded.answerWhereLost(answer),
          wokeAt: item.loaded.wakeAt))
    }
    return outcomes
  }

  /// The rows to write for those of a batch that are to be committed, in order.
  private func replacements(_ batch: ChangeBatch) async throws -> [RowReplacement] {
    var commits: [(loaded: LoadedRecord, record: JobRecord)] = []
    for item in batch.items {
      guard case .commit(let record, _) = item.verdict else { continue }
      if item.loaded.definition !== record.definition { try self.checkPayload(record.definition) }
      commits.append((item.loaded, record))
    }
    try await self.ensureLanes(commits.lazy.map(\.record.lane))
    return try await concurrently(commits) { loaded, record in
      let prepared = try PreparedRecord(
        record, lane: self.number(of: record.lane), withDefinition: loaded.definition !== record.definition)
      switch loaded {
      case .stored(let stored):
        return RowReplacement(key: stored.key, version: stored.version, old: stored, new: prepared)
      case .unreadable(let key, let version, _, _):
        return RowReplacement(key: key, version: version, old: nil, new: prepared)
      }
    }
  }
}
