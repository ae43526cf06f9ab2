#if SQLite
import Almanac
import GRDB
import Synchronization

/// Opens the file once, whoever asks first, and never again after it was closed.
final class ConnectionBox: Sendable {
  private enum State {
    case idle
    case opening(Task<StoreConnection, any Error>)
    case open(StoreConnection)
    case closed
  }

  let path: String
  let namespace: String
  let options: SQLiteOptions
  private let prepare: (@Sendable (Database) throws -> Void)?
  private let state = Mutex(State.idle)

  init(
    path: String, namespace: String, options: SQLiteOptions, prepare: (@Sendable (Database) throws -> Void)?
  ) {
    self.path = path
    self.namespace = namespace
    self.options = options
    self.prepare = prepare
  }

  /// The open file. A failure is told to all who waited for it, and the next one tries again.
  func connection() async throws -> StoreConnection {
    enum Next {
      case use(StoreConnection)
      case wait(Task<StoreConnection, any Error>)
    }
    let next: Next = try self.state.withLock { state in
      switch state {
      case .open(let connection): return .use(connection)
      case .opening(let task): return .wait(task)
      case .closed: throw StoreError(.closed, store: self.path, "the store was closed")
      case .idle:
        let task = Task { try await self.open() }
        state = .opening(task)
        return .wait(task)
      }
    }
    switch next {
    case .use(let connection): return connection
    case .wait(let task): return try await task.value
    }
  }

  private func open() async throws -> StoreConnection {
    do {
      let connection = try await blocking {
        try StoreConnection(
          path: self.path, namespace: self.namespace, options: self.options, prepare: self.prepare)
      }
      let isWanted = self.state.withLock { state in
        if case .closed = state { return false }
        state = .open(connection)
        return true
      }
      if isWanted { return connection }
      connection.close()
      throw StoreError(.closed, store: self.path, "the store was closed")
    } catch {
      self.state.withLock { state in
        if case .opening = state { state = .idle }
      }
      throw error
    }
  }

  /// Closes the file if it is open; waits for an opening under way.
  func close() async {
    let before = self.state.withLock { state in
      let before = state
      state = .closed
      return before
    }
    switch before {
    case .open(let connection):
      try? await blocking { connection.close() }
    case .opening(let task):
      // It sees that nobody wants it, and closes what it opened.
      _ = try? await task.value
    case .idle, .closed: break
    }
  }
}
#endif
