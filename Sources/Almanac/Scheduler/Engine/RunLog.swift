import Logging
import Synchronization

/// The last lines that one run logged, on their way into its history.
final class RunLog: Sendable {
  private struct State {
    var lines: [LogLine] = []
    /// Where the oldest line lies once the list is full.
    var oldest = 0
  }

  private let limit: Int
  private let clock: any SchedulerClock
  private let state = Mutex(State())

  /// - Parameter limit: the most lines; more than 0.
  init(limit: Int, clock: any SchedulerClock) {
    self.limit = min(limit, JobPolicies.maximumLogLines)
    self.clock = clock
  }

  var lines: [LogLine] {
    self.state.withLock { Array($0.lines[$0.oldest...] + $0.lines[..<$0.oldest]) }
  }

  func add(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata?) {
    var text = message.description
    for (key, value) in (metadata ?? [:]).sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
    let line = LogLine(at: self.clock.now(), level: level.rawValue, message: text)
    self.state.withLock { state in
      if state.lines.count < self.limit {
        state.lines.append(line)
      } else {
        state.lines[state.oldest] = line
        state.oldest = (state.oldest + 1) % self.limit
      }
    }
  }
}

/// Hands what a run logs on to the program's own log, and keeps a copy for the run's history.
///
/// Lines from `info` on are kept whatever the program's log level: who looks at a failed run wants to know what it said.
struct RunLogHandler: LogHandler {
  private var base: any LogHandler
  private let log: RunLog

  init(_ base: any LogHandler, _ log: RunLog) {
    self.base = base
    self.log = log
  }

  var metadata: Logger.Metadata {
    get { self.base.metadata }
    set { self.base.metadata = newValue }
  }

  var logLevel: Logger.Level {
    get { min(self.base.logLevel, .info) }
    set { self.base.logLevel = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { self.base[metadataKey: key] }
    set { self.base[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    if event.level >= .info { self.log.add(event.level, event.message, event.metadata) }
    if event.level >= self.base.logLevel { self.base.log(event: event) }
  }
}
