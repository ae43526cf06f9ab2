#if PostgreSQL
import Almanac
import AlmanacSQL
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Listens on a connection of its own, on a thread of its own, and by that connection shows others that this process is there.
struct Listener: Sendable {
  let pool: ConnectionPool
  let channel: Channel
  let presence: Presence
  let send: @Sendable (StoreChange) -> Void

  /// The longest pause between two tries to connect. Much shorter than ``PostgreSQLOptions/settling``, or others would take us for gone.
  private static let longestPause: Int32 = 2_000

  /// Listens until it is cancelled, and connects again whenever the connection is lost.
  func run() async {
    guard let pipe = try? WakePipe() else { return }
    let isOver = Flag()
    self.presence.begin(pipe)
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let thread = Thread {
          self.listen(pipe, isOver)
          continuation.resume()
        }
        thread.name = "almanac.postgresql.listen"
        thread.start()
      }
    } onCancel: {
      isOver.raise()
      pipe.wake()
    }
    self.presence.end(pipe)
  }

  private func listen(_ pipe: WakePipe, _ isOver: Flag) {
    var pause: Int32 = 0
    // The server process of the connection that showed them last.
    var shownBy: Int64?
    while !isOver.isRaised {
      do {
        let connection = try ServerConnection(self.pool.settings)
        if self.pool.settings.options.notifies { try connection.execute("listen \(self.channel.name)") }
        let process = try connection.run(once: "select pg_backend_pid()::bigint").number(0, 0)
        var shown: Set<Epoch> = []
        // What was said while nobody listened here is not said again: let everybody look.
        self.send(.wake(at: .distantPast))
        while !isOver.isRaised {
          try self.show(&shown, connection)
          shownBy = process
          self.presence.attach(pipe)
          pause = 0
          // A server that is gone without a word is noticed by the keepalives of the connection, and by this question.
          let payloads = try connection.notifications(within: 30_000, wakingOn: pipe.reader)
          for payload in payloads { if let change = self.channel.change(of: payload) { self.send(change) } }
          if payloads.isEmpty, !pipe.drain(), !isOver.isRaised { try connection.run(once: "select 1") }
        }
      } catch {
        self.presence.detach(pipe)
        // At once the first time, since others see that the connection is gone. Where that fails too, there may be another connection still by
        // which to say that it means nothing.
        if pause > 0 {
          if let process = shownBy { self.withdraw(self.presence.sessions, shownBy: process) }
          shownBy = nil
          pipe.wait(milliseconds: Int32.random(in: pause / 2...pause))
          _ = pipe.drain()
        }
        pause = min(max(pause * 2, 50), Listener.longestPause)
      }
    }
  }

  /// Brings what the connection shows in line with the sessions that there are.
  private func show(_ guarded: inout Set<Epoch>, _ connection: ServerConnection) throws {
    let wanted = self.presence.sessions
    try connection.releaseGuards(guarded.subtracting(wanted))
    try connection.guardSessions(wanted.subtracting(guarded))
    guarded = wanted
  }

  private func withdraw(_ epochs: Set<Epoch>, shownBy process: Int64) {
    if epochs.isEmpty { return }
    var parameters = Parameters()
    parameters.add(epochs.map(\.rawValue))
    parameters.add(process)
    let sent = parameters
    // Nobody waits for it: where no connection is left, there is nothing to be done.
    Task { _ = try? await self.pool.run { try $0.run(.withdrawGuard, sent).count } }
  }
}

/// Something that happens once.
final class Flag: Sendable {
  private let state = Mutex(false)
  var isRaised: Bool { self.state.withLock { $0 } }
  func raise() { self.state.withLock { $0 = true } }
}

/// Wakes a thread that waits for a socket.
final class WakePipe: Sendable {
  let reader: Int32
  private let writer: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw StoreError(.unavailable, store: "", "no descriptors are left") }
    (self.reader, self.writer) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      // Neither a pipe that is full of wakes nor one that is empty is waited for.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(self.reader)
    close(self.writer)
  }

  /// Wakes whoever waits, or the next one who does.
  func wake() {
    var byte: UInt8 = 1
    _ = write(self.writer, &byte, 1)
  }

  /// Takes the wakes that came. Answers whether there were any.
  func drain() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64)
    var isWoken = false
    while read(self.reader, &bytes, bytes.count) > 0 { isWoken = true }
    return isWoken
  }

  @discardableResult
  func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: self.reader, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }
}
#endif
