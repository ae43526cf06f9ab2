import Almanac
import Synchronization

/// Holds a simulation to the promises, by means of its own.
///
/// What is committed goes through ``JobBook``; what is run, and who trusts to own it, is written down here.
final class SimulationAuditor: Sendable {
  /// Which claim of which life of which job.
  struct ClaimKey: Hashable, Sendable {
    var job: JobID
    var token: FencingToken
  }

  struct BookKey: Hashable, Sendable, Comparable {
    var job: JobID
    var incarnation: Int64

    static func < (left: BookKey, right: BookKey) -> Bool {
      (left.job.rawValue, left.incarnation) < (right.job.rawValue, right.incarnation)
    }
  }

  /// Code of a run that is going.
  struct Code: Sendable {
    var node: Int
    /// Whether it ends when it is told to.
    var listens: Bool
    /// Its job was a suspect when the run was claimed.
    var isSuspect = false
  }

  struct State {
    var books: [BookKey: JobBook] = [:]
    /// The books with claims that are held.
    var busy: Set<BookKey> = []
    /// Claims whose code was begun.
    var begun: Set<ClaimKey> = []
    var going: [ClaimKey: Code] = [:]
    /// What the code of runs came to.
    var said: [ClaimKey: CodeEnd] = [:]
    /// The session that a node opened last.
    var latestEpoch: [Int: Epoch] = [:]
    /// Whose session it is.
    var owners: [Epoch: Int] = [:]
    /// The machines that died.
    var dead: Set<Int> = []
    /// When the sessions died that were marked dead, on the store's clock.
    var died: [Epoch: Instant] = [:]
    /// Those that somebody else marked dead.
    var expired: Set<Epoch> = []
    /// The latest time that the store's clock ever showed.
    var latest: Instant = .distantPast
    var violations: [String] = []
    var figures = SimulationFigures()
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  }

  let truth: ManualClock
  /// The store's time.
  private let wall: any SchedulerClock
  private let uncertainty: Duration
  private let slots: Int
  private let trace: (@Sendable (String) -> Void)?
  let state = Mutex(State())

  init(
    truth: ManualClock, wall: any SchedulerClock, uncertainty: Duration, slots: Int,
    trace: (@Sendable (String) -> Void)?
  ) {
    self.truth = truth
    self.wall = wall
    self.uncertainty = uncertainty
    self.slots = slots
    self.trace = trace
  }

  /// The store's time. It is noted, so that it is known what the latest was that anybody can have read, however far it was set back since.
  var now: Instant {
    let now = self.wall.now()
    self.state.withLock { $0.latest = max($0.latest, now) }
    return now
  }

  private var latest: Instant {
    let now = self.now
    return self.state.withLock { max($0.latest, now) }
  }
  var violations: [String] { self.state.withLock { $0.violations } }
  var figures: SimulationFigures { self.state.withLock { $0.figures } }
  var digest: UInt64 { self.state.withLock { $0.digest } }

  func count(_ path: any WritableKeyPath<SimulationFigures, Int> & Sendable, _ number: Int = 1) {
    self.state.withLock { $0.figures[keyPath: path] += number }
  }

  func report(_ violation: String) {
    let now = self.truth.now()
    self.trace?("\(now) VIOLATION \(violation)")
    self.state.withLock { state in
      // The first ones tell; the others follow from them.
      if state.violations.count < 20 { state.violations.append("\(now): \(violation)") }
    }
  }

  private func report(_ problems: [String], of record: JobRecord) {
    for problem in problems { self.report("job \(record.id), revision \(record.revision): \(problem)") }
  }

  /// Tells what happens, and mixes it into the digest.
  func note(_ text: @autoclosure () -> String, _ numbers: Int64...) {
    let now = self.truth.now()
    self.state.withLock { state in
      for number in numbers + [now.microsecondsSinceEpoch] {
        state.digest = (state.digest ^ UInt64(bitPattern: number)) &* 0x100_0000_01B3
      }
    }
    if let trace { trace("\(now) \(text())") }
  }

  // MARK: What is committed

  private func moment(_ due: SimulatedStore.Due?) -> JobBook.Moment {
    JobBook.Moment(now: due?.now ?? self.now, latest: self.latest, uncertainty: self.uncertainty, due: due)
  }

  func inserted(_ record: JobRecord) {
    let key = BookKey(job: record.id, incarnation: record.definition.incarnation)
    self.note("\(record.id) inserted, next fire \(record.state.nextFire as Any)", record.revision)
    let book = JobBook(record, at: self.truth.now())
    let isNew = self.state.withLock { $0.books.updateValue(book, forKey: key) == nil }
    if !isNew { self.report("job \(record.id) has the incarnation \(key.incarnation) again") }
    if record.state.status.isTombstone { self.noteTombstone(key, record) }
  }

  private func noteTombstone(_ key: BookKey, _ record: JobRecord) {
    self.state.withLock { $0.books[key]?.tombstone = (record.state.statusSince, record.definition.policies.retention) }
  }

  func committed(
    _ before: JobRecord, _ after: JobRecord, _ effects: [Effect], due: SimulatedStore.Due?, by node: Int?
  ) {
    var moment = self.moment(due)
    let old = BookKey(job: before.id, incarnation: before.definition.incarnation)
    let new = BookKey(job: after.id, incarnation: after.definition.incarnation)
    let rows = OutboxRows.new(before, after)
    let changedAt = self.truth.now()
    self.note("\(after.id) \(after.revision) \(JobTrace.line(after, effects))", after.revision, Int64(rows.count))
    let problems = self.state.withLock { state -> [String] in
      guard var book = state.books.removeValue(forKey: old) else { return ["it was never inserted"] }
      var problems: [String] = []
      book.changedAt = changedAt
      if old == new {
        moment.isLeave = state.isLeave(
          effects, by: node, isStrike: after.state.crashesInRow > before.state.crashesInRow)
        let isPutOff = book.isPutOff(before, after, moment)
        let said = state.said
        problems += book.follow(before, after, effects, rows, moment) { claim in
          said[ClaimKey(job: after.id, token: FencingToken(incarnation: new.incarnation, claim: claim))]
        }
        if isPutOff { problems += state.notePutOff(&book, by: node) }
        problems += JobBook.progressProblems(before, after, moment)
      } else {
        problems += book.close(before, rows.filter { $0.incarnation == old.incarnation })
        if state.books.updateValue(JobBook(after, at: changedAt), forKey: new) != nil {
          problems.append("the incarnation \(new.incarnation) is used again")
        }
        if after.state.status.isTombstone {
          state.books[new]?.tombstone = (after.state.statusSince, after.definition.policies.retention)
        }
      }
      for case .report(.released(let token)) in effects {
        guard state.begun.contains(ClaimKey(job: after.id, token: token)) else { continue }
        problems.append("the claim \(token) was given back after its code had begun")
      }
      if book.open.isEmpty { state.busy.remove(old) } else { state.busy.insert(old) }
      state.books[old] = book
      state.figures.count(effects, rows)
      if after.state.lastFire != before.state.lastFire, before.state.nextStart != nil { state.figures.jittered += 1 }
      return problems
    }
    self.report(problems, of: after)
  }

  func erased(_ record: JobRecord, due: SimulatedStore.Due?) {
    let moment = self.moment(due)
    let key = BookKey(job: record.id, incarnation: record.definition.incarnation)
    self.note("\(record.id) forgotten", record.revision)
    let problems = self.state.withLock { $0.books[key]?.erase(record, moment) ?? ["it was never inserted"] }
    self.report(problems, of: record)
  }

  // MARK: Sessions

  func sessionOpened(_ epoch: Epoch, by node: Int?) {
    if let node { self.state.withLock { $0.latestEpoch[node] = epoch } }
    self.note("session \(epoch) opened by node \(node ?? -1)", epoch.rawValue)
    let isNew = self.state.withLock { $0.owners.updateValue(node ?? -1, forKey: epoch) == nil }
    if !isNew { self.report("the epoch \(epoch) was given twice") }
  }

  /// Nobody but its owner ends a session before it has expired on the store's clock, unless its machine is gone and the store tells so.
  func sessionDied(_ session: Session, by node: Int?, seesConnections: Bool) {
    let diedAt = self.now
    self.state.withLock { $0.died[session.epoch] = diedAt }
    self.note("session \(session.epoch) marked dead by node \(node ?? -1)", session.epoch.rawValue)
    let owner = self.state.withLock { $0.owners[session.epoch] }
    if owner != node { self.state.withLock { _ = $0.expired.insert(session.epoch) } }
    let isGone = seesConnections && self.state.withLock { state in owner.map { state.dead.contains($0) } ?? false }
    if owner != node, !isGone, session.expiresAt >= self.latest {
      self.report("session \(session.epoch) was marked dead \(session.expiresAt - self.latest) before it expires")
    }
  }

  // MARK: What is run

  func codeBegins(_ job: JobID, _ token: FencingToken, _ work: SimulatedWork, _ code: Code) {
    let key = ClaimKey(job: job, token: token)
    let node = code.node
    self.note("node \(node) begins \(job) \(token.claim)", token.claim, Int64(node))
    let (isNew, held, problem) = self.state.withLock { state -> (Bool, Int, String?) in
      let isNew = state.begun.insert(key).inserted
      var code = code
      let entry = state.books[BookKey(job: job, incarnation: token.incarnation)]?.open[token.claim]
      code.isSuspect = entry?.isSuspect ?? false
      var problem: String?
      if code.isSuspect, let other = state.suspect(on: node, beside: job) {
        problem = "job \(job) is a suspect and begins on node \(node) beside \(other)"
      }
      if code.isSuspect, isNew { state.figures.suspects += 1 }
      if let entry, entry.hasValues != (work.edition >= SimulatedWork.firstByHand) {
        problem = "the run \(token) of job \(job) has the values of another, edition \(work.edition)"
      }
      state.going[key] = code
      return (isNew, state.going.values.count { $0.node == node }, problem)
    }
    if let problem { self.report(problem) }
    if !isNew { self.report("the code of job \(job) was begun twice under the token \(token)") }
    if held > self.slots { self.report("node \(node) runs \(held) at once in \(self.slots) slots") }
    if self.isLost(job, token) { self.report("the code of job \(job) was begun under \(token), which was taken over") }
  }

  func codeEnds(_ job: JobID, _ token: FencingToken, _ end: CodeEnd) {
    let key = ClaimKey(job: job, token: token)
    self.state.withLock { state in
      state.going[key] = nil
      state.said[key] = end
      if end.isDeath { state.figures.workerDeaths += 1 }
    }
  }

  /// A machine is gone, and everything that ran on it.
  func machineDied(_ node: Int) {
    self.state.withLock { state in
      state.dead.insert(node)
      state.going = state.going.filter { $0.value.node != node }
    }
  }

  /// Called by code that believes to be the owner of its run.
  func codeTrusts(_ job: JobID, _ token: FencingToken) {
    guard self.isLost(job, token) else { return }
    self.report("the run \(token) of job \(job) trusts to be its own, and was taken over")
  }

  func isGoing(_ job: JobID, _ token: FencingToken) -> Bool {
    self.state.withLock { $0.going[ClaimKey(job: job, token: token)] != nil }
  }

  /// True where the claim was taken back from a scheduler that was lost.
  func isLost(_ job: JobID, _ token: FencingToken) -> Bool {
    self.state.withLock { state in
      state.books[BookKey(job: job, incarnation: token.incarnation)]?.lost.contains(token.claim) ?? false
    }
  }

  /// A claim that is held now, with the node whose it is and the code that runs under it.
  struct HeldClaim {
    var job: JobID
    var entry: JobBook.ClaimEntry
    var node: Int?
    var code: Code?
  }

  var claims: [HeldClaim] {
    self.state.withLock { state in
      var claims: [HeldClaim] = []
      for key in state.busy.sorted() {
        for entry in (state.books[key]?.open ?? [:]).values {
          claims.append(
            HeldClaim(
              job: key.job, entry: entry, node: state.owners[entry.owner],
              code: state.going[ClaimKey(job: key.job, token: entry.token)]))
        }
      }
      return claims
    }
  }

  /// When a session was marked dead; nil where it was not.
  func death(of epoch: Epoch) -> Instant? { self.state.withLock { $0.died[epoch] } }

  /// For how long nobody has changed a job, on the true clock.
  func rest(of record: JobRecord) -> Duration {
    let key = BookKey(job: record.id, incarnation: record.definition.incarnation)
    let now = self.truth.now()
    return self.state.withLock { state in state.books[key].map { now - $0.changedAt } ?? .zero }
  }

  /// How many runs are going on a node.
  func running(on node: Int) -> Int { self.state.withLock { $0.going.values.count { $0.node == node } } }

  // MARK: The end

  /// Compares the books with the history and with the records as they are at the end.
  func close(history: [HistoryRow], records: [JobRecord]) {
    let byBook = Dictionary(grouping: history) { BookKey(job: $0.job, incarnation: $0.incarnation) }
    let now = Dictionary(
      records.map { (BookKey(job: $0.id, incarnation: $0.definition.incarnation), $0) },
      uniquingKeysWith: { first, _ in first })
    let books = self.state.withLock { $0.books }
    for (key, book) in books.sorted(by: { $0.key < $1.key }) {
      for problem in book.problems(history: byBook[key] ?? [], record: now[key]) {
        self.report("job \(book.job), incarnation \(book.incarnation): \(problem)")
      }
    }
    for key in byBook.keys where books[key] == nil { self.report("history of \(key), which never was") }
  }
}

/// What one transition adds to the outbox.
private enum OutboxRows {
  static func new(_ before: JobRecord, _ after: JobRecord) -> [HistoryRow] {
    guard !after.state.outbox.isEmpty else { return [] }
    let old = Set(before.state.outbox)
    return after.state.outbox.filter { !old.contains($0) }
  }
}
