import Logging
import Synchronization

/// Keeps what is logged.
final class LogBook: Sendable {
  struct Line: Sendable {
    var level: Logger.Level
    var message: String
    var metadata: [String: String]
  }

  private let kept = Mutex<[Line]>([])

  var lines: [Line] { self.kept.withLock { $0 } }

  func lines(_ message: String) -> [Line] { self.lines.filter { $0.message == message } }

  var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

  private struct Handler: LogHandler {
    let book: LogBook
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { self.metadata[key] }
      set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
      let line = Line(level: event.level, message: event.message.description, metadata: metadata)
      self.book.kept.withLock { $0.append(line) }
    }
  }
}
