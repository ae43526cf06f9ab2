import Logging
import Synchronization

// How far runs say that they have come. It is a courtesy: written at most once a second for each run, and what cannot be written is let go.

extension StoreDesk {
  /// What a run said last, on its way into the record.
  struct ProgressNote: Sendable {
    /// Said and not yet written.
    var pending: RunProgress?
    /// On the uptime.
    var writtenAt: Duration?
    var isScheduled = false
  }

  func report(_ progress: RunProgress, of key: RunKey) {
    let uptime = self.shared.clock.uptime()
    let wait = self.state.withLock { state -> Duration? in
      guard state.runs[key]?.isGoing ?? false else { return nil }
      var note = state.progress[key] ?? ProgressNote()
      note.pending = progress
      defer { state.progress[key] = note }
      if note.isScheduled { return nil }
      note.isScheduled = true
      return note.writtenAt.map { max($0 + StoreDesk.progressPause - uptime, .zero) } ?? .zero
    }
    guard let wait else { return }
    if wait == .zero { return self.startWritingProgress(of: key) }
    // Not kept: it fires once, soon, and finds nothing to do where the run has ended.
    _ = self.shared.clock.timer(after: wait) { [weak self] in self?.startWritingProgress(of: key) }
  }

  private func startWritingProgress(of key: RunKey) {
    self.shared.meter.enter()
    Surroundings.begin {
      await self.writeProgress(of: key)
      self.shared.meter.leave()
    }
  }

  private func writeProgress(of key: RunKey) async {
    let uptime = self.shared.clock.uptime()
    let progress = self.state.withLock { state -> RunProgress? in
      guard var note = state.progress[key] else { return nil }
      defer { state.progress[key] = note }
      note.isScheduled = false
      note.writtenAt = uptime
      defer { note.pending = nil }
      return state.runs[key]?.isGoing ?? false ? note.pending : nil
    }
    guard let progress else { return }
    let now = self.now()
    do {
      _ = try await self.update([key.job]) { JobMachine.apply(.progressed(key.token, progress), to: $0, now: now) }
    } catch {
      self.logger.debug("progress is not written", metadata: ["job": "\(key.job)", "error": "\(error)"])
    }
  }

  /// How often the progress of one run is written at the most.
  private static let progressPause: Duration = .seconds(1)
}
