import Almanac
import Synchronization

/// Holds a simulation to the promises, by means of its own: it counts fires by asking triggers for the next one again and again, and believes
/// no counter that it has not counted.
final class SimulationAuditor: Sendable {
  /// Which claim of which life of which job.
  struct ClaimKey: Hashable, Sendable {
    var job: JobID
    var token: FencingToken
  }

  private struct State {
    var books: [String: JobBook] = [:]
    /// Claims whose code was begun, with how often it was.
    var begun: [ClaimKey: Int] = [:]
    /// Claims whose code is going.
    var going: Set<ClaimKey> = []
    var violations: [String] = []
    var commits = 0
    var starts = 0
  }

  private let clock: ManualClock
  private let state = Mutex(State())

  init(_ clock: ManualClock) {
    self.clock = clock
  }

  var violations: [String] { self.state.withLock { $0.violations } }
  var commits: Int { self.state.withLock { $0.commits } }
  var starts: Int { self.state.withLock { $0.starts } }

  func report(_ violation: String) {
    let now = self.clock.now()
    self.state.withLock { state in
      // The first ones tell; the others follow from them.
      if state.violations.count < 20 { state.violations.append("\(now): \(violation)") }
    }
  }

  private static func key(_ job: JobID, _ incarnation: Int64) -> String { "\(job)#\(incarnation)" }

  // MARK: What is committed

  func committed(_ before: JobRecord, _ after: JobRecord, _ effects: [Effect]) {
    let now = self.clock.now()
    let problems = self.state.withLock { state -> [String] in
      state.commits += 1
      let oldKey = Self.key(before.id, before.definition.incarnation)
      let newKey = Self.key(after.id, after.definition.incarnation)
      // A record that was just inserted is first seen as what a transition is applied to.
      var problems: [String] = []
      var old = state.books.removeValue(forKey: oldKey) ?? JobBook(before)
      let rows = OutboxRows.new(before, after)
      if oldKey == newKey {
        problems += old.follow(before, after, effects, rows, at: now)
        state.books[oldKey] = old
      } else {
        problems += old.close(before, rows.filter { $0.incarnation == before.definition.incarnation })
        state.books[oldKey] = old
        state.books[newKey] = JobBook(after)
      }
      state.starts += effects.count { if case .start = $0 { true } else { false } }
      return problems
    }
    for problem in problems { self.report("job \(after.id), revision \(after.revision): \(problem)") }
  }

  func erased(_ record: JobRecord) {
    if !record.state.runs.isEmpty { self.report("job \(record.id) was erased with \(record.state.runs.count) runs") }
    if !record.state.outbox.isEmpty { self.report("job \(record.id) was erased with history that was not written") }
    self.state.withLock { state in
      state.books[Self.key(record.id, record.definition.incarnation), default: JobBook(record)].isErased = true
    }
  }

  // MARK: What is run

  func codeBegins(_ job: JobID, _ token: FencingToken) {
    let key = ClaimKey(job: job, token: token)
    let times = self.state.withLock { state in
      state.begun[key, default: 0] += 1
      state.going.insert(key)
      return state.begun[key] ?? 0
    }
    if times > 1 { self.report("the code of job \(job) was begun \(times) times under the token \(token)") }
  }

  func codeEnds(_ job: JobID, _ token: FencingToken) {
    self.state.withLock { _ = $0.going.remove(ClaimKey(job: job, token: token)) }
  }

  /// Called by code that believes to be the owner of its run.
  func codeTrusts(_ job: JobID, _ token: FencingToken) {
    let isLost = self.state.withLock { state in
      state.books[Self.key(job, token.incarnation)]?.lost.contains(token.claim) ?? false
    }
    if isLost { self.report("the run \(token) of job \(job) trusts to be its own, and was taken over") }
  }

  func isGoing(_ job: JobID, _ token: FencingToken) -> Bool {
    self.state.withLock { $0.going.contains(ClaimKey(job: job, token: token)) }
  }

  /// True where the claim was taken back from a scheduler that was lost.
  func isLost(_ job: JobID, _ token: FencingToken) -> Bool {
    self.state.withLock { $0.books[Self.key(job, token.incarnation)]?.lost.contains(token.claim) ?? false }
  }

  /// The claims that are held now, with their owners.
  var claims: [(job: JobID, token: FencingToken, owner: Epoch)] {
    self.state.withLock { state in
      state.books.values.flatMap { book in
        book.claims.values.filter { !$0.isOver }.map { (book.job, $0.token, $0.owner) }
      }
    }
  }

  // MARK: The end

  /// Compares the books with the history and with the records as they are at the end.
  func close(history: [HistoryRow], records: [JobRecord]) {
    let byBook = Dictionary(grouping: history) { Self.key($0.job, $0.incarnation) }
    let now = Dictionary(
      records.map { (Self.key($0.id, $0.definition.incarnation), $0) }, uniquingKeysWith: { first, _ in first })
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
    let old = Set(before.state.outbox)
    return after.state.outbox.filter { !old.contains($0) }
  }
}
