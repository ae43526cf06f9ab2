#if Processes
import Almanac

// The life of workers.

extension WorkerPool {
  /// Gives out runs, and starts as many workers as are wanted and allowed.
  mutating func balance(_ now: Duration) {
    if self.phase == .open { self.assign() }
    while self.liveCount < self.wantedCount, self.workers.count < self.limits.size, self.mayStart(now) {
      let id = self.nextID()
      self.workers[id] = Worker(state: .starting(until: now + self.limits.startTimeout))
      self.actions.append(.start(id))
    }
  }

  /// After a failure one worker is tried at a time, and not before the pause is over.
  private func mayStart(_ now: Duration) -> Bool {
    self.failures == 0 || (now >= self.retryAt && self.startingCount == 0)
  }

  /// A worker has registered its jobs and waits for runs.
  mutating func ready(_ id: WorkerID, _ now: Duration) {
    guard let worker = self.workers[id] else { return }
    switch worker.state {
    case .starting:
      self.workers[id]?.state = .idle(since: now)
      self.workers[id]?.wasReady = true
      self.failures = 0
      self.openIfReady()
      self.balance(now)
    case .idle, .running, .leaving:
      self.breach(id, "it said twice that it is ready", now)
    case .killed:
      break
    }
  }

  /// A worker does not keep to the rules of the conversation: nothing that it says can be believed any more.
  mutating func breach(_ id: WorkerID, _ reason: String, _ now: Duration) {
    self.kill(id, .breach(reason))
    self.balance(now)
  }

  /// The conversation with a worker has ended, its process is gone or has to go.
  mutating func hungUp(_ id: WorkerID) { self.kill(id, .hungUp) }

  /// Why a worker was killed; nil where it was not.
  func killReason(_ id: WorkerID) -> KillReason? {
    if case .killed(_, let reason)? = self.workers[id]?.state { reason } else { nil }
  }

  /// The process of a worker was reaped, or could not be begun.
  ///
  /// - Parameters:
  ///   - words: what became of it, for people.
  ///   - hadRun: whether the worker got any part of the run that it was given.
  mutating func died(_ id: WorkerID, _ words: String, hadRun: Bool, _ now: Duration) {
    guard let worker = self.workers.removeValue(forKey: id) else { return }
    var isFailure = false
    switch worker.state {
    case .running(let ticket, _), .killed(let ticket?, _):
      if hadRun {
        self.actions.append(.end(ticket, .outcome(RunOutcome(.crashed(Failure(type: Self.died, message: words))))))
      } else if worker.wasTold {
        self.actions.append(.end(ticket, .outcome(.cancelled)))
      } else {
        // Its code did not run: another worker takes it, before those that came later.
        self.waiting.insert(ticket, at: 0)
        // A worker that is ready and then takes nothing is as bad as one that is never ready.
        isFailure = worker.runsDone == 0
      }
    case .killed(nil, .poolStopped), .killed(nil, .didNotLeave), .leaving: isFailure = false
    // It had nothing to do but to wait, and did not manage that.
    case .starting, .idle, .killed(nil, _): isFailure = worker.runsDone == 0
    }
    if isFailure { self.startFailed(words, now) }
    switch self.phase {
    case .open, .opening: self.balance(now)
    case .closing:
      for ticket in self.waiting { self.actions.append(.end(ticket, Self.isClosed)) }
      self.waiting = []
      self.closeIfEmpty()
    case .closed: break
    }
  }

  /// The name of the failure of a run whose worker died.
  static let died = "WorkerDied"

  private mutating func startFailed(_ words: String, _ now: Duration) {
    if self.phase == .opening { return self.close(now, failure: words) }
    guard self.phase == .open else { return }
    self.lastFailure = words
    // Of several that were started at once all may fail for one reason.
    guard self.failures == 0 || now >= self.retryAt else { return }
    self.failures += 1
    var pause = self.limits.firstBackoff
    for _ in 1..<min(self.failures, 32) where pause < self.limits.longestBackoff { pause *= 2 }
    pause = min(pause, self.limits.longestBackoff)
    self.retryAt = now + pause
    self.actions.append(.trouble(words, pause: pause))
    if self.hasGivenUp(now) { self.refuseWaiting(now) }
  }

  mutating func letGo(_ id: WorkerID, _ now: Duration) {
    self.workers[id]?.state = .leaving(killAt: now + self.limits.cancelGrace)
    self.actions.append(.askToLeave(id))
  }

  mutating func kill(_ id: WorkerID, _ reason: KillReason) {
    guard let worker = self.workers[id] else { return }
    switch worker.state {
    case .running(let ticket, _): self.workers[id]?.state = .killed(ticket, reason)
    case .starting, .idle: self.workers[id]?.state = .killed(nil, reason)
    // It goes, as it was told to.
    case .leaving where reason == .hungUp: break
    case .leaving: self.workers[id]?.state = .killed(nil, reason)
    case .killed: return
    }
    self.actions.append(.kill(id))
  }

  // MARK: Time

  /// What is due by now: workers that have had their time are killed, those that have nothing to do go.
  mutating func tick(_ now: Duration) {
    for (id, worker) in self.workers.sorted(by: { $0.key < $1.key }) {
      switch worker.state {
      case .starting(let until) where until <= now: self.kill(id, .notReady)
      case .running(_, let killAt?) where killAt <= now: self.kill(id, .runDidNotStop)
      case .leaving(let killAt) where killAt <= now: self.kill(id, .didNotLeave)
      default: break
      }
    }
    self.balance(now)
    for id in self.idle {
      guard case .idle(let since)? = self.workers[id]?.state, since + self.limits.idleTime <= now else { break }
      guard self.phase == .open, self.liveCount > self.limits.minimum else { break }
      self.letGo(id, now)
    }
  }

  /// When ``tick(_:)`` is to be called; nil where nothing is waited for. After a tick it lies ahead.
  var deadline: Duration? {
    var deadlines: [Duration] = []
    for worker in self.workers.values {
      switch worker.state {
      case .starting(let until): deadlines.append(until)
      case .running(_, let killAt?): deadlines.append(killAt)
      case .leaving(let killAt): deadlines.append(killAt)
      case .idle, .running, .killed: break
      }
    }
    if self.phase == .open, self.liveCount > self.limits.minimum,
      let first = self.idle.first, case .idle(let since)? = self.workers[first]?.state
    {
      deadlines.append(since + self.limits.idleTime)
    }
    // Where all places are taken, the end of whoever has them is what is waited for.
    if self.failures > 0, self.startingCount == 0, self.liveCount < self.wantedCount,
      self.workers.count < self.limits.size
    {
      deadlines.append(self.retryAt)
    }
    return deadlines.min()
  }
}
#endif
