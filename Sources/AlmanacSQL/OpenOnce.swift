import Almanac
import Synchronization

/// Opens something once, whoever asks first, and never again after it was closed.
package final class OpenOnce<Value: Sendable>: Sendable {
  private enum State {
    case idle
    case opening(Task<Value, any Error>)
    case open(Value)
    case closed
  }

  private enum Next {
    case use(Value)
    case wait(Task<Value, any Error>)
  }

  private let name: String
  private let opening: @Sendable () async throws -> Value
  private let closing: @Sendable (Value) async -> Void
  private let state = Mutex(State.idle)

  /// - Parameter name: which store, for errors.
  package init(
    name: String, open: @escaping @Sendable () async throws -> Value, close: @escaping @Sendable (Value) async -> Void
  ) {
    self.name = name
    self.opening = open
    self.closing = close
  }

  /// What is open. A failure is told to all who waited for it, and the next one tries again.
  package func value() async throws -> Value {
    let next: Next = try self.state.withLock { state in
      switch state {
      case .open(let value): return .use(value)
      case .opening(let task): return .wait(task)
      case .closed: throw self.isClosed
      case .idle:
        let task = Task { try await self.open() }
        state = .opening(task)
        return .wait(task)
      }
    }
    switch next {
    case .use(let value): return value
    case .wait(let task): return try await task.value
    }
  }

  private var isClosed: StoreError { StoreError(.closed, store: self.name, "the store was closed") }

  private func open() async throws -> Value {
    do {
      let value = try await self.opening()
      let isWanted = self.state.withLock { state in
        if case .closed = state { return false }
        state = .open(value)
        return true
      }
      if isWanted { return value }
      await self.closing(value)
      throw self.isClosed
    } catch {
      self.state.withLock { state in
        if case .opening = state { state = .idle }
      }
      throw error
    }
  }

  /// Closes what is open; waits for an opening under way.
  package func close() async {
    let before = self.state.withLock { state in
      let before = state
      state = .closed
      return before
    }
    switch before {
    case .open(let value): await self.closing(value)
    case .opening(let task):
      // It sees that nobody wants it, and closes what it opened.
      _ = try? await task.value
    case .idle, .closed: break
    }
  }
}
