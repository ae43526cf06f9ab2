#if Processes
import Almanac

// What becomes of runs.

extension WorkerPool {
  /// A run wants a worker.
  mutating func request(_ ticket: Ticket, _ now: Duration) {
    guard self.phase == .open else {
      self.actions.append(.end(ticket, Self.isClosed))
      return
    }
    self.waiting.append(ticket)
    self.balance(now)
    // One that found a worker is not concerned by those that do not start.
    if self.hasGivenUp(now) { self.refuseWaiting(now) }
  }

  /// A run is to stop.
  mutating func cancel(_ ticket: Ticket, _ now: Duration) {
    if let index = self.waiting.firstIndex(of: ticket) {
      self.waiting.remove(at: index)
      self.actions.append(.end(ticket, .outcome(.cancelled)))
      return
    }
    for (id, worker) in self.workers where worker.state == .running(ticket, killAt: nil) {
      self.tellToStop(ticket, id, now)
    }
  }

  mutating func tellToStop(_ ticket: Ticket, _ id: WorkerID, _ now: Duration) {
    self.workers[id]?.state = .running(ticket, killAt: now + self.limits.cancelGrace)
    self.workers[id]?.wasTold = true
    self.actions.append(.tellToStop(ticket, id))
  }

  /// A worker says how its run ended.
  mutating func finished(_ id: WorkerID, _ ticket: Ticket, _ ending: RunEnding, _ now: Duration) {
    guard var worker = self.workers[id] else { return }
    switch worker.state {
    case .running(ticket, _):
      worker.runsDone += 1
      worker.state = .idle(since: now)
      worker.wasTold = false
      self.workers[id] = worker
      self.actions.append(.end(ticket, ending))
      let isWorn = self.limits.runsPerWorker.map { worker.runsDone >= $0 } ?? false
      if isWorn || self.phase != .open { self.letGo(id, now) }
      self.balance(now)
    case .killed(ticket, let reason):
      // It ended in the moment in which its worker was given up: what it says holds.
      self.workers[id]?.state = .killed(nil, reason)
      self.actions.append(.end(ticket, ending))
    default:
      self.breach(id, "it ended a run that it does not have", now)
    }
  }

  /// Gives runs that wait to workers that have none, the one that ended a run last first, so that the others get their rest and may go.
  mutating func assign() {
    while let ticket = self.waiting.first, let id = self.idle.last {
      self.waiting.removeFirst()
      self.workers[id]?.state = .running(ticket, killAt: nil)
      self.actions.append(.give(ticket, id))
    }
  }

  /// Workers without a run, the longest idle first.
  var idle: [WorkerID] {
    self.workers.compactMap { id, worker -> (Duration, WorkerID)? in
      if case .idle(let since) = worker.state { (since, id) } else { nil }
    }.sorted { $0 < $1 }.map(\.1)
  }

  func hasGivenUp(_ now: Duration) -> Bool { self.failures >= self.limits.patience && now < self.retryAt }

  mutating func refuseWaiting(_ now: Duration) {
    for ticket in self.waiting {
      self.actions.append(
        .end(
          ticket,
          .refused("no worker process could be started: \(self.lastFailure)", pause: self.retryAt - now)))
    }
    self.waiting = []
  }
}
#endif
