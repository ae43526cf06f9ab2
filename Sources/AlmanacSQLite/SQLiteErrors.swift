#if SQLite
import Almanac
import GRDB

/// Says what SQLite could not do in the store's words: what was wrong with which file, and what to do.
///
/// The text of a statement and its arguments are left out: payloads may hold secrets.
struct SQLiteErrors: Sendable {
  /// The path of the file.
  let path: String
  let busyTimeout: Duration

  /// The error to throw in place of the given one. Cancellation and the store's own errors stay as they are.
  func translated(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let (code, message) = self.explained(error)
    return StoreError(code, store: self.path, message)
  }

  private func explained(_ error: DatabaseError) -> (StoreError.Code, String) {
    let told = error.message ?? "no message"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
      return (
        .unavailable,
        "another process held the database locked for \(self.busyTimeout), and nothing was written; look for a program"
          + " that keeps a transaction open, such as a database browser or a backup"
      )
    case .SQLITE_FULL:
      return (.unavailable, "the disk, or the quota, is full, and nothing was written; free some space")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      return (
        .readOnly,
        "the database cannot be written (\(told)); the file and its directory must both be writable for this process,"
          + " because SQLite keeps its -wal and -shm files beside it"
      )
    case .SQLITE_CANTOPEN:
      return (
        .unavailable,
        "the database cannot be opened (\(told)); its directory must exist, and this process must be allowed to create"
          + " files in it"
      )
    case .SQLITE_NOTADB:
      return (.foreignData, SQLiteErrors.notSQLite)
    case .SQLITE_CORRUPT:
      return (.corrupted, "the database is damaged (\(told)); \(SQLiteErrors.rescue)")
    case .SQLITE_IOERR:
      return (
        .unavailable,
        "reading or writing the file failed (\(told), code \(error.extendedResultCode.rawValue)); what was asked may"
          + " have happened. Look at the disk and the system's log"
      )
    case .SQLITE_TOOBIG:
      return (.payloadTooLarge, "a record is larger than SQLite allows, and nothing was written")
    // A connection that was closed has no handle any more, and of no handle SQLite says "out of memory".
    case .SQLITE_MISUSE where told.contains("closed") || told.contains("out of memory"):
      return (.closed, "the store was closed")
    case .SQLITE_NOMEM:
      return (.unavailable, "SQLite ran out of memory, and nothing was written")
    case .SQLITE_ERROR where told.contains("WAL"):
      return (
        .unsupported,
        "the file system cannot hold a database in WAL mode, which needs shared memory; put the file on a local disk,"
          + " not on a network share"
      )
    case .SQLITE_ERROR where told.contains("no such table") || told.contains("no such column"):
      return (.corrupted, "the schema is not as this version left it (\(told)); \(SQLiteErrors.rescue)")
    default:
      return (.unavailable, "SQLite failed (\(told), code \(error.extendedResultCode.rawValue))")
    }
  }

  static let notSQLite =
    "the file is not an SQLite database, or it is encrypted; choose another path. It was not touched"
  static let rescue =
    "stop every scheduler, copy the file with its -wal and -shm files, then restore a backup or try"
    + " `sqlite3 FILE .recover`"
}
#endif
