#if Processes
import Almanac
import CAlmanacWorker
import Logging

// What was decided is done.

extension LoopThread {
  func perform() {
    while true {
      let actions = self.pool.takeActions()
      if actions.isEmpty { return }
      for action in actions { self.perform(action) }
    }
  }

  private func perform(_ action: WorkerPool.Action) {
    switch action {
    case .start(let id): self.begin(id)
    case .give(let ticket, let id):
      guard let link = self.links[id], let errand = self.errands[ticket] else { return }
      // What the run before left behind is not this run's.
      self.drainOutput(link)
      link.begin(ticket, errand.frame)
    case .tellToStop(let ticket, let id): self.tell(id, .cancel(ticket))
    case .askToLeave(let id): self.tell(id, .leave)
    case .kill(let id): self.links[id]?.kill()
    case .end(let ticket, let ending):
      if case .refused = ending {} else { self.board.count { $0.runs += 1 } }
      self.errands.removeValue(forKey: ticket)?.end(ending)
    case .trouble(let words, let pause):
      self.logger.warning("no worker could be started", metadata: ["reason": "\(words)", "pause": "\(pause)"])
    case .opened:
      // Whoever waits for workers that are ready may look at once which.
      self.showBoard()
      self.opener?.resume()
      self.opener = nil
    case .closed(let failure):
      self.failure = failure
      self.isOver = true
    }
  }

  private func tell(_ id: WorkerID, _ message: ParentMessage) {
    // Encoding them cannot fail; were it to, the worker would be killed after its grace.
    guard let link = self.links[id], let frame = try? message.frame() else { return }
    link.send(frame.bytes)
  }

  // MARK: Beginning and ending

  private func begin(_ id: WorkerID) {
    var sockets: [Int32] = [-1, -1]
    var pipe: [Int32] = [-1, -1]
    var problem = almanac_worker_socket(&sockets)
    if problem == 0 {
      problem = almanac_worker_pipe(&pipe)
      if problem != 0 { for end in sockets { systemClose(end) } }
    }
    guard problem == 0 else {
      return self.pool.died(id, "could not be begun: \(WorkerLoop.words(problem))", hadRun: false, self.now)
    }
    let link = WorkerLink(id, socket: sockets[0], output: pipe[0], frameLimit: self.configuration.frameLimit)
    self.links[id] = link
    self.board.count { $0.starts += 1 }
    self.tell(id, .hello(self.configuration.hello))
    let loop = self.loop
    self.launcher.launch(
      input: sockets[1], output: pipe[1], gate: link.gate,
      begun: { loop.post(.begun(id, process: $0, descriptor: $1)) }, ended: { loop.post(.ended(id, $0)) })
  }

  func ended(_ id: WorkerID, _ end: WorkerEnd) {
    guard let link = self.links.removeValue(forKey: id) else { return }
    self.drainOutput(link)
    link.hangUp()
    link.closeOutput { self.log($0, of: link) }
    let words = DeathWords(
      process: link.process, end: end, reason: self.pool.killReason(id), lastLines: link.tail.lastLines(20)
    ).text(self.configuration)
    if case .leaving? = self.pool.workers[id]?.state {
      self.logger.debug("a worker left", metadata: ["worker": "\(link.process ?? 0)"])
    } else {
      self.board.count { $0.deaths += 1 }
      self.logger.notice("a worker died", metadata: ["reason": "\(words)"])
    }
    self.pool.died(id, words, hadRun: link.hadRun, self.now)
  }

  // MARK: Messages

  func hear(_ message: WorkerMessage, from link: WorkerLink) {
    switch message {
    case .ready(let ready):
      if ready.version == WireProtocol.version {
        self.pool.ready(link.id, self.now)
      } else {
        self.pool.breach(
          link.id, "version \(ready.version) of the protocol, expected \(WireProtocol.version)", self.now)
      }
    case .log(let line):
      // What goes on after a run has ended is nobody's.
      guard line.ticket == link.ticket, let errand = self.errands[line.ticket] else { return }
      errand.run.logger.log(
        level: Logger.Level(rawValue: line.level) ?? .info, "\(line.message)",
        metadata: line.metadata.isEmpty ? nil : line.metadata.mapValues { .string($0) })
    case .progress(let progress):
      guard progress.ticket == link.ticket, let errand = self.errands[progress.ticket] else { return }
      errand.run.progress(progress.completed, of: progress.total, note: progress.note)
    case .finished(let finished, let result):
      self.end(finished.ticket, .outcome(RunOutcome(finished.ending.kind, result: result)), on: link)
    case .unreadable(let unreadable):
      self.end(unreadable.ticket, .unreadable(unreadable.reason), on: link)
    }
    self.perform()
  }

  private func end(_ ticket: Ticket, _ ending: RunEnding, on link: WorkerLink) {
    if link.ticket == ticket {
      self.drainOutput(link)
      link.endRun()
    }
    self.pool.finished(link.id, ticket, ending, self.now)
  }
}
#endif
