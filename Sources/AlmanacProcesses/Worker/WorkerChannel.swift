#if Processes
import Almanac
import CAlmanacWorker
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A worker's end of the conversation.
///
/// A thread of its own reads, so that neither a job that blocks every other thread nor one that never returns keeps the worker from noticing that it is to
/// leave, or that nobody is there any more.
final class WorkerChannel: Sendable {
  private struct State {
    var ticket: Ticket?
    var isTold = false
    var task: Task<Void, Never>?
  }

  private let socket: Int32
  private let state = Mutex(State())
  /// Held while a frame is written, so that it stays in one piece.
  private let writing = Mutex(())

  init(_ socket: Int32) {
    self.socket = socket
  }

  // MARK: Reading

  /// What the parent says and the service has to answer, in order. The thread begins with it, once.
  func begin() -> AsyncStream<ParentMessage> {
    let (messages, continuation) = AsyncStream<ParentMessage>.makeStream()
    let problem = WorkerThread.begin("almanac-worker") { [self] in self.read(into: continuation) }
    if problem != 0 { WorkerProcess.give(up: "no thread: \(WorkerLoop.words(problem))") }
    return messages
  }

  private func read(into messages: AsyncStream<ParentMessage>.Continuation) {
    var decoder = FrameDecoder(limit: 1 << 30)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { systemRead(self.socket, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { Self.endEverything() }
      decoder.append(buffer[..<count])
      do {
        while let frame = try decoder.next() {
          switch try ParentMessage(frame) {
          case .cancel(let ticket): self.cancel(ticket)
          // From here: the service may wait for a job that blocks.
          case .leave: exit(0)
          case .run(let order):
            self.enter(order.ticket)
            messages.yield(.run(order))
          case .hello(let hello): messages.yield(.hello(hello))
          }
        }
      } catch {
        WorkerProcess.give(up: "the pool sent what is not understood: \(error)")
      }
    }
  }

  /// The parent is gone: so is this process with all that it has begun.
  private static func endEverything() -> Never {
    // A worker leads a group of its own. Were it not to, others in the group are not ours to kill.
    if getpgrp() == getpid() { _ = systemKill(0, SIGKILL) }
    _ = systemKill(getpid(), SIGKILL)
    // Nobody comes here: the signal cannot be held back.
    exit(EX_OSERR)
  }

  // MARK: The run

  /// A run was read. By the thread that reads, so that a word to stop, which comes after it, finds it.
  private func enter(_ ticket: Ticket) {
    self.state.withLock { $0 = State(ticket: ticket) }
  }

  /// The task of the run that has begun; cancelled at once where it was told to stop meanwhile.
  func follow(_ task: Task<Void, Never>, _ ticket: Ticket) {
    let isTold = self.state.withLock { state -> Bool in
      guard state.ticket == ticket else { return false }
      state.task = task
      return state.isTold
    }
    if isTold { task.cancel() }
  }

  func isTold(_ ticket: Ticket) -> Bool {
    // A run that is not the current one is over, and nothing that it does counts.
    self.state.withLock { $0.ticket != ticket || $0.isTold }
  }

  private func cancel(_ ticket: Ticket) {
    let task = self.state.withLock { state -> Task<Void, Never>? in
      guard state.ticket == ticket else { return nil }
      state.isTold = true
      return state.task
    }
    task?.cancel()
  }

  // MARK: Writing

  func send(_ message: WorkerMessage) {
    // Every header is of plain values; what cannot be encoded does not exist.
    guard let frame = try? message.frame() else { return }
    let bytes = frame.bytes
    self.writing.withLock { _ in
      var start = 0
      while start < bytes.count {
        let count = bytes.withUnsafeBytes { room in
          almanac_worker_send(self.socket, room.baseAddress.map { $0 + start }, room.count - start)
        }
        if count < 0, errno == EINTR { continue }
        // Nobody is there: the thread that reads ends this process.
        guard count > 0 else { return }
        start += count
      }
    }
  }
}
#endif
