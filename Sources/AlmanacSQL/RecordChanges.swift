import Almanac

/// A record as it is to be stored: everything is encoded before a transaction begins.
package struct PreparedRecord: Sendable {
  /// The record without its outbox, as it is once the rows of the outbox are in the history.
  package var record: JobRecord
  package var columns: JobColumns
  package var state: String
  /// Nil where the definition stays.
  package var definition: String?
  package var history: [HistoryDraft]

  package init(_ proposed: JobRecord, lane: Int64, withDefinition: Bool) throws {
    var record = proposed
    // History goes in with the commit, so there is nothing left to take there, and nobody to be woken for it.
    record.state.outbox = []
    record.state.outboxDueAt = nil
    self.record = record
    self.columns = JobColumns(record, lane: lane)
    self.state = String(decoding: try RecordCodec.encode(record.state), as: UTF8.self)
    self.definition =
      withDefinition ? String(decoding: try RecordCodec.encode(record.definition), as: UTF8.self) : nil
    self.history = try proposed.state.outbox.map { try HistoryDraft($0) }
  }

  package func stored(key: Int64, version: Int64, defined: Int64) -> StoredRecord {
    StoredRecord(
      key: key, version: version, defined: defined, columns: self.columns, state: self.state, record: self.record)
  }
}

/// A row of history as it is to be stored.
package struct HistoryDraft: Sendable {
  package var row: HistoryRow
  package var body: String

  package init(_ row: HistoryRow) throws {
    self.row = row
    self.body = String(decoding: try RecordCodec.encode(row), as: UTF8.self)
  }
}

/// A change of one row, conditional on the version that was read.
package enum RowChange: Sendable {
  case replace(RowReplacement)
  case erase(StoredRecord)
  /// The row stays as it is and wakes nobody.
  case silence(key: Int64, version: Int64, reason: String)
}

package struct RowReplacement: Sendable {
  package var key: Int64
  package var version: Int64
  /// What was there; nil where it could not be read.
  package var old: StoredRecord?
  package var new: PreparedRecord

  /// The row as it is once this is committed.
  package var committed: StoredRecord {
    let version = self.version + 1
    return self.new.stored(
      key: self.key, version: version,
      defined: self.new.definition == nil ? self.old?.defined ?? version : version)
  }
}
