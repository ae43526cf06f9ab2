import Logging
import Synchronization

// The store's time: measured, acted on, and compared with this machine's wall.

extension StoreDesk {
  /// Measures the store's clock against this machine's uptime.
  ///
  /// The store read its clock at some moment between the question and the answer. Taken as the last of these moments the store's time is
  /// never ahead, so nothing fires early and nobody is taken for dead too soon; taken as the middle it would be, by half of what
  /// a slow answer took. How far behind it may be is the time that the answer took, so an answer that took longer than an earlier one is
  /// believed only when that has grown old.
  func measureClock() async throws {
    guard self.store.capabilities.serverTime else { return }
    let asked = self.shared.clock.uptime()
    let answer = try await self.store.now()
    let answered = self.shared.clock.uptime()
    let reading = ClockReading(timeAtBoot: answer.now - answered, error: answered - asked, takenAt: answered)
    let current = self.state.withLock { state -> ClockReading in
      if let old = state.clockReading, reading.error > old.error(at: answered) { return old }
      state.clockReading = reading
      return reading
    }
    self.noteOffset(current)
  }

  /// Tells how far this machine's wall is from the store's clock: as a gauge always, and in words where it begins to be more than is
  /// tolerated, and where that is over.
  private func noteOffset(_ reading: ClockReading) {
    let uptime = self.shared.clock.uptime()
    // The store's time is at least what the reading says, and at most its error later: the middle is the best guess.
    let doubt = reading.error(at: uptime) / 2
    let offset = self.shared.clock.now() - (reading.timeAtBoot + uptime + doubt)
    let distance = max(offset, .zero - offset)
    let tolerance = self.configuration.clockTolerance
    let changed = self.state.withLock { state -> Bool in
      state.clockOffset = offset
      // Off only where no part of the doubt can explain it, so that a slow answer tells of no clock.
      let isOff = state.isClockOff ? distance > tolerance : distance - doubt > tolerance
      defer { state.isClockOff = isOff }
      return state.isClockOff != isOff
    }
    self.shared.metrics.recordClockOffset(offset, store: self.alias)
    guard changed else { return }
    let metadata: Logger.Metadata = ["offset": "\(offset)", "tolerance": "\(tolerance)"]
    if distance > tolerance {
      self.logger.warning("this machine's clock is off the store's; the store's time counts", metadata: metadata)
      self.shared.hub.publish(.clockOff(offset, store: self.alias), at: self.now())
    } else {
      self.logger.info("this machine's clock agrees with the store's again", metadata: metadata)
      self.shared.hub.publish(.clockRecovered(store: self.alias), at: self.now())
    }
  }
}

/// What was learned of a store's clock by asking for it once.
struct ClockReading: Sendable {
  /// What it showed when this machine's uptime was zero.
  let timeAtBoot: Instant
  /// How far behind it that may be.
  let error: Duration
  /// On the uptime.
  let takenAt: Duration

  /// The error as it grows with age: no two clocks that are fit for use drift apart by more than one part in a thousand.
  func error(at uptime: Duration) -> Duration { self.error + max(uptime - self.takenAt, .zero) / 1_000 }
}
