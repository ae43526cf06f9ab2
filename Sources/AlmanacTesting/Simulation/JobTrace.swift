import Almanac

/// A committed change in one line, for people who follow a simulation.
enum JobTrace {
  static func line(_ record: JobRecord, _ effects: [Effect]) -> String {
    let told = effects.map { effect -> String in
      switch effect {
      case .start(let order): "starts \(order.token.claim) for \(order.fireTime) attempt \(order.attempt)"
      case .cancel(let token, _, let reason): "tells \(token.claim) to stop (\(reason))"
      case .report(.started), .report(.cancelRequested): ""
      case .report(.ended(let end)):
        "\(end.claim) \(end.outcome)" + (end.retryAt.map { ", again at \($0)" } ?? "")
      case .report(.dropped(let fate)): "\(fate.count.lowerBound) \(fate.reason) from \(fate.first)"
      case .report(.ownerLost(let epoch, let token)): "takes \(token.claim) back from \(epoch)"
      case .report(let report): "\(report)"
      }
    }
    return ([record.state.status.rawValue] + told.filter { !$0.isEmpty }).joined(separator: "; ")
  }
}

extension SimulationFigures {
  /// Counts what a commit tells.
  mutating func count(_ effects: [Effect], _ rows: [HistoryRow]) {
    self.commits += 1
    for effect in effects {
      switch effect {
      case .start: self.starts += 1
      case .cancel(_, _, .timeout): self.timeouts += 1
      case .report(.ownerLost): self.takeovers += 1
      case .cancel(_, _, .overlap): self.replacements += 1
      case .report(.zoneDataChanged): self.zoneMoves += 1
      case .report(.deadRetried(let count)): self.deadRetried += count
      case .report(.deadPurged(let count)): self.deadPurged += count
      case .report(.quarantined): self.quarantines += 1
      // Users pause without a note.
      case .report(.paused(.some)): self.failurePauses += 1
      default: break
      }
    }
    for row in rows {
      switch row.entry {
      case .attempt(let end):
        let isFailure = end.outcome == .failed || end.outcome == .timedOut
        if isFailure, end.retryAt != nil { self.retries += 1 }
        if end.outcome == .snoozed { self.snoozes += 1 }
      case .fate(let fate): self.dropped[fate.reason, default: 0] += fate.count.lowerBound
      }
    }
  }
}
