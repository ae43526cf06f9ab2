#if SQLite
import Almanac
import AlmanacSQL
import GRDB

extension HistoryDraft {
  /// A row whose key is there already is not written again.
  static let insertion = MultiRow(
    "insert into history (namespace, job, job_name, incarnation, revision, ordinal, at, keep_until, body)", columns: 9,
    tail: "on conflict (namespace, job, incarnation, revision, ordinal) do nothing")

  func append(to values: inout [DatabaseValue], namespace: Int64) {
    values.append(namespace.databaseValue)
    values.append(self.row.job.rawValue.databaseValue)
    values.append(self.row.jobName.databaseValue)
    values.append(self.row.incarnation.databaseValue)
    values.append(self.row.revision.databaseValue)
    values.append(self.row.ordinal.databaseValue)
    values.append(self.row.at.microsecondsSinceEpoch.databaseValue)
    values.append(self.row.keepUntil?.microsecondsSinceEpoch.databaseValue ?? .null)
    values.append(self.body.databaseValue)
  }
}
#endif
