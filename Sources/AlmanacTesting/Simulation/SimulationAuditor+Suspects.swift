import Almanac

// Who is blamed for a crash, and who is kept apart.

extension SimulationAuditor.State {
  /// Whether the owner of the claims that are taken back does so itself, before it goes: then it was no crash.
  ///
  /// - Parameter isStrike: whether it was counted as one. An owner whose session others let expire meanwhile may do either: take leave of it, or
  ///   find it lost as any other would.
  func isLeave(_ effects: [Effect], by node: Int?, isStrike: Bool) -> Bool {
    guard let node else { return false }
    for case .report(.ownerLost(let epoch, _)) in effects {
      guard self.owners[epoch] == node, self.latestEpoch[node] == epoch else { return false }
      return !self.expired.contains(epoch) || !isStrike
    }
    return false
  }

  /// Another job whose code was begun on a node while it was a suspect, and goes on. A run of it that came to its end meanwhile, anywhere, has
  /// cleared it.
  func suspect(on node: Int, beside job: JobID) -> JobID? {
    self.going.first { key, code in
      guard key.job != job, code.node == node, code.isSuspect else { return false }
      let book = self.books[SimulationAuditor.BookKey(job: key.job, incarnation: key.token.incarnation)]
      return book.map { $0.crashes >= 2 } ?? false
    }?.key.job
  }

  /// A suspect that was to start was put off. Now and then that is so because another is about to be begun; beside nobody, again and again, it
  /// would never start.
  mutating func notePutOff(_ book: inout JobBook, by node: Int?) -> [String] {
    self.figures.putOffs += 1
    let isAccompanied = node.map { self.suspect(on: $0, beside: book.job) != nil } ?? false
    book.idlePutOffs = isAccompanied ? 0 : book.idlePutOffs + 1
    guard book.idlePutOffs > 20 else { return [] }
    return ["it was put off \(book.idlePutOffs) times as a suspect, beside nobody"]
  }
}

extension JobBook {
  /// Whether a run that could start now is to wait, because its job is a suspect.
  func isPutOff(_ before: JobRecord, _ after: JobRecord, _ moment: Moment) -> Bool {
    guard let due = moment.due, self.crashes >= 2 else { return false }
    return before.state.runs.contains { run in
      guard let readyAt = run.readyAt, readyAt <= due.now else { return false }
      return after.state.runs.contains { later in
        later.fireTime == run.fireTime && (later.readyAt.map { $0 > due.now } ?? false)
      }
    }
  }
}
