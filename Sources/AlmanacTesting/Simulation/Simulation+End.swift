import Almanac

// The troubles end, everybody gets over them, and the books are closed.

extension Simulation {
  /// Ends the troubles, and lets everybody get over them.
  func quietDown() {
    self.setCalm()
    self.setStoreDown(false)
    for node in self.nodes {
      node.thawForGood(at: self.truth.now())
      node.scheduler.resume()
    }
    if !self.nodes.contains(where: \.isUp) { self.startNode(isNeeded: true) }
    self.live(until: self.truth.now() + .seconds(40))
    self.checkQuiet()
  }

  /// What must hold once the troubles are over.
  private func checkQuiet() {
    guard !self.isStuck else { return }
    let now = self.auditor.now
    let isUnset = self.steppedAt.map { self.truth.now() - $0 > .seconds(120) } ?? true
    let overdue = self.records().filter { record in record.tendAt.map { $0 < now - .seconds(10) } ?? false }
    if isUnset, !overdue.isEmpty {
      self.auditor.report("nobody looks after \(overdue.map { "\($0.id) since \($0.tendAt as Any)" })")
    }
  }

  /// Shuts everybody down, those too whose store never answers, and closes the books.
  func end() {
    guard !self.isStuck else { return }
    let up = Set(self.nodes.filter(\.isUp).map(\.number))
    let now = self.truth.now()
    for node in self.nodes where !node.isDead { node.beginStop(at: now) }
    let limit = SimulatedNode.drainTimeout + SimulatedNode.cancelGrace + .seconds(17)
    self.liveUntilFinished(within: limit) { !$0.isDead }
    for node in self.nodes where !node.isFinished && !node.isDead {
      self.auditor.report("node \(node.number) did not come to its end")
    }
    // What hangs on machines that are gone is let go, so that the simulation leaves nothing behind.
    for node in self.nodes where node.isDead { node.letGo() }
    self.liveUntilFinished(within: limit * 3) { _ in true }
    let nodes = self.nodes
    do {
      try self.atOnce {
        for node in nodes { await node.checkEvents(wasUp: up.contains(node.number)) }
      }
      let memory = self.memory
      let history = try self.atOnce {
        var history: [HistoryRow] = []
        var query = HistoryQuery(limit: 1_000)
        repeat {
          let page = try await memory.history(query)
          history += page.rows
          query.cursor = page.next
        } while query.cursor != nil
        return history
      }
      self.auditor.close(history: history, records: self.records())
      for problem in memory.problems { self.auditor.report("the store is damaged: \(problem)") }
    } catch {
      self.auditor.report("the simulation did not come to its end: \(error)")
    }
  }

  /// Lets time pass until all of the nodes in question have come to their ends.
  private func liveUntilFinished(within limit: Duration, _ isMeant: (SimulatedNode) -> Bool) {
    let end = self.truth.now() + limit
    let nodes = self.nodes.filter(isMeant)
    while !nodes.allSatisfy(\.isFinished), let next = self.truth.earliestTimer, next <= end, !self.isStuck {
      self.live(until: next, checking: false)
    }
  }
}
