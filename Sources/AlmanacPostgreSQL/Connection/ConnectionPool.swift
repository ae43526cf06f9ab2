#if PostgreSQL
import Almanac
import DequeModule
import Foundation
import Synchronization

/// A bounded number of connections, each on a thread of its own.
///
/// libpq blocks, and the threads of Swift's tasks must not: so a caller leaves a closure in a queue and is resumed with what it came to. Threads are
/// started as they are needed, up to the limit, and wait for work after that.
final class ConnectionPool: Sendable {
  private struct Work: Sendable {
    let run: @Sendable (ServerConnection) -> Void
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var queue = Deque<Work>()
    var threads = 0
    var idle = 0
    var isClosed = false
    var trouble: Trouble?
  }

  /// Connecting failed, and until a time nobody tries again.
  private struct Trouble {
    var failure: ServerFailure
    var backoff: Duration
    var until: ContinuousClock.Instant
  }

  let settings: ConnectionSettings
  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)

  init(_ settings: ConnectionSettings) {
    self.settings = settings
  }

  /// Does something with a connection. A cancelled caller gets its answer all the same: it is on its way.
  ///
  /// - Throws: ``StoreError``.
  func run<Value: Sendable>(_ body: @escaping @Sendable (ServerConnection) throws -> Value) async throws -> Value {
    do {
      return try await withCheckedThrowingContinuation { continuation in
        self.enqueue(
          Work(
            run: { connection in continuation.resume(with: Result { try ConnectionPool.attempt(body, connection) }) },
            fail: { continuation.resume(throwing: $0) }))
      }
    } catch let failure as ServerFailure {
      throw failure.translated(store: self.settings.name)
    }
  }

  /// Does it again where the server undid it because of somebody else: nothing happened, and the next time it may go through.
  private static func attempt<Value>(
    _ body: (ServerConnection) throws -> Value, _ connection: ServerConnection
  ) throws -> Value {
    for _ in 0..<3 {
      do {
        return try body(connection)
      } catch let failure as ServerFailure where failure.isConflict {
        continue
      }
    }
    return try body(connection)
  }

  private func enqueue(_ work: Work) {
    enum Next { case wait, start, refuse }
    let next: Next = self.state.withLock { state in
      if state.isClosed { return .refuse }
      state.queue.append(work)
      guard state.queue.count > state.idle, state.threads < self.settings.options.maximumConnections else {
        return .wait
      }
      state.threads += 1
      state.idle += 1
      return .start
    }
    switch next {
    case .refuse: work.fail(StoreError(.closed, store: self.settings.name, "the store was closed"))
    case .start:
      let thread = Thread { self.serve() }
      thread.name = "almanac.postgresql"
      thread.start()
      self.arrivals.signal()
    case .wait: self.arrivals.signal()
    }
  }

  /// Lets the work end that is under way and refuses what comes after. Answers before the threads have ended.
  func close() {
    let (threads, queue) = self.state.withLock { state in
      defer { state.queue = [] }
      let first = !state.isClosed
      state.isClosed = true
      return (first ? state.threads : 0, Array(state.queue))
    }
    for work in queue { work.fail(StoreError(.closed, store: self.settings.name, "the store was closed")) }
    for _ in 0..<threads { self.arrivals.signal() }
  }

  // MARK: On the thread

  private func serve() {
    var connection: ServerConnection?
    while true {
      self.arrivals.wait()
      let (work, isClosed) = self.state.withLock { state in
        let work = state.queue.popFirst()
        if work != nil { state.idle -= 1 }
        return (work, state.isClosed)
      }
      guard let work else {
        if isClosed { return }
        continue
      }
      do {
        if connection?.wasEnded ?? true {
          connection = nil
          connection = try self.connect()
        }
        if let connection { work.run(connection) }
      } catch {
        work.fail(error)
      }
      if connection?.isBroken ?? false { connection = nil }
      self.state.withLock { $0.idle += 1 }
    }
  }

  /// Opens a connection, unless that failed a moment ago: a server that comes back is not to be met by all at once, again and again.
  private func connect() throws -> ServerConnection {
    let now = ContinuousClock.now
    let trouble = self.state.withLock { $0.trouble }
    if let trouble, now < trouble.until { throw trouble.failure }
    do {
      let connection = try ServerConnection(self.settings)
      self.state.withLock { $0.trouble = nil }
      return connection
    } catch let failure as ServerFailure {
      let failure = ServerFailure(
        state: failure.state.isEmpty ? ServerFailure.connecting : failure.state, message: failure.message,
        breaksConnection: true)
      self.state.withLock { state in
        let backoff = min((state.trouble?.backoff ?? .milliseconds(25)) * 2, .seconds(2))
        let wait = backoff * Double.random(in: 0.5...1)
        state.trouble = Trouble(failure: failure, backoff: backoff, until: ContinuousClock.now + wait)
      }
      throw failure
    }
  }
}
#endif
