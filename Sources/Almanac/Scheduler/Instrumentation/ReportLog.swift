import Logging

/// The log line of each report: a fixed message, and what it concerns as metadata.
///
/// What did not run, or ran badly, is logged at `info`, all else at `debug`: a library must not fill the log of a program that
/// is well.
enum ReportLog {
  static func write(_ report: Report, of record: JobRecord, to logger: Logger) {
    let level = self.level(of: report)
    guard level >= logger.logLevel else { return }
    var metadata: Logger.Metadata = ["job": "\(record.id)", "type": "\(record.lane.jobName)"]
    let message = self.message(report, &metadata)
    logger.log(level: level, message, metadata: metadata)
  }

  private static func level(of report: Report) -> Logger.Level {
    switch report {
    case .dropped, .quarantined, .ownerLost, .zoneDataChanged: .info
    case .ended(let end): end.outcome == .succeeded ? .debug : .info
    case .started, .released, .added, .replaced, .modified, .rescheduled, .paused, .resumed, .removed,
      .triggeredByHand, .skippedNext, .finished, .cancelRequested, .progressed, .deadRetried, .deadPurged:
      .debug
    }
  }

  private static func message(_ report: Report, _ metadata: inout Logger.Metadata) -> Logger.Message {
    switch report {
    case .started(let order, let lateness):
      metadata["fire"] = "\(order.fireTime)"
      metadata["attempt"] = "\(order.attempt)"
      metadata["lateness"] = "\(lateness)"
      return "run started"
    case .ended(let end):
      metadata["fire"] = "\(end.fireTime)"
      metadata["attempt"] = "\(end.attempt)"
      metadata["outcome"] = "\(end.outcome.rawValue)"
      metadata["duration"] = "\(end.duration)"
      if let node = end.node { metadata["node"] = "\(node)" }
      if let failure = end.failure { metadata["error"] = "\(failure.message)" }
      if let retryAt = end.retryAt { metadata["retry"] = "\(retryAt)" }
      return "run ended"
    case .dropped(let fate):
      metadata["reason"] = "\(fate.reason.rawValue)"
      metadata["first"] = "\(fate.first)"
      metadata["last"] = "\(fate.last)"
      metadata["count"] = "\(fate.count)"
      return "fires did not run"
    case .quarantined(let reason):
      metadata["reason"] = "\(reason)"
      return "job quarantined"
    case .ownerLost(let epoch, let token):
      metadata["epoch"] = "\(epoch)"
      metadata["token"] = "\(token)"
      return "run taken back from a lost scheduler"
    case .zoneDataChanged(let from, let to):
      metadata["from"] = from.map { "\($0)" } ?? "none"
      metadata["to"] = to.map { "\($0)" } ?? "none"
      return "next fire moved by newer zone data"
    case .cancelRequested(let token, let reason):
      metadata["token"] = "\(token)"
      metadata["reason"] = "\(reason.rawValue)"
      return "run told to stop"
    case .released(let token):
      metadata["token"] = "\(token)"
      return "run given back before it began"
    case .paused(let note):
      if let note { metadata["note"] = "\(note)" }
      return "job paused"
    case .replaced(let triggerChanged):
      metadata["triggerChanged"] = "\(triggerChanged)"
      return "job replaced"
    case .skippedNext(let fire):
      metadata["fire"] = "\(fire)"
      return "next fire skipped"
    case .progressed(let token, let progress):
      metadata["token"] = "\(token)"
      metadata["completed"] = "\(progress.completed)"
      if let total = progress.total { metadata["total"] = "\(total)" }
      if let note = progress.note { metadata["note"] = "\(note)" }
      return "run progressed"
    case .deadRetried(let count):
      metadata["count"] = "\(count)"
      return "dead fires tried again"
    case .deadPurged(let count):
      metadata["count"] = "\(count)"
      return "dead fires purged"
    case .added: return "job added"
    case .modified: return "job modified"
    case .rescheduled: return "job rescheduled"
    case .resumed: return "job resumed"
    case .removed: return "job removed"
    case .triggeredByHand: return "run asked for by hand"
    case .finished: return "job finished"
    }
  }
}
