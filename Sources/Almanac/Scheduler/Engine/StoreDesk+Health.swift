import Logging
import Synchronization

// What the desk knows of how its store is.

extension StoreDesk {
  /// The latest trouble with the store.
  struct Trouble: Sendable {
    var isGoing = false
    var error: String?
    var since: Instant?
  }

  var health: SchedulerHealth.StoreHealth {
    let uptime = self.shared.clock.uptime()
    let now = self.now()
    return self.state.withLock { state in
      let isTrusted = state.session.epoch.map { state.session.isTrusted($0, at: uptime) } ?? false
      return SchedulerHealth.StoreHealth(
        alias: self.alias, isReachable: !state.trouble.isGoing, lastError: state.trouble.error,
        since: state.trouble.since, session: state.session.epoch, isSessionTrusted: isTrusted,
        clockOffset: state.clockOffset, isClockOff: state.isClockOff, running: state.runs.count,
        outcomesWaiting: state.outcomes.count, backlogAge: state.earliestWake.map { max(now - $0, .zero) } ?? .zero,
        slotWait: state.earliestWithoutSlot.map { max(now - $0, .zero) } ?? .zero)
    }
  }

  /// Looks what is due behind executors that are full. The loop does not ask for it, as it could do nothing about it.
  func measureSlotWait() async throws {
    let full = self.shared.ledger.usage.filter { $0.value.running >= $0.value.size }
    var earliest: Instant?
    if !full.isEmpty, !self.shared.isPaused {
      // As if each of them had a slot.
      earliest = try await self.store.earliestWake(self.demand(slots: full.mapValues { _ in 1 }))
    }
    self.state.withLock { $0.earliestWithoutSlot = earliest }
  }

  /// Tells of trouble once when it begins, and once when it is over.
  func noteAvailability(_ error: (any Error)?) {
    let now = self.now()
    let text = error.map { String(describing: $0) }
    let changed = self.state.withLock { state -> Bool in
      if let text { state.trouble.error = text }
      guard state.trouble.isGoing != (text != nil) else { return false }
      state.trouble.isGoing = text != nil
      state.trouble.since = now
      return true
    }
    guard changed else { return }
    if let text {
      self.logger.warning("store is unavailable", metadata: ["error": "\(text)"])
      self.shared.hub.publish(.storeUnavailable(self.alias, reason: text), at: now)
    } else {
      self.logger.info("store is available again")
      self.shared.hub.publish(.storeRecovered(self.alias), at: now)
    }
  }
}
