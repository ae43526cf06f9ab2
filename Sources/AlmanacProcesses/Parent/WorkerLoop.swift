#if Processes
import Almanac
import CAlmanacWorker
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A run, on its way through a pool.
struct RunErrand: Sendable {
  var run: RunAssignment
  /// The message that begins it.
  var frame: [UInt8]
  /// Called once, when it is over.
  var end: @Sendable (RunEnding) -> Void
}

/// The way to the one thread that holds a pool and talks to its workers: everybody writes letters, it reads them in their order.
///
/// Ruled out: a lock around the pool, whose decisions would be carried out in another order than they were made in; and tasks, which wait for
/// their turn behind whatever code blocks the pool of threads that they share, the very code that people put into workers.
final class WorkerLoop: Sendable {
  enum Letter: Sendable {
    case open(CheckedContinuation<Void, any Error>)
    /// The continuation is nil where nobody waits.
    case close(CheckedContinuation<Void, Never>?)
    case run(Ticket, RunErrand)
    case cancel(Ticket)
    case begun(WorkerID, process: Int32, descriptor: Int32?)
    case ended(WorkerID, WorkerEnd)
    case tick
  }

  private struct Mailbox {
    var letters: [Letter] = []
    var isOver = false
  }

  private let mailbox = Mutex(Mailbox())
  /// A pipe that wakes the thread. Written and closed under the lock only, so that nobody writes to what has become another's.
  let bell: Int32
  private let rope: Int32

  /// Begins the thread. It ends with the pool's end.
  init(
    size: Int, configuration: WorkerConfiguration, clock: any SchedulerClock, logger: Logger, board: WorkerBoard
  ) throws(WorkersUnavailable) {
    var ends: [Int32] = [-1, -1]
    let problem = almanac_worker_pipe(&ends)
    guard problem == 0 else { throw WorkersUnavailable(reason: "no pipe: \(Self.words(problem))") }
    self.bell = ends[0]
    self.rope = ends[1]
    _ = almanac_worker_never_waits(self.rope)
    let thread = WorkerThread.begin("almanac-workers") { [self] in
      LoopThread(self, size, configuration, clock, logger, board).run()
    }
    guard thread == 0 else {
      _ = self.finish()
      throw WorkersUnavailable(reason: "no thread: \(Self.words(thread))")
    }
  }

  static func words(_ problem: Int32) -> String { strerror(problem).map { String(cString: $0) } ?? "error \(problem)" }

  /// Writes a letter.
  ///
  /// - Returns: false where nobody is there to read it.
  @discardableResult
  func post(_ letter: Letter) -> Bool {
    self.mailbox.withLock { mailbox in
      guard !mailbox.isOver else { return false }
      mailbox.letters.append(letter)
      // With others before it the bell has been rung. A pipe that is full has been rung often enough.
      if mailbox.letters.count == 1 { _ = write(self.rope, [1], 1) }
      return true
    }
  }

  /// For the thread: what came.
  func takeLetters() -> [Letter] {
    self.mailbox.withLock { mailbox in
      defer { mailbox.letters = [] }
      return mailbox.letters
    }
  }

  /// For the thread: nothing is read any more. Answers what came too late.
  func finish() -> [Letter] {
    self.mailbox.withLock { mailbox in
      mailbox.isOver = true
      systemClose(self.bell)
      systemClose(self.rope)
      defer { mailbox.letters = [] }
      return mailbox.letters
    }
  }

  // MARK: For the executor

  /// Returns when the workers that are always kept are ready.
  func open() async throws {
    try await withCheckedThrowingContinuation { continuation in
      if !self.post(.open(continuation)) {
        continuation.resume(throwing: WorkersUnavailable(reason: "the executor was stopped"))
      }
    }
  }

  /// Returns when no worker is left.
  func close() async {
    await withCheckedContinuation { continuation in
      if !self.post(.close(continuation)) { continuation.resume() }
    }
  }

  /// Ends everything, and nobody waits for it.
  func abandon() { self.post(.close(nil)) }
}
#endif
