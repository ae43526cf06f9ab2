#if MySQL
import Almanac
import AlmanacSQL

extension MySQLShelf {
  func rows(_ ids: [JobID]) async throws -> [RawRecord?] {
    if ids.isEmpty { return [] }
    let load = self.statements.load(ids: ids, namespace: self.namespace)
    let found = try await self.pool.run { connection -> [RawRecord] in
      while true {
        let rows = try connection.run(load)
        let raw = (0..<rows.count).map { RawRecord(rows, $0, cache: self.cache) }
        let whole = try self.completed(raw, connection)
        if whole.count == raw.count { return whole }
      }
    }
    // By bytes, as ids are compared: Swift's own equality of strings also holds for bytes that differ.
    let byID = Dictionary(found.map { (JobID($0.id), $0) }) { first, _ in first }
    return ids.map { byID[$0] }
  }

  /// Reads the definitions that the cache did not have; leaves out the records whose definition was written since.
  func completed(_ records: [RawRecord], _ connection: ServerConnection) throws -> [RawRecord] {
    let missing = records.filter(\.needsDefinition)
    if missing.isEmpty { return records }
    let rows = try connection.run(self.statements.definitions(missing.map(\.key)))
    // A definition that is missing altogether is told of as one that has no bytes.
    var bodies: [Int64: (defined: Int64, body: [UInt8])] = [:]
    for row in 0..<rows.count {
      bodies[rows.number(row, 0)] = (rows.number(row, 1), rows.withBytes(row, 2) { [UInt8]($0) })
    }
    return records.compactMap { record in
      guard record.needsDefinition else { return record }
      guard let found = bodies[record.key], found.defined == record.defined else { return nil }
      var record = record
      record.definition = found.body
      return record
    }
  }

  /// One transaction: the rows whose ids are free go in, then what belongs to them.
  func insertRows(_ records: [PreparedRecord]) async throws -> [StoredRecord?] {
    if records.isEmpty { return [] }
    // In the order of their ids, so that two batches never wait for each other in a circle. A batch that names an id twice knows by the keys which of
    // the two came in.
    let order = records.indices.sorted { (records[$0].record.id, $0) < (records[$1].record.id, $1) }
    let statements = self.statements
    let namespace = self.namespace
    return try await self.pool.run { connection in
      let keys = try self.takeKeys(records.count, connection)
      let limit = connection.packetLimit
      var stored = [StoredRecord?](repeating: nil, count: records.count)
      func key(_ place: Int) -> Int64 { keys.lowerBound + Int64(place) }
      let rows = order.enumerated().map { place, index in
        statements.jobRow(key(place), records[index], version: 1, defined: 1, namespace: namespace)
      }
      try connection.transaction { transaction in
        let added = try transaction.run(statements.insertJobs(rows, limit: limit)).reduce(0) { $0 + $1.affected }
        if added == 0 { return }
        var fresh: Set<Int64>?
        if added < records.count {
          fresh = Set(try transaction.run([statements.present(Array(keys))]).flatMap(\.numbers))
        }
        var beside = BesideRows()
        for (place, index) in order.enumerated() where fresh?.contains(key(place)) ?? true {
          stored[index] = records[index].stored(key: key(place), version: 1, defined: 1)
          beside.add(records[index], key: key(place), owners: records[index].record.owners)
          beside.addLabels(of: records[index], key: key(place))
        }
        try transaction.finish(beside.statements(statements, namespace: namespace, limit: limit))
      }
      return stored
    }
  }
}

extension RawRecord {
  /// Takes the columns ``Statements/recordColumns`` of a row; what the cache knows is not copied.
  init(_ rows: Rows, _ row: Int, cache: RecordCache) {
    let columns = JobColumns(
      lane: rows.number(row, 4), status: rows.text(row, 5), startAt: rows.instant(row, 6),
      tendAt: rows.instant(row, 7), nextFire: rows.instant(row, 8), hasDead: rows.flag(row, 9))
    self = rows.withBytes(row, 10) { state in
      RawRecord(
        key: rows.number(row, 0), id: rows.text(row, 1), version: rows.number(row, 2), defined: rows.number(row, 3),
        columns: columns, state: state, cache: cache)
    }
  }
}

/// What is written beside the rows of jobs.
struct BesideRows: Sendable {
  private var definitions: [(key: Int64, body: String)] = []
  private var owners: [(epoch: Epoch, key: Int64)] = []
  private var labels: [(label: Label, word: String, id: String, key: Int64)] = []
  private var history: [HistoryDraft] = []

  /// The definition where it is written, new owners, and history.
  mutating func add(_ prepared: PreparedRecord, key: Int64, owners: [Epoch]) {
    if let body = prepared.definition { self.definitions.append((key, body)) }
    for epoch in owners { self.owners.append((epoch, key)) }
    self.history += prepared.history
  }

  mutating func add(_ label: Label, _ word: String, id: JobID, key: Int64) {
    self.labels.append((label, word, id.rawValue, key))
  }

  /// All labels that a readable record has.
  mutating func addLabels(of prepared: PreparedRecord, key: Int64) {
    for (label, word) in Label.all(of: prepared.record) { self.add(label, word, id: prepared.record.id, key: key) }
  }

  func statements(_ names: Statements, namespace: Int64, limit: Int) -> [SQL] {
    names.insertDefinitions(self.definitions, limit: limit)
      + names.insertOwners(
        self.owners.sorted { ($0.key, $0.epoch.rawValue) < ($1.key, $1.epoch.rawValue) }, namespace: namespace,
        limit: limit)
      + names.insertLabels(self.labels, namespace: namespace, limit: limit)
      + names.insertHistory(self.history, namespace: namespace, limit: limit)
  }
}

extension Label {
  /// By bytes, as tables compare.
  static func isSame(_ left: (label: Label, word: String), _ right: (label: Label, word: String)) -> Bool {
    left.label == right.label && left.word.utf8.elementsEqual(right.word.utf8)
  }

  /// The labels of a readable record, and their words.
  static func all(of record: JobRecord) -> [(label: Label, word: String)] {
    let profile = record.definition.profile
    return profile.tags.map { (.tag, $0) } + (profile.creator.map { [(.creator, $0)] } ?? [])
      + (record.state.dead.isEmpty ? [] : [(.dead, "")])
  }
}
#endif
