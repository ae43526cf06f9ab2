import Almanac
import DequeModule
import Foundation
import Synchronization

/// A connection to a server, by a client library that blocks. It belongs to the thread that opened it and never leaves it.
package protocol PooledConnection: AnyObject, SendableMetatype {
  associatedtype Settings: PoolSettings
  associatedtype Failure: ServerTrouble

  /// Connects.
  ///
  /// - Throws: `Failure`.
  init(_ settings: Settings) throws
  /// True where the connection is of no use any more.
  var isBroken: Bool { get }
  /// True where the server ended the connection while nobody used it: what is asked next would be lost on the way.
  var wasEnded: Bool { get }
}

/// What a pool has to know of a store's settings.
package protocol PoolSettings: Sendable {
  /// Which store, for errors: an address without its secrets.
  var name: String { get }
  /// The most connections; at least one.
  var maximumConnections: Int { get }
  /// What the threads are called.
  static var threadName: String { get }
}

/// What a server, or the library that speaks to it, could not do.
package protocol ServerTrouble: Error, Sendable {
  /// True where the same transaction may go through at the next try, and nothing was done.
  var isConflict: Bool { get }
  /// The same, where it kept us from connecting.
  var whileConnecting: Self { get }
  /// The error in the store's words: what was wrong, and what to do.
  func translated(store: String) -> StoreError
}

/// What follows from work's being left in the queue.
private enum Enqueued { case wait, start, refuse }

/// A bounded number of connections, each on a thread of its own.
///
/// Client libraries block, and the threads of Swift's tasks must not: so a caller leaves a closure in a queue and is resumed with what it came to. Threads
/// are started as they are needed, up to the limit, and wait for work after that.
package final class ServerPool<Connection: PooledConnection>: Sendable {
  private struct Work: Sendable {
    let run: @Sendable (Connection) -> Void
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
    var failure: Connection.Failure
    var backoff: Duration
    var until: ContinuousClock.Instant
  }

  package let settings: Connection.Settings
  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)

  package init(_ settings: Connection.Settings) {
    self.settings = settings
  }

  /// Does something with a connection. A cancelled caller gets its answer all the same: it is on its way.
  ///
  /// - Throws: ``StoreError``.
  package func run<Value: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Value) async throws -> Value {
    do {
      return try await withCheckedThrowingContinuation { continuation in
        self.enqueue(
          Work(
            run: { connection in continuation.resume(with: Result { try ServerPool.attempt(body, connection) }) },
            fail: { continuation.resume(throwing: $0) }))
      }
    } catch let failure as Connection.Failure {
      throw failure.translated(store: self.settings.name)
    }
  }

  /// Does it again where the server undid it because of somebody else: nothing happened, and the next time it may go through.
  private static func attempt<Value>(
    _ body: (Connection) throws -> Value, _ connection: Connection
  ) throws -> Value {
    for _ in 0..<3 {
      do {
        return try body(connection)
      } catch let failure as Connection.Failure where failure.isConflict {
        continue
      }
    }
    return try body(connection)
  }

  private func enqueue(_ work: Work) {
    let next: Enqueued = self.state.withLock { state in
      if state.isClosed { return .refuse }
      state.queue.append(work)
      guard state.queue.count > state.idle, state.threads < self.settings.maximumConnections else {
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
      thread.name = Connection.Settings.threadName
      thread.start()
      self.arrivals.signal()
    case .wait: self.arrivals.signal()
    }
  }

  /// Lets the work end that is under way and refuses what comes after. Answers before the threads have ended.
  package func close() {
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
    var connection: Connection?
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
  private func connect() throws -> Connection {
    let now = ContinuousClock.now
    let trouble = self.state.withLock { $0.trouble }
    if let trouble, now < trouble.until { throw trouble.failure }
    do {
      let connection = try Connection(self.settings)
      self.state.withLock { $0.trouble = nil }
      return connection
    } catch let failure as Connection.Failure {
      let failure = failure.whileConnecting
      self.state.withLock { state in
        let backoff = min((state.trouble?.backoff ?? .milliseconds(25)) * 2, .seconds(2))
        let wait = backoff * Double.random(in: 0.5...1)
        state.trouble = Trouble(failure: failure, backoff: backoff, until: ContinuousClock.now + wait)
      }
      throw failure
    }
  }
}
