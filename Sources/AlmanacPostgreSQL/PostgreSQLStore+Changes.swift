#if PostgreSQL
import Almanac
import AlmanacSQL
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension PostgreSQLStore {
  /// Tells at once of what this process writes, and of what others do as the server tells of it.
  public func changes() -> AsyncStream<StoreChange> {
    // The listener holds the feed, and the feed the listener, until the last who listens leaves or the store is closed or gone.
    let (opening, feed, pool) = (self.opening, self.feed, self.pool)
    return feed.subscribe {
      guard pool.settings.options.notifies else { return }
      while !Task.isCancelled {
        if let shelf = try? await opening.value() {
          return await Listener(settings: pool.settings, channel: shelf.channel) { feed.send($0) }.run()
        }
        // A server that is away is told of to whoever uses the store; it may be there later.
        do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
      }
    }
  }

  public func announce(_ change: StoreChange) async throws {
    let shelf = try await self.opening.value()
    if self.options.notifies {
      var parameters = Parameters()
      parameters.add(shelf.channel.name)
      parameters.add(shelf.channel.payload(of: change))
      let sent = parameters
      _ = try await self.pool.run { try $0.run(.notify, sent).count }
    }
    self.feed.send(change)
  }
}

extension Statement {
  static let notify = Statement("notify", "select pg_notify($1::text, $2::text) is null")
}

/// Listens on a connection of its own, on a thread of its own.
struct Listener: Sendable {
  let settings: ConnectionSettings
  let channel: Channel
  let send: @Sendable (StoreChange) -> Void

  /// Listens until it is cancelled, and connects again whenever the connection is lost.
  func run() async {
    guard let pipe = try? WakePipe() else { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let thread = Thread {
          self.listen(pipe)
          continuation.resume()
        }
        thread.name = "almanac.postgresql.listen"
        thread.start()
      }
    } onCancel: {
      pipe.wake()
    }
  }

  private func listen(_ pipe: WakePipe) {
    var pause: Int32 = 50
    while !pipe.isWoken {
      do {
        let connection = try ServerConnection(self.settings)
        try connection.execute("listen \(self.channel.name)")
        pause = 50
        // What was said while nobody listened here is not said again: let everybody look.
        self.send(.wake(at: .distantPast))
        while !pipe.isWoken {
          // A server that is gone without a word is noticed by the keepalives of the connection, and by this question.
          let payloads = try connection.notifications(within: 30_000, wakingOn: pipe.reader)
          for payload in payloads { if let change = self.channel.change(of: payload) { self.send(change) } }
          if payloads.isEmpty, !pipe.isWoken { try connection.run(once: "select 1") }
        }
      } catch {
        pipe.wait(milliseconds: Int32.random(in: pause / 2...pause))
        pause = min(pause * 2, 5_000)
      }
    }
  }
}

/// Wakes a thread that waits for a socket.
final class WakePipe: Sendable {
  let reader: Int32
  private let writer: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw StoreError(.unavailable, store: "", "no descriptors are left") }
    (self.reader, self.writer) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(self.reader)
    close(self.writer)
  }

  /// For good: what was written is never read.
  func wake() {
    var byte: UInt8 = 1
    _ = write(self.writer, &byte, 1)
  }

  var isWoken: Bool { self.wait(milliseconds: 0) }

  @discardableResult
  func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: self.reader, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }
}
#endif
