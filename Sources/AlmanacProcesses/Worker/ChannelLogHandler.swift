#if Processes
import Almanac
import Logging

/// Sends what a run logs to the parent, whose logger knows the job and keeps the last lines with its history.
struct ChannelLogHandler: LogHandler {
  private let channel: WorkerChannel
  private let ticket: Ticket
  private let maximumFrame: Int
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  /// The most bytes of a message, and of a value beside it: far more than is kept.
  private static let longestText = 8 << 10

  init(_ channel: WorkerChannel, _ ticket: Ticket, logLevel: Logger.Level, _ maximumFrame: Int) {
    self.channel = channel
    self.ticket = ticket
    self.logLevel = logLevel
    self.maximumFrame = maximumFrame
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { self.metadata[key] }
    set { self.metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let metadata = self.metadata.merging(event.metadata ?? [:]) { _, own in own }
    var sent: [String: String] = [:]
    var room = self.maximumFrame / 16
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      let text = "\(value)".shortened(toBytes: Self.longestText)
      room -= key.utf8.count + text.utf8.count
      if room < 0 { break }
      sent[key] = text
    }
    let message = event.message.description.shortened(toBytes: Self.longestText)
    self.channel.send(
      .log(.init(ticket: self.ticket, level: event.level.rawValue, message: message, metadata: sent)))
  }
}
#endif
