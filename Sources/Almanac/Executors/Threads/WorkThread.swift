import CAlmanacThread
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Bionic)
import Bionic
#endif

#if canImport(ObjectiveC)
import ObjectiveC
#endif

/// One thread of a pool: the executor of the task of the run that has it.
///
/// The system's thread is begun when it is needed first, lasts at least as long as a run has it, and ends when it was idle for a while or was
/// dismissed. What is enqueued after that begins another one, so nothing that waits is ever lost.
///
/// One for each run, and not one queue for all threads: a run that blocks would hold up what the queue gave it to serve, and what a run resumes
/// with would come to a thread that another run blocks.
final class WorkThread: TaskExecutor {
  /// What is the same for all threads of a pool.
  struct Settings: Sendable {
    var name: String
    var stackSize: Int
    var idleTime: Duration
  }

  /// The system gave no thread.
  struct Refused: Error, CustomStringConvertible {
    /// The error number.
    let code: Int32
    var description: String {
      "the system gives no thread: \(String(cString: strerror(self.code))) (error \(self.code))"
    }
  }

  private let settings: Settings
  private let name: String
  private let bell: ThreadBell
  private let state: Mutex<WorkThreadState>

  /// - Throws: ``Refused`` where there is no memory for it.
  init(_ number: Int, _ settings: Settings, isDismissed: Bool) throws(Refused) {
    guard let bell = ThreadBell() else { throw Refused(code: ENOMEM) }
    self.settings = settings
    self.name = WorkThread.name(settings.name, number)
    self.bell = bell
    self.state = Mutex(WorkThreadState(isDismissed: isDismissed))
  }

  /// Whether there is a thread of the system at this moment.
  var isPresent: Bool { self.state.withLock { $0.phase != .absent } }

  // MARK: For the pool

  /// Makes sure that there is a thread, and that it stays until ``release()``.
  ///
  /// - Throws: ``Refused``; then it is not held.
  func hold() throws(Refused) {
    guard self.state.withLock({ $0.hold() }) else { return }
    if let refused = self.begin() {
      self.state.withLock { $0.isHeld = false }
      throw refused
    }
  }

  func release() {
    if self.state.withLock({ $0.release() }) { self.bell.ring() }
  }

  /// Has the thread end as soon as it has nothing to do, now and until ``engage()``.
  func dismiss() {
    if self.state.withLock({ $0.dismiss() }) { self.bell.ring() }
  }

  func engage() {
    self.state.withLock { $0.isDismissed = false }
  }

  // MARK: As an executor

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The caller's hold on this object is that of the job's task, which may come to its end as soon as the job is in the queue.
    let own = Unmanaged.passRetained(self)
    defer { own.release() }
    switch self.state.withLock({ $0.enqueue(job) }) {
    case .none: break
    case .ring: self.bell.ring()
    // Where no thread is given, what waits is executed elsewhere.
    case .begin: _ = self.begin()
    }
  }

  // MARK: The thread

  /// Begins the system's thread. Where that is refused, what waits for it goes to the pool that all tasks share: late is worse than elsewhere, and
  /// never is worse than both.
  private func begin() -> Refused? {
    let own = Unmanaged.passRetained(self)
    let problem = almanac_thread_begin(
      self.name, self.settings.stackSize,
      { argument in
        guard let argument else { return }
        Unmanaged<WorkThread>.fromOpaque(argument).takeRetainedValue().serve()
      }, own.toOpaque())
    if problem == 0 { return nil }
    own.release()
    for job in self.state.withLock({ $0.giveUp() }) { globalConcurrentExecutor.enqueue(job) }
    return Refused(code: problem)
  }

  private func serve() {
    let executor = self.asUnownedTaskExecutor()
    var wasLongIdle = false
    while true {
      switch self.state.withLock({ $0.turn(wasLongIdle: wasLongIdle) }) {
      case .run(let job):
        #if canImport(ObjectiveC)
        autoreleasepool { job.runSynchronously(on: executor) }
        #else
        job.runSynchronously(on: executor)
        #endif
        wasLongIdle = false
      case .wait:
        wasLongIdle = !self.bell.wait(atMost: nil)
      case .waitIdle:
        wasLongIdle = !self.bell.wait(atMost: self.settings.idleTime)
      case .end:
        return
      }
    }
  }

  /// The prefix and the number, in what the system takes of a name.
  static func name(_ prefix: String, _ number: Int) -> String {
    let suffix = "-\(number)"
    var name = String.UnicodeScalarView()
    for scalar in prefix.unicodeScalars {
      name.append(scalar)
      if String(name).utf8.count + suffix.utf8.count > WorkThread.longestName {
        name.removeLast()
        break
      }
    }
    return String(name) + suffix
  }

  /// In bytes; what Linux takes.
  static let longestName = 15
}
