#if SQLite
import AlmanacSQL
import GRDB

/// Opens the file once, whoever asks first, and never again after it was closed.
struct ConnectionBox: Sendable {
  private let opening: OpenOnce<StoreConnection>

  init(
    path: String, namespace: String, options: SQLiteOptions, prepare: (@Sendable (Database) throws -> Void)?
  ) {
    self.opening = OpenOnce(name: path) {
      try await blocking {
        try StoreConnection(path: path, namespace: namespace, options: options, prepare: prepare)
      }
    } close: { connection in
      try? await blocking { connection.close() }
    }
  }

  /// The open file. A failure is told to all who waited for it, and the next one tries again.
  func connection() async throws -> StoreConnection { try await self.opening.value() }

  /// Closes the file if it is open; waits for an opening under way.
  func close() async { await self.opening.close() }
}
#endif
