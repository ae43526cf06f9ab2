import Almanac
import Logging
import Synchronization

/// A run that a test hands to an executor itself, with everything that the executor says of it.
///
/// An ``ExecutorBench`` makes it. Its ``assignment`` is what ``JobExecutor/execute(_:)`` takes.
public final class TestRun: Sendable {
  /// Something that was said of the run.
  public enum Event: Hashable, Sendable {
    case progress(_ completed: Int64, of: Int64?, note: String?)
    case logged(Logger.Level, String, [String: String])
    /// Its values cannot be read; what it ends with after that does not count.
    case unreadable(String)
    case ended(End)
  }

  /// What became of it.
  public enum End: Hashable, Sendable {
    case finished(RunOutcome)
    /// It was given back, not begun.
    case refused(_ reason: String, pause: Duration)
  }

  private struct State {
    var events: [Event] = []
    var waiters: [Int: Waiter] = [:]
    var waiterCount = 0
    var isHandedOver = false
    var onEnd: (@Sendable (End) -> Void)?
  }

  private struct Waiter {
    let condition: @Sendable ([Event]) -> Bool
    let resume: @Sendable (Bool) -> Void
  }

  private final class Book: Sendable {
    let state = Mutex(State())

    func note(_ event: Event) {
      let (waiters, onEnd) = self.state.withLock { state -> ([Waiter], (@Sendable (End) -> Void)?) in
        state.events.append(event)
        let ready = state.waiters.filter { $0.value.condition(state.events) }
        for key in ready.keys { state.waiters[key] = nil }
        guard case .ended = event else { return (Array(ready.values), nil) }
        defer { state.onEnd = nil }
        return (Array(ready.values), state.onEnd)
      }
      if case .ended(let end) = event { onEnd?(end) }
      for waiter in waiters { waiter.resume(true) }
    }
  }

  public let assignment: RunAssignment
  let control: RunControl
  private let book: Book

  init(_ request: RunRequest, jobs: JobRegistry) {
    let book = Book()
    let control = RunControl { end in
      switch end {
      case .finished(let outcome): book.note(.ended(.finished(outcome)))
      case .refused(let reason, let pause): book.note(.ended(.refused(reason, pause: pause)))
      }
    }
    let logger = Logger(label: "almanac.bench") { _ in EventHandler { book.note(.logged($0, $1, $2)) } }
    self.book = book
    self.control = control
    self.assignment = RunAssignment(
      request, logger: logger, control: control,
      work: RunAssignment.Work(
        jobs: jobs, logger: logger, lines: nil, isCancelled: { control.isCancelled },
        ownership: { !control.isCancelled },
        report: { book.note(.progress($0, of: $1, note: $2)) }, setAside: { book.note(.unreadable($0)) }))
  }

  /// What was said of it so far, in the order in which it was said.
  public var events: [Event] { self.book.state.withLock { $0.events } }

  /// Whether an executor has it.
  var isHandedOver: Bool { self.book.state.withLock { $0.isHandedOver } }

  func noteHandedOver() { self.book.state.withLock { $0.isHandedOver = true } }

  /// How it ended; nil while it goes.
  public var end: End? {
    self.events.lazy.compactMap { if case .ended(let end) = $0 { end } else { nil } }.first
  }

  /// Tells it to stop, as a scheduler would.
  public func cancel() { self.control.cancel() }

  /// Has something done as soon as the executor says the end, while it says it: once. At once where it has ended already.
  public func onEnd(_ body: @escaping @Sendable (End) -> Void) {
    let end = self.book.state.withLock { state -> End? in
      for case .ended(let end) in state.events { return end }
      state.onEnd = body
      return nil
    }
    if let end { body(end) }
  }

  /// Waits until what was said fulfils the condition. Answers false where it does not within the given time.
  public func wait(within patience: Duration, until condition: @escaping @Sendable ([Event]) -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in
      let key = self.book.state.withLock { state -> Int? in
        if condition(state.events) { return nil }
        state.waiterCount += 1
        state.waiters[state.waiterCount] = Waiter(condition: condition) { continuation.resume(returning: $0) }
        return state.waiterCount
      }
      guard let key else { return continuation.resume(returning: true) }
      // Not taken back when the fact comes: what it finds then is nothing.
      _ = SystemClock().timer(after: patience) {
        self.book.state.withLock { $0.waiters.removeValue(forKey: key) }?.resume(false)
      }
    }
  }

  /// Waits for the end.
  ///
  /// - Throws: ``LawViolation`` where it does not come within the given time.
  public func end(
    within patience: Duration, fileID: String = #fileID, line: Int = #line
  ) async throws -> End {
    _ = await self.wait(within: patience) { events in
      events.contains { if case .ended = $0 { true } else { false } }
    }
    return try verifyPresent(
      self.end, "a run of \(self.assignment.jobName) was not ended within \(patience)", fileID: fileID, line: line)
  }
}

/// Hands on every line.
private struct EventHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .trace
  let note: @Sendable (Logger.Level, String, [String: String]) -> Void

  init(_ note: @escaping @Sendable (Logger.Level, String, [String: String]) -> Void) {
    self.note = note
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { self.metadata[key] }
    set { self.metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    self.note(event.level, event.message.description, (event.metadata ?? [:]).mapValues { "\($0)" })
  }
}
