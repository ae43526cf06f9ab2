import Almanac
import Synchronization

/// Hands changes to those who listen in this process.
package final class ChangeFeed: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<StoreChange>.Continuation] = [:]
    var count = 0
    var isFinished = false
    var watch: Task<Void, Never>?
  }

  /// What a listener that does not listen may leave unread; beyond it the oldest is dropped, and polling is the
  /// safety net.
  private static let bufferSize = 1_024

  private let state = Mutex(State())

  package init() {}

  /// A stream of what comes from now on. The first listener starts the watch over other processes, the last one to
  /// leave ends it.
  package func subscribe(watch: @escaping @Sendable () async -> Void) -> AsyncStream<StoreChange> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: StoreChange.self, bufferingPolicy: .bufferingNewest(ChangeFeed.bufferSize))
    let number: Int? = self.state.withLock { state in
      if state.isFinished { return nil }
      state.count += 1
      state.listeners[state.count] = continuation
      if state.watch == nil { state.watch = Task { await watch() } }
      return state.count
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in self?.unsubscribe(number) }
    return stream
  }

  private func unsubscribe(_ number: Int) {
    let watch: Task<Void, Never>? = self.state.withLock { state in
      state.listeners[number] = nil
      guard state.listeners.isEmpty else { return nil }
      defer { state.watch = nil }
      return state.watch
    }
    watch?.cancel()
  }

  package func send(_ change: StoreChange) {
    let listeners = self.state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.yield(change) }
  }

  package func send(_ wakes: EarliestWake) {
    if let instant = wakes.instant { self.send(.wake(at: instant)) }
  }

  /// Ends every stream, those to come included.
  package func finish() {
    let (listeners, watch) = self.state.withLock { state in
      defer {
        state.isFinished = true
        state.listeners = [:]
        state.watch = nil
      }
      return (Array(state.listeners.values), state.watch)
    }
    watch?.cancel()
    // Outside the lock: ending a stream calls `unsubscribe`.
    for listener in listeners { listener.finish() }
  }
}

/// The earliest instant at which a record of a batch wants to be looked at, of those that want it earlier than before.
package struct EarliestWake: Sendable {
  package private(set) var instant: Instant?

  package init() {}

  package mutating func add(_ wakeAt: Instant?, unlessAfter before: Instant? = nil) {
    guard let wakeAt, before.map({ wakeAt < $0 }) ?? true else { return }
    self.instant = min(self.instant ?? wakeAt, wakeAt)
  }
}
