import Almanac
import Synchronization

/// The way from one machine to the store, with everything that may go wrong on it.
///
/// Every call passes two gates: on its way there, and with its answer on the way back. At each of them the machine may die, or stand still
/// for longer than its session lives and go on with all it knew; the request or the answer may be lost, or late.
final class NodeLink: JobStore {
  /// What goes wrong at one call.
  enum Fault: Sendable {
    case requestLost, answerLost
    case slow(Duration, thenLost: Bool)
    case killed(isAnswered: Bool)
    case frozen(Duration, isAnswered: Bool)
  }

  enum Way: Sendable {
    case open
    /// Nothing gets through.
    case cut
    /// What is asked for happens; no answer comes.
    case answersLost
  }

  private struct State {
    var way = Way.open
    /// The machine stands still, or is gone.
    var isHalted = false
    var isOver = false
    var parked: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastParked = 0
    /// Calls that are on a slow way.
    var slow = 0
    /// When anything was wrong the last time.
    var troubledAt: Instant
    var calls = 0
  }

  private let base: any JobStore
  private let truth: ManualClock
  private let state: Mutex<State>
  /// Says what goes wrong at the call of the given name.
  private let fault: @Sendable (String) -> Fault?
  /// Has a machine die, or stand still for so long.
  private let halt: @Sendable (Duration?) -> Void
  /// Is shown what is asked for, at the moment at which it is.
  private let watch: @Sendable (Demand) -> Void

  init(
    _ base: any JobStore, truth: ManualClock, fault: @escaping @Sendable (String) -> Fault?,
    halt: @escaping @Sendable (Duration?) -> Void, watch: @escaping @Sendable (Demand) -> Void = { _ in }
  ) {
    self.base = base
    self.truth = truth
    self.fault = fault
    self.halt = halt
    self.watch = watch
    self.state = Mutex(State(troubledAt: truth.now()))
  }

  // MARK: What happens to it

  func setWay(_ way: Way) {
    self.state.withLock { state in
      state.way = way
      state.troubledAt = self.truth.now()
    }
  }

  func noteTrouble() { self.state.withLock { $0.troubledAt = self.truth.now() } }

  func setHalted(_ isHalted: Bool) {
    let parked = self.state.withLock { state in
      state.isHalted = isHalted
      state.troubledAt = self.truth.now()
      return isHalted ? [] : self.takeParked(&state)
    }
    for continuation in parked { continuation.resume() }
  }

  /// The simulation is over: whoever waits is let go, and nothing is answered any more.
  func end() {
    let parked = self.state.withLock { state in
      state.isOver = true
      state.isHalted = false
      return self.takeParked(&state)
    }
    for continuation in parked { continuation.resume() }
  }

  private func takeParked(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    defer { state.parked = [:] }
    return state.parked.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Since when everything has been well on this way; nil while it is not.
  var clearSince: Instant? {
    self.state.withLock { state in
      state.way == .open && !state.isHalted && state.slow == 0 && !state.isOver ? state.troubledAt : nil
    }
  }

  var calls: Int { self.state.withLock { $0.calls } }
  var way: Way { self.state.withLock { $0.way } }

  // MARK: One call

  private func perform<Answer: Sendable>(
    _ name: String, _ call: () async throws -> Answer
  ) async throws -> Answer {
    self.state.withLock { $0.calls += 1 }
    let fault = self.fault(name)
    if fault != nil { self.noteTrouble() }
    switch fault {
    case .killed(isAnswered: false): self.halt(nil)
    case .frozen(let duration, isAnswered: false): self.halt(duration)
    default: break
    }
    try await self.go()
    switch fault {
    case .requestLost: throw self.unavailable("the request was lost")
    case .slow(let duration, _):
      await self.beSlow(duration)
      try await self.go()
    default: break
    }
    let answer: Result<Answer, any Error>
    do { answer = .success(try await call()) } catch { answer = .failure(error) }
    switch fault {
    case .killed(isAnswered: true): self.halt(nil)
    case .frozen(let duration, isAnswered: true): self.halt(duration)
    default: break
    }
    try await self.comeBack()
    switch fault {
    case .answerLost: throw self.unavailable("the answer was lost")
    case .slow(let duration, let isLost):
      await self.beSlow(duration)
      try await self.comeBack()
      if isLost { throw self.unavailable("the answer came too late") }
    default: break
    }
    return try answer.get()
  }

  private func go() async throws {
    try await self.pass()
    if self.way == .cut { throw self.unavailable("the store cannot be reached") }
  }

  private func comeBack() async throws {
    try await self.pass()
    if self.way != .open { throw self.unavailable("the answer did not come") }
  }

  /// Lets others go on, and waits while the machine stands still.
  private func pass() async throws {
    await Task.yield()
    while self.state.withLock({ $0.isHalted }) { await self.park() }
    if self.state.withLock({ $0.isOver }) { throw self.unavailable("the simulation is over") }
  }

  private func park() async {
    await withCheckedContinuation { continuation in
      let isParked = self.state.withLock { state -> Bool in
        guard state.isHalted else { return false }
        state.lastParked += 1
        state.parked[state.lastParked] = continuation
        return true
      }
      if !isParked { continuation.resume() }
    }
  }

  private func beSlow(_ duration: Duration) async {
    self.state.withLock { $0.slow += 1 }
    await withCheckedContinuation { continuation in
      _ = self.truth.timer(after: duration) { continuation.resume() }
    }
    self.state.withLock { state in
      state.slow -= 1
      state.troubledAt = self.truth.now()
    }
  }

  private func unavailable(_ message: String) -> StoreError { StoreError(.unavailable, store: "simulated", message) }

  // MARK: The store

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws { try await self.perform("prepare") { try await self.base.prepare() } }
  func close() async {}
  func now() async throws -> StoreTime { try await self.perform("now") { try await self.base.now() } }
  func openSession(_ draft: SessionDraft) async throws -> Session {
    try await self.perform("openSession") { try await self.base.openSession(draft) }
  }
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.perform("renewSession") { try await self.base.renewSession(epoch, draft) }
  }
  func sessions() async throws -> [Session] { try await self.perform("sessions") { try await self.base.sessions() } }
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.perform("markDead") { try await self.base.markDead(epoch, expiringAt: expiry) }
  }
  func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.perform("forgetSessions") { try await self.base.forgetSessions(expiredBefore: instant) }
  }
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.perform("insert") { try await self.base.insert(records, resolving: resolve) }
  }
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.perform("fetch") { try await self.base.fetch(ids) }
  }
  func query(_ query: JobQuery) async throws -> JobPage {
    try await self.perform("query") { try await self.base.query(query) }
  }
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.perform("update") { try await self.base.update(ids, transition) }
  }
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    self.watch(demand)
    return try await self.perform("advance") { try await self.base.advance(demand, at: now, as: session, transition) }
  }
  func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.perform("earliestWake") { try await self.base.earliestWake(demand) }
  }
  func owners() async throws -> [Epoch] { try await self.perform("owners") { try await self.base.owners() } }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.perform("records") { try await self.base.records(ownedBy: epoch, limit: limit) }
  }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws {
    try await self.perform("announce") { try await self.base.announce(change) }
  }
  func append(_ rows: [HistoryRow]) async throws {
    try await self.perform("append") { try await self.base.append(rows) }
  }
  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await self.perform("history") { try await self.base.history(query) }
  }
  func pruneHistory(before instant: Instant, at now: Instant, limit: Int) async throws -> Int {
    try await self.perform("pruneHistory") { try await self.base.pruneHistory(before: instant, at: now, limit: limit) }
  }

  func trimHistory(to rows: [JobID: Int], limit: Int) async throws -> Int {
    try await self.perform("trimHistory") { try await self.base.trimHistory(to: rows, limit: limit) }
  }
}
